"""Progress bars for long work: on a terminal, and never in a pipe."""

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

from deck_sim.base.errors import DeckSimError

Item = TypeVar("Item")

_MANY = 100  # with fewer items the work is over before a bar is read
_SOON = 0.5  # seconds: work that is over by then needs no bar
_INTERVAL = 0.2  # seconds between two looks at the clock


def track_progress(items: Sequence[Item], what: str) -> Iterable[Item]:
    """The items, with a bar on stderr that counts them and disappears after the last."""
    if len(items) < _MANY or not _can_show_bars():
        return items
    from rich.progress import track

    return track(items, what, console=_console(), transient=True)


@contextmanager
def track_clock(
    read: Callable[[], datetime], by: timedelta | None = None, to: datetime | None = None
) -> Iterator[None]:
    """Show a bar on stderr with the time of a world, during a block that takes long.

    `read` gives the world's time, also on another thread. The bar is full at `to`, or `by` after
    the start; without both it shows no share.
    """
    if not _can_show_bars():
        yield
        return
    began, over = read(), threading.Event()
    length = to - began if to else by
    bar = threading.Thread(target=_follow_clock, args=(read, began, length, over))
    bar.start()
    try:
        yield
    finally:
        over.set()
        bar.join()


def _follow_clock(
    read: Callable[[], datetime],
    began: datetime,
    length: timedelta | None,
    over: threading.Event,
) -> None:
    if over.wait(_SOON):
        return
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("advancing"), BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=_console(), transient=True) as progress, suppress(DeckSimError):
        total = None if length is None else length.total_seconds()
        task = progress.add_task("", total=total)
        while not over.is_set():
            now = read()
            passed = (now - began).total_seconds()
            progress.update(task, completed=passed, description=f"{now:%Y-%m-%d %H:%M:%S}")
            over.wait(_INTERVAL)


def _can_show_bars() -> bool:
    # A bar moves the cursor, which NO_COLOR and a dumb terminal rule out.
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and sys.stderr.isatty()


def _console() -> Any:
    from rich.console import Console

    return Console(stderr=True)
