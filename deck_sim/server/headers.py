"""Answers that need no world: a header of every answer, and the health."""

from deck_sim.base.version import __version__

VERSION = {"Deck-Sim-Version": __version__}  # a header of every answer
HEALTH_PATH = "/health"  # below `/_sim`
HEALTH = {"status": "ok", "version": __version__}
