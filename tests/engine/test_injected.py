"""Which fault strikes, and which are only met."""

import copy
from dataclasses import dataclass
from typing import ClassVar

import pytest

from deck_sim.engine.injected import all_injected, fire, inject, take_out
from deck_sim.engine.world import World


@dataclass(frozen=True)
class Fault:
    """A fault for what it names."""

    what: str
    after: int = 0
    times: int | None = None
    key: ClassVar[str] = "fault"
    fires: ClassVar[str] = "here"

    def applies_to(self, *subject):
        """Whether it is for this."""
        return subject == (self.what,)


@pytest.fixture
def world():
    return World()


def fires(world, count, what="a", owners=("",)):
    """Whether each of so many is struck."""
    return [fire(world, ("here",), (what,), owners) is not None for _ in range(count)]


@pytest.mark.parametrize(
    ("after", "times", "expected"),
    [
        (0, None, [True, True, True, True]),
        (0, 1, [True, False, False, False]),
        (1, 2, [False, True, True, False]),
        (3, None, [False, False, False, True]),
    ],
)
def test_a_fault_lets_some_pass_and_then_strikes_some(world, after, times, expected):
    """`after` of them first, then `times`, or all."""
    inject(world, Fault("a", after, times))
    assert fires(world, 4) == expected


def test_what_it_is_not_for_is_not_met(world):
    """Another subject, another place, another owner: nothing is counted."""
    injected = inject(world, Fault("a"), "trun_1")
    assert fires(world, 1, "b", ["trun_1"]) == fires(world, 1, "a", ["", "trun_2"]) == [False]
    assert fire(world, ("there",), ("a",), ["trun_1"]) is None
    assert (injected.met, injected.fired) == (0, 0)
    assert fires(world, 1, "a", ["", "trun_1"]) == [True]


def test_the_first_that_is_due_strikes_and_all_are_met(world):
    """One strikes; the others are met all the same."""
    first, second = inject(world, Fault("a", 1, 1)), inject(world, Fault("a"))
    assert fires(world, 3) == [True] * 3
    assert [(one.met, one.fired) for one in (first, second)] == [(3, 1), (3, 2)]


def test_a_fault_can_be_taken_out(world):
    """It is known by its id; one that is not there is none."""
    one, two = inject(world, Fault("a"), "trun_1"), inject(world, Fault("a"))
    assert [*all_injected(world)] == [two, one]
    assert take_out(world, one.id)
    assert not take_out(world, one.id)
    assert [*all_injected(world)] == [two]


def test_a_copy_of_a_world_counts_for_itself(world):
    """What strikes in the one has not struck in the other."""
    inject(world, Fault("a", times=1))
    other = copy.deepcopy(world)
    assert fires(world, 2) == fires(other, 2) == [True, False]
