"""The command line: `deck-sim`."""

from deck_sim.cli.app import main

__all__ = ["main"]
