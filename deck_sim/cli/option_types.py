"""Types and checks of option values, in addition to those of click."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from deck_sim.base.durations import parse_duration
from deck_sim.base.errors import DeckSimError
from deck_sim.contract.error_catalog import ApiError
from deck_sim.handle.address import read_host, read_url
from deck_sim.runtime.moments import read_moment, read_start
from deck_sim.runtime.settings import MODES, ON_POLL, REAL

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
        except (ValueError, ApiError, DeckSimError) as error:
            self.fail(str(error), param, ctx)


def _positive(text: str) -> timedelta:
    length = parse_duration(text)
    if not length:
        raise ValueError(f"must be longer than zero, not {text!r}")
    return length


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(filter(None, (key.strip() for key in text.split(","))))
    if not keys:
        raise ValueError(f"no key found in {text!r}; write keys like `sk_one,sk_two`")
    return keys


def _answer(text: str) -> dict[str, str]:
    fields = [part.partition("=") for part in _NEXT_FIELD.split(text)]
    if not all(name.strip() and equals for name, equals, _ in fields):
        raise ValueError(f"{text!r} is not an answer; write it like `code=123456`")
    return {name.strip(): value for name, _, value in fields}


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ValueError(f'{text!r} is not a JSON object; write it like `{{"nights": 2}}`')
    return value


def _key(text: str) -> str:
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError(f"an API key is one or more printable ASCII characters, not {text!r}")
    return text


def check_clock(
    option: str, mode: str | None, *, speed: float | None, step: timedelta | None
) -> None:
    """Refuse a speed or step that the mode of the clock does not have; `option` gives the mode."""
    for name, value, needed in (("--step", step, ON_POLL), ("--speed", speed, REAL)):
        if value is not None and mode not in (None, needed):
            raise click.UsageError(f"{name} needs {option} {needed}; found {option} {mode}")


MODE = click.Choice(MODES)
DURATION, POSITIVE_DURATION = Value("DURATION", parse_duration), Value("DURATION", _positive)
MOMENT = Value("MOMENT", lambda text: read_moment(text, "MOMENT"))
START = Value("MOMENT", lambda text: read_start(text, "MOMENT"))
SPEED = click.FloatRange(0, 1_000_000, min_open=True)
URL, KEY, KEYS = Value("URL", read_url), Value("KEY", _key), Value("KEY,...", _keys)
HOST = Value("HOST", read_host)
OBJECT, ANSWERS = Value("JSON", _object), Value("FIELD=TEXT,...", _answer)
