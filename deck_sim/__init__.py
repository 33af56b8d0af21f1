"""deck-sim: a local test double of the Deck API."""

__version__ = "0.1.0"
