"""Code that all commands share: examples in their help, options, and their output."""

import json
import os
import re
from typing import Any

import click

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
FORMAT = click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Lines for people, or JSON for programs.",
)

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
