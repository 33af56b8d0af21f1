"""The command line: `deck-sim`."""

import sys
from typing import Any

INTERRUPTED = 130  # the usual exit code after Ctrl-C


def main(**options: Any) -> None:
    """Run the program. Ctrl-C shows no traceback, not even while the libraries are imported."""
    try:
        from deck_sim.cli.app import main

        main(**options)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
