"""The version of deck-sim."""

__version__ = "0.1.0"
