"""Types of option values, in addition to those of click, and options of clocks."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from deck_sim.base.durations import parse_duration
from deck_sim.base.errors import DeckSimError
from deck_sim.contract.error_catalog import ApiError
from deck_sim.handle.connect.address import read_host, read_url
from deck_sim.runtime.moments import read_moment, read_start
from deck_sim.runtime.settings import MODES

# The key that `deck-sim serve` proposes. Any key works.
ANY_KEY = "sk_sim_local"

# A comma separates two fields only if another `name=` follows; otherwise it is part of the text.
_NEXT_FIELD = re.compile(r",(?=\s*[A-Za-z_]\w*=)")


class Value(click.ParamType):  # type: ignore[type-arg]  # not generic in older versions of click
    """A value that a function reads from text. `name` is how the help shows it."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name, self._read = name, read

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the text; errors of the function become usage errors."""
        try:
            return self._read(value)
        except (ValueError, TypeError, ApiError, DeckSimError) as error:
            self.fail(str(error), param, ctx)


def _positive(text: str) -> timedelta:
    length = parse_duration(text)
    if not length:
        raise ValueError(f"must be longer than zero, not {text!r}")
    return length


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(filter(None, map(str.strip, text.split(","))))
    if not keys:  # as of an unset variable; without keys, the server would accept any
        raise ValueError(f"{text!r} has no key; write it like `sk_one,sk_two`")
    return keys


def _answer(text: str) -> dict[str, str]:
    fields = [part.partition("=") for part in _NEXT_FIELD.split(text)]
    if not all(equals for _, equals, _ in fields):
        raise ValueError(f"{text!r} is not an answer; write it like `code=123456`")
    return {name.strip(): value for name, _, value in fields}


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise TypeError('not a JSON object; write it like `{"nights": 2}`')
    return value


FILE = click.Path(dir_okay=False, path_type=Path)
MODE, PORT = click.Choice(MODES), click.IntRange(0, 65_535)
DURATION, POSITIVE_DURATION = Value("DURATION", parse_duration), Value("DURATION", _positive)
MOMENT = Value("MOMENT", lambda text: read_moment(text, "MOMENT"))
START = Value("MOMENT", lambda text: read_start(text, "MOMENT"))
URL, KEYS, HOST = Value("URL", read_url), Value("KEY,...", _keys), Value("HOST", read_host)
JSON, ANSWERS = Value("JSON", _object), Value("FIELD=TEXT,...", _answer)

SPEED = click.option(
    "--speed",
    type=click.FloatRange(0, 1_000_000, min_open=True),
    help="How much faster than real time the real clock runs; 60 is a minute a second.",
)
STEP = click.option(
    "--step", type=POSITIVE_DURATION, help="How much time each read takes with the clock on_poll."
)
