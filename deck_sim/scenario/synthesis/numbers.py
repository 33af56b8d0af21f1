"""Numbers within the bounds of a JSON Schema, counted in whole steps and never in floats."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor, isfinite
from typing import Any

from deck_sim.scenario.synthesis.realistic import Draw

USUAL_SPAN = 100  # how many numbers to choose from beyond the usual range
TRIES = 20
FINEST = 16  # decimals to try until a number fits between close bounds

_EXACT = 2**53  # from here on, floats are whole numbers that differ from their decimal spelling

Schema = Mapping[str, Any]


def number_in(
    schema: Schema, usual: tuple[int, int], decimals: int, draw: Draw, *, whole: bool
) -> int | float:
    """A number that the schema allows, from the usual range if possible."""
    multiple = _fraction(schema, "multipleOf") or None
    step = multiple or Fraction(1, 10**decimals)
    if whole:
        step = Fraction(step.numerator)
    first, last = _range(schema, step, usual)
    for _ in range(0 if whole or multiple else FINEST):
        if first <= last:
            break
        step /= 10
        first, last = _range(schema, step, usual)
    made: int | float = 0
    for _ in range(TRIES):
        made = _plain((first + draw(max(1, last - first + 1))) * step)
        # A multiple must be one in floats, too, as the validator computes.
        if multiple is None or isinstance(made, int) or (made / float(multiple)).is_integer():
            break
    return made


def _range(schema: Schema, step: Fraction, usual: tuple[int, int]) -> tuple[int, int]:
    """The first and the last step that the number may be."""
    firsts, lasts = list[int](), list[int]()
    if (least := _fraction(schema, "minimum")) is not None:
        firsts.append(ceil(least / step))
    if (above := _fraction(schema, "exclusiveMinimum")) is not None:
        firsts.append(floor(above / step) + 1)
    if (most := _fraction(schema, "maximum")) is not None:
        lasts.append(floor(most / step))
    if (below := _fraction(schema, "exclusiveMaximum")) is not None:
        lasts.append(ceil(below / step) - 1)
    first, last = max([*firsts, ceil(usual[0] / step)]), min([*lasts, floor(usual[1] / step)])
    if first <= last:
        return first, last
    if firsts:
        return max(firsts), min([*lasts, max(firsts) + USUAL_SPAN])
    last = min(lasts, default=USUAL_SPAN)
    return last - USUAL_SPAN, last


def _fraction(schema: Schema, word: str) -> Fraction | None:
    """A number exactly as the schema spells it; older dialects have `true` in some places."""
    value = schema.get(word)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not isfinite(value):
        return None
    return Fraction(value) if abs(value) >= _EXACT else Fraction(str(value))


def _plain(value: Fraction) -> int | float:
    try:
        return value.numerator if value.denominator == 1 else value.numerator / value.denominator
    except OverflowError:  # beyond floats
        return int(value)
