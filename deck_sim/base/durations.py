"""Durations (`250ms`, `2s`, `1h30m`, `2d`, `PT5M`) and ranges of them (`2s..8s`)."""

import re
from dataclasses import dataclass
from datetime import timedelta

from deck_sim.base.errors import quote

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_NUMBER = r"[0-9]{1,8}(?:\.[0-9]{1,6})?"
_MICROSECOND = timedelta(microseconds=1)
_PLAIN = "".join(rf"(?:(?P<{unit}>{_NUMBER}){unit})?" for unit in _UNITS)
_ISO = (
    rf"P(?:(?P<d>{_NUMBER})D)?(?:T(?=[0-9])(?:(?P<h>{_NUMBER})H)?(?:(?P<m>{_NUMBER})M)?"
    rf"(?:(?P<s>{_NUMBER})S)?)?"
)
# Both patterns without `(?P<name>`, which regular expressions of JSON Schema do not have.
DURATION_PATTERN = re.sub(r"\?P<\w+>", "?:", rf"(?=\d){_PLAIN}|P(?=[\dT]){_ISO[1:]}")
LONGEST_DURATION = timedelta(days=36_500)

HOW_TO_WRITE = (
    "a duration is written like `250ms`, `2s`, `5m`, `1h30m`, `2d` or `PT5M`, up to 36500d"
)


def parse_duration(text: str) -> timedelta:
    """Parse a duration. Raises ValueError, which says how to write one, for any other text."""
    match = re.fullmatch(_PLAIN, text) or re.fullmatch(_ISO, text)
    amounts = {unit: n for unit, n in match.groupdict().items() if n} if match else {}
    if text[:1] == "-" and re.fullmatch(_PLAIN, text[1:]):
        raise ValueError(f"{quote(text)} is negative; {HOW_TO_WRITE}")
    if not amounts:
        unit = f"; for seconds write '{text}s'" if re.fullmatch(_NUMBER, text) else ""
        raise ValueError(f"{quote(text)} is not a duration; {HOW_TO_WRITE}{unit}")
    length = timedelta()
    for unit, number in amounts.items():  # in whole microseconds, since floats are not exact
        whole, _, fraction = number.partition(".")
        parts: int = 10 ** len(fraction)
        length += int(whole) * _UNITS[unit] + int(fraction or 0) * _UNITS[unit] // parts
    if length > LONGEST_DURATION:
        raise ValueError(f"{text!r} is too long; {HOW_TO_WRITE}")
    return length


def format_duration(length: timedelta) -> str:
    """Format a duration as text: `1h30m`, `250ms` or, if it is negative, `-2s`."""
    rest, words = abs(length), []
    for unit, size in _UNITS.items():
        count, rest = divmod(rest, size)
        if unit == "ms" and rest:
            words.append(f"{count}.{rest // _MICROSECOND:03}".rstrip("0") + unit)
        elif count:
            words.append(f"{count}{unit}")
    return ("-" if length < timedelta() else "") + ("".join(words) or "0s")


def spell_duration(length: timedelta) -> str:
    """Format a duration in minutes, always in the plural: `1.5 minutes`, `1 minutes`."""
    return f"{length / _UNITS['m']:.10g} minutes"


@dataclass(frozen=True)
class Span:
    """A range of durations; a single duration has `low == high`."""

    low: timedelta
    high: timedelta

    def __str__(self) -> str:
        if self.low == self.high:
            return format_duration(self.low)
        return f"{format_duration(self.low)}..{format_duration(self.high)}"


def parse_span(text: str) -> Span:
    """Parse a duration or a range of durations. Raises ValueError for any other text."""
    low, dots, high = text.partition("..")
    try:
        span = Span(parse_duration(low), parse_duration(high if dots else low))
    except ValueError as error:
        raise ValueError(f"{error}{'' if dots else '; a range is written like `2s..8s`'}") from None
    if span.low > span.high:
        raise ValueError(f"{quote(text)} ends before it begins; write the shorter duration first")
    return span
