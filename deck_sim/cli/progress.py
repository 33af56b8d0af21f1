"""A progress bar for long work: on a terminal, and never in a pipe."""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

_MANY = 100  # with fewer items the work is over before a bar is read


def track_progress(items: Sequence[Item], what: str) -> Iterable[Item]:
    """The items, with a bar on stderr that counts them and disappears after the last."""
    # A bar moves the cursor, which NO_COLOR and a dumb terminal rule out.
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if len(items) < _MANY or plain or not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, what, console=Console(stderr=True), transient=True)
