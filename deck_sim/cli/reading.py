"""Reading the values of options that click has no type for: durations, moments, keys."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import click

from deck_sim.durations import parse_duration
from deck_sim.errors import ApiError
from deck_sim.wire import read_moment

Value = TypeVar("Value")
Callback = Callable[[click.Context, click.Parameter, str | None], Value | None]


def reading(read: Callable[[str], Value]) -> Callback[Value]:
    """The callback of an option whose text is read so; what is wrong with it is wrong usage."""

    def callback(
        context: click.Context, parameter: click.Parameter, text: str | None
    ) -> Value | None:
        try:
            return None if text is None else read(text)
        except (ValueError, ApiError) as error:
            raise click.BadParameter(str(error)) from None

    return callback


def _moment(text: str) -> datetime:
    return read_moment(text, "MOMENT")


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(filter(None, (key.strip() for key in text.split(","))))
    if not keys:
        raise ValueError(f"{text!r} holds no key; write them like `sk_one,sk_two`")
    return keys


DURATION: Callback[timedelta] = reading(parse_duration)
MOMENT: Callback[datetime] = reading(_moment)
KEYS: Callback[tuple[str, ...]] = reading(_keys)
