"""Console output: colored statuses, and the lines of a timeline.

With NO_COLOR, and in a pipe, the output has no escape sequences. In a pipe no line is wrapped.
"""

import errno
import os
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from deck_sim.base.durations import format_duration
from deck_sim.extras.player import PlayLine

_UNLIMITED = 1_000_000  # columns
_COLORS = {
    "cyan": ("unverified", "connecting", "queued", "running", "completing", "cancelling"),
    "yellow": ("interaction_required", "pending", "review_required"),
    "green": ("verified", "connected", "idle", "completed"),
    "red": ("failed", "invalid", "disconnected", "canceled", "terminated", "deleted"),
}


class _Console(Console):
    """A console that raises an error if the reader of its pipe has left, as `click.echo` does."""

    def on_broken_pipe(self) -> None:
        """Raise the error; rich would end the program."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def console() -> Console:
    """A console on the current stdout, without rich's own highlighting."""
    made = _Console(highlight=False, markup=False, emoji=False)
    if made.no_color:
        made._color_system = None  # rich keeps bold and dim otherwise
    if not made.is_terminal:
        made.width = _UNLIMITED
    return made


def colored(text: str) -> Text:
    """The text with its statuses colored."""
    drawn = Text(text)
    for color, statuses in _COLORS.items():
        drawn.highlight_regex(rf"\b({'|'.join(statuses)})\b", color)
    return drawn


def draw_line(line: PlayLine, width: int) -> Text:
    """A timeline entry in columns: time, who, status, detail."""
    at = Text(f"{f'+{format_duration(line.at)}':<9}  ", "dim")
    drawn = at + Text(f"{line.who:<10}  ") + colored(f"{line.what:<20}  ")
    indent = len(drawn)
    wrapped = wrap(line.detail, max(width - indent, 20), break_on_hyphens=False)
    drawn.append(f"\n{' ' * indent}".join(wrapped))
    drawn.rstrip()
    return drawn
