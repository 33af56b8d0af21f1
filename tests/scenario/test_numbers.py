"""Numbers within the bounds of a schema."""

from itertools import count

from deck_sim.engine.chance import draw_below
from deck_sim.scenario.synthesis.numbers import number_in


def number(schema, usual=(1, 100), whole=False):
    """Fifty numbers for one schema."""
    numbers = count()
    draw = lambda limit: draw_below(limit, 0, next(numbers))  # noqa: E731
    return [number_in(schema, usual, 2, draw, whole=whole) for _ in range(50)]


def test_a_multiple_is_also_one_in_floats():
    """Numbers that are no multiples in floats are avoided if there are others."""
    made = number({"multipleOf": 0.1, "minimum": 1, "maximum": 3})
    assert all((value / 0.1).is_integer() for value in made)
    assert set(number({"multipleOf": 0.1, "minimum": 0.3, "maximum": 0.3})) == {0.3}


def test_numbers_are_in_the_usual_range_if_the_bounds_allow_it():
    """Bounds narrow the usual range, or else move it."""
    assert all(1 <= value <= 3 for value in number({"minimum": -5, "maximum": 3}, whole=True))
    assert all(500 <= value <= 600 for value in number({"minimum": 500}, whole=True))
    assert all(-100 <= value <= 0 for value in number({"maximum": 0}, whole=True))
