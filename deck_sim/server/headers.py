"""The header of every answer."""

from deck_sim.base.version import __version__

VERSION = {"Deck-Sim-Version": __version__}
