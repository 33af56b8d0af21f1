"""The version of deck-sim."""

__version__ = "0.1.0"
VERSION_HEADER = {"Deck-Sim-Version": __version__}  # in every answer
