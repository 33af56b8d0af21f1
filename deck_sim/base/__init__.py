"""Code for all other packages: errors, durations, validation, redaction, real time, event loops."""

__version__ = "0.1.0"
VERSION_HEADER = {"Deck-Sim-Version": __version__}  # in every answer
