"""How the commands draw: the console, the colours, and the lines of a story.

Colour is for terminals; in a pipe, or with NO_COLOR, the same words stand there without it.
"""

from textwrap import wrap

from rich.console import Console
from rich.text import Text

from deck_sim.base.durations import format_duration
from deck_sim.extras.player import PlayLine

# What a status means to a caller: it is under way, it waits for somebody, it ended well or badly.
_UNDER_WAY, _WAITS, _WELL, _BADLY = "cyan", "yellow", "green", "red"
STYLES = {
    "connecting": _UNDER_WAY,
    "queued": _UNDER_WAY,
    "running": _UNDER_WAY,
    "interaction_required": _WAITS,
    "pending": _WAITS,
    "connected": _WELL,
    "completed": _WELL,
    "failed": _BADLY,
    "invalid": _BADLY,
    "disconnected": _BADLY,
    "canceled": _BADLY,
    "terminated": _BADLY,
}


def console() -> Console:
    """A console on the present standard output that colours only what it is told to."""
    return Console(highlight=False, markup=False, emoji=False)


def colored(text: str) -> Text:
    """A text with the statuses in it coloured."""
    drawn = Text(text)
    for status, style in STYLES.items():
        drawn.highlight_regex(rf"\b{status}\b", style)
    return drawn


def draw_line(line: PlayLine, width: int) -> Text:
    """One line of a story, in columns that are the same for all of them."""
    at = Text(f"{f'+{format_duration(line.at)}':<9}  ", "dim")
    drawn = at + Text(f"{line.who:<10}  ") + colored(f"{line.what:<20}  ")
    indent = len(drawn)
    wrapped = wrap(line.detail, max(width - indent, 20), break_on_hyphens=False)
    drawn.append(f"\n{' ' * indent}".join(wrapped))
    drawn.rstrip()
    return drawn
