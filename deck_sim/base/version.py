"""The version of deck-sim, and the header that tells it to clients."""

__version__ = "0.1.0"
VERSION_HEADER = {"Deck-Sim-Version": __version__}  # in every answer
