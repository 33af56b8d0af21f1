"""Types and checks of option values, in addition to those of click."""

import json
import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from deck_sim.base.durations import parse_duration
from deck_sim.base.errors import DeckSimError, listed, nearest
from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.options import MOST, OPTION_TYPES
from deck_sim.handle.address import read_host, read_url
from deck_sim.runtime.moments import read_moment, read_start
from deck_sim.runtime.settings import FOLLOW, MODES, ON_POLL, REAL

# The key that `deck-sim serve` proposes. Any key works.
ANY_KEY = "sk_sim_local"

# What `--keep` limits.
KEPT = [name[5:] for name in OPTION_TYPES if name.startswith("keep_") and name != "keep_headers"]

# A comma separates two fields only if another `name=` follows; otherwise it is part of the text.
_NEXT_FIELD = re.compile(r",(?=\s*[A-Za-z_]\w*=)")


def option_value(read: Callable[[str], Any]) -> Callable[..., Any]:
    """Make a callback from a reader; errors of the reader become usage errors."""

    def callback(context: click.Context, parameter: click.Parameter, given: Any) -> Any:
        try:
            if isinstance(given, tuple):  # of an option that may be repeated
                return [read(text) for text in given]
            return None if given is None else read(given)
        except (ValueError, ApiError, DeckSimError) as error:
            raise click.BadParameter(str(error)) from None

    return callback


def _positive(text: str) -> timedelta:
    length = parse_duration(text)
    if not length:
        raise ValueError(f"must be longer than zero, not {text!r}")
    return length


def _timeout(text: str) -> timedelta:
    length = parse_duration(text)
    if not timedelta(seconds=1) <= length <= timedelta(days=365):
        raise ValueError(f"a task's timeout must be 1s to 365d, not {text!r}")
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


def _keep(text: str) -> tuple[str, int]:
    name, _, count = (part.strip() for part in text.partition("="))
    if name not in KEPT:
        raise ValueError(f"{text!r} names none of {listed(KEPT)}{nearest(name, KEPT)}")
    if not (re.fullmatch("[0-9]{1,10}", count) and 0 < int(count) <= MOST):
        raise ValueError(f"{text!r} must have a number from 1 to {MOST}, like `{name}=1000`")
    return f"keep_{name}", int(count)


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


def _not_empty(remedy: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text.strip():
            raise ValueError(f"it is empty, perhaps a variable that is not set; {remedy}")
        return text

    return read


def _field_name(text: str) -> str:
    if not re.search("[A-Za-z0-9]", text):
        raise ValueError(f"a name like `guest_email` is needed, not {text!r}")
    return text


if TYPE_CHECKING:
    Choice = click.Choice[str]
else:
    Choice = click.Choice  # not generic before click 8.2


class _Mode(Choice):
    """The clock modes without `follow`, which works only within a test's own process."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value == FOLLOW:
            self.fail(
                "`follow` reads the clock of the process that your tests freeze, so it works only"
                " with the pytest fixture `deck` and with DeckSim; use `frozen` here",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


class _Speed(click.FloatRange):
    """A range without `nan`, which click's takes."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        speed: float = super().convert(value, param, ctx)
        if math.isnan(speed):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return speed


def check_clock(
    option: str, mode: str | None, *, speed: float | None, step: timedelta | None
) -> None:
    """Refuse a speed or step that the mode of the clock does not have; `option` gives the mode."""
    for name, value, needed in (("--step", step, ON_POLL), ("--speed", speed, REAL)):
        if value is not None and mode not in (None, needed):
            raise click.UsageError(f"{name} needs {option} {needed}; found {option} {mode}")


MODE = _Mode([mode for mode in MODES if mode != FOLLOW])
DURATION, POSITIVE_DURATION = option_value(parse_duration), option_value(_positive)
SECONDS = option_value(lambda text: _positive(text).total_seconds())
TASK_TIMEOUT = option_value(_timeout)
MOMENT = option_value(lambda text: read_moment(text, "MOMENT"))
START = option_value(lambda text: read_start(text, "MOMENT"))
SPEED = _Speed(0, 1_000_000, min_open=True)
URL, KEY, KEYS = option_value(read_url), option_value(_key), option_value(_keys)
LISTENS_AT = option_value(
    _not_empty("write 127.0.0.1 for programs on this machine, or 0.0.0.0 for others too")
)
NAME = option_value(_not_empty("write a name like deck.test"))
HOST, FIELD_NAME = option_value(read_host), option_value(_field_name)
KEEP = option_value(_keep)
OBJECT, ANSWERS = option_value(_object), option_value(_answer)
