"""What commands print: the examples in their help, JSON, and text with colored statuses."""

import json
import os
import re
from typing import Any

import click

_COLORS = {
    "cyan": "unverified|connecting|queued|running|completing|cancelling",
    "yellow": "interaction_required|pending|review_required",
    "green": "verified|connected|idle|completed",
    "red": "failed|invalid|disconnected|canceled|terminated|deleted",
}
_STATUS = re.compile("|".join(rf"\b(?P<{color}>{names})\b" for color, names in _COLORS.items()))


def examples(*lines: str) -> str:
    """The end of a command's help."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


def print_json(data: Any) -> None:
    """Print data as JSON of several lines."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def print_text(text: object) -> None:
    """Print lines, with the statuses in them colored on a terminal, unless `NO_COLOR` is set."""
    colored = _STATUS.sub(lambda found: click.style(found[0], fg=found.lastgroup), str(text))
    click.echo(str(text) if os.environ.get("NO_COLOR") else colored)
