"""Output of the commands: examples in their help, JSON, and text with colored statuses."""

import json
import os
import re
import sys
import textwrap
from functools import cache
from shutil import get_terminal_size
from typing import Any, TextIO

import click

# By family of statuses.
_COLORS = {"waiting": "cyan", "working": "cyan", "person": "yellow", "good": "green"}
_COLORS |= {"bad": "red", "over": "red"}
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def examples(*lines: str) -> str:
    """Return `lines` as the examples at the end of a command's help."""
    # click joins the lines of a paragraph that does not begin with \b.
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


def echo(text: str, *, err: bool = False, nl: bool = True) -> bool:
    """Print a text. If its reader has left, as in `| head`, drop it and all that follows, so that
    the command goes on to its end and its exit code; then return False, once.
    """
    try:
        click.echo(text, err=err, nl=nl)
    except BrokenPipeError:
        drop_output(sys.stderr if err else sys.stdout)
        return False
    return True


def drop_output(stream: TextIO) -> None:
    """Drop what is written to a stream from now on, and what Python would write at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def print_json(data: Any) -> None:
    echo(json.dumps(data, indent=2, ensure_ascii=False))


def wrap(line: str, indent: int = 0) -> str:
    """Wrap a line between words on a terminal, below its last column or else with `indent`."""
    if not sys.stdout.isatty():
        return line
    width = get_terminal_size().columns
    columns = [gap.end() for gap in re.finditer("  +", line) if gap.end() <= width // 2]
    return textwrap.fill(
        line,
        width,
        subsequent_indent=" " * max(columns, default=indent),
        break_long_words=False,
        break_on_hyphens=False,
    )


def print_text(text: object) -> bool:
    """Print `text` like `echo`. On a terminal, wrap and color it; `NO_COLOR` omits the colors.

    Control characters, which texts of a scenario may contain, are escaped, except newlines.
    """
    plain = _CONTROL.sub(lambda match: repr(match[0])[1:-1], str(text))
    plain = "\n".join(map(wrap, plain.split("\n")))
    colors = _status_colors()
    statuses = rf"\b(?:{'|'.join(colors)})\b"
    colored = re.sub(statuses, lambda match: click.style(match[0], fg=colors[match[0]]), plain)
    return echo(plain if os.environ.get("NO_COLOR") else colored)


@cache
def _status_colors() -> dict[str, str]:
    from deck_sim.contract.editions import EDITIONS
    from deck_sim.engine.script import watched_kinds

    return {
        status: _COLORS[edition.machine(kind).family(status)]
        for edition in EDITIONS.values()
        for kind in watched_kinds(edition)
        for status in edition.statuses(kind)
    }
