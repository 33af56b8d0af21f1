"""Code for all other packages: errors, durations, validation, redaction, real time, event loops."""

__version__ = "0.1.0"
VERSION_HEADER = {"Deck-Sim-Version": __version__}  # in every answer
# How many objects and lists may be inside one another. Functions that call themselves for each
# level, here and in libraries, would fail on deeper data.
MOST_LEVELS = 100
