"""How the commands draw: the console, and the colours of statuses. The home of rich.

Colour is for terminals; in a pipe, or with NO_COLOR, the same words stand there without it.
"""

from rich.console import Console
from rich.text import Text

# What a status means to a caller: it is under way, it waits for somebody, it ended well or badly.
_UNDER_WAY, _WAITS, _WELL, _BADLY = "cyan", "yellow", "green", "red"
STATUS_STYLES = {
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


def coloured(line: str) -> Text:
    """A line with the statuses in it coloured."""
    text = Text(line)
    for status, style in STATUS_STYLES.items():
        text.highlight_regex(rf"\b{status}\b", style)
    return text
