"""Numbers within the bounds that a JSON Schema sets, counted in whole steps and never in floats."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor, isfinite
from typing import Any

from deck_sim.scenario.synthesis.realistic import Draw

USUAL_SPAN = 100  # how many numbers there are to choose from where nothing is plausible
TRIES = 20
FINEST = 16  # decimals that are tried until a number fits between close bounds

_EXACT = 2**53  # from here on floats are whole numbers, and not those that their digits say

Schema = Mapping[str, Any]


def number_in(
    schema: Schema, usual: tuple[int, int], decimals: int, draw: Draw, *, whole: bool
) -> int | float:
    """A number that the schema allows, from the usual range if that has any."""
    multiple = _fraction(schema, "multipleOf")
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
        if multiple is None or _is_multiple(made, multiple):
            break
    return made


def _range(schema: Schema, step: Fraction, usual: tuple[int, int]) -> tuple[int, int]:
    """The first and the last step that the number may be."""
    least, above = _fraction(schema, "minimum"), _fraction(schema, "exclusiveMinimum")
    most, below = _fraction(schema, "maximum"), _fraction(schema, "exclusiveMaximum")
    firsts = [ceil(bound / step) for bound in (least,) if bound is not None]
    firsts += [floor(bound / step) + 1 for bound in (above,) if bound is not None]
    lasts = [floor(bound / step) for bound in (most,) if bound is not None]
    lasts += [ceil(bound / step) - 1 for bound in (below,) if bound is not None]
    first, last = max([*firsts, ceil(usual[0] / step)]), min([*lasts, floor(usual[1] / step)])
    if first <= last:
        return first, last
    if firsts:
        return max(firsts), min([*lasts, max(firsts) + USUAL_SPAN])
    return min(lasts, default=USUAL_SPAN) - USUAL_SPAN, min(lasts, default=USUAL_SPAN)


def _fraction(schema: Schema, word: str) -> Fraction | None:
    """A number of a schema exactly as it is written; older dialects have `true` in some places."""
    value = schema.get(word)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return Fraction(value) if abs(value) >= _EXACT else Fraction(str(value))


def _plain(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else value.numerator / value.denominator


def _is_multiple(made: int | float, multiple: Fraction) -> bool:
    """Whether it is one in floats, too, which is how it will be checked."""
    return isinstance(made, int) or (made / float(multiple)).is_integer()
