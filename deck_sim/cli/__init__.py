"""The entry point of `deck-sim`. It imports commands late, so Ctrl-C never prints a traceback."""

import sys

from deck_sim.cli.signals import INTERRUPTED


def main() -> None:
    """Run the command line. Ctrl-C prints no traceback, not even during the imports."""
    try:
        from deck_sim.cli.program import main

        main(prog_name="deck-sim")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
