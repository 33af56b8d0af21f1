"""Reading the values of options that click has no type for. Each is the `callback` of an option,
and `MODE` a type.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import click

from deck_sim.base.durations import parse_duration
from deck_sim.base.errors import DeckSimError
from deck_sim.contract.error_catalog import ApiError
from deck_sim.handle.address import read_url
from deck_sim.runtime.serialization import read_moment
from deck_sim.runtime.simulation import FOLLOW, MODES

# What `deck-sim serve` proposes as a key, since any will do: it looks like Deck's.
ANY_KEY = "sk_sim_local"

Value = TypeVar("Value")
Callback = Callable[[click.Context, click.Parameter, Any], Value]

# A comma parts two fields only if a field begins behind it; else it belongs to the text.
_NEXT_FIELD = re.compile(r",(?=\s*[A-Za-z_]\w*=)")


def option_value(read: Callable[[str], Value]) -> Callback[Value | None]:
    """The callback of an option whose text is read so; what is wrong with it is wrong usage."""

    def callback(context: click.Context, parameter: click.Parameter, text: Any) -> Value | None:
        return None if text is None else _read(read, text)

    return callback


def option_values(read: Callable[[str], Value]) -> Callback[list[Value]]:
    """The same for an option that can be given several times."""

    def callback(context: click.Context, parameter: click.Parameter, texts: Any) -> list[Value]:
        return [_read(read, text) for text in texts]

    return callback


def _read(read: Callable[[str], Value], text: str) -> Value:
    try:
        return read(text)
    except (ValueError, ApiError, DeckSimError) as error:
        raise click.BadParameter(str(error)) from None


def _moment(text: str) -> datetime:
    return read_moment(text, "MOMENT")


def _timeout(text: str) -> timedelta:
    length = parse_duration(text)
    if not timedelta(seconds=1) <= length <= timedelta(days=365):
        raise ValueError(f"{text!r} cannot be a task's timeout, which is 1s to 365d")
    return length


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(filter(None, (key.strip() for key in text.split(","))))
    if not keys:
        raise ValueError(f"{text!r} holds no key; write them like `sk_one,sk_two`")
    return keys


def _answer(text: str) -> dict[str, str]:
    fields = [part.partition("=") for part in _NEXT_FIELD.split(text)]
    if not all(name.strip() and equals for name, equals, _ in fields):
        raise ValueError(f"{text!r} is no answer; write it like `code=123456`")
    return {name.strip(): value for name, _, value in fields}


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ValueError(f'{text!r} is no JSON object; write it like `{{"nights": 2}}`')
    return value


def _key(text: str) -> str:
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError(f"{text!r} cannot be an API key; it takes ASCII characters")
    return text


class _Mode(click.Choice[str]):
    """The mode of a clock, without the one that a program of its own cannot offer."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value == FOLLOW:
            self.fail(
                "`follow` reads the time of the process that your tests freeze, which is not this"
                " one; it is for the pytest fixture `deck` and for DeckSim. Here use `frozen`",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


MODE = _Mode([mode for mode in MODES if mode != FOLLOW])
DURATION, MOMENT, KEYS = option_value(parse_duration), option_value(_moment), option_value(_keys)
OBJECT = option_value(_object)
TASK_TIMEOUT = option_value(_timeout)
URL, KEY = option_value(read_url), option_value(_key)
ANSWERS = option_values(_answer)
