"""Which fault fires, and which only count."""

import copy
from dataclasses import dataclass
from typing import ClassVar

import pytest

from deck_sim.engine.injected import InjectedFaults


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
def faults():
    return InjectedFaults()


def fires(faults, count, what="a", owners=("",)):
    """For so many calls in a row, whether a fault fires."""
    return [faults.fire(("here",), (what,), owners) is not None for _ in range(count)]


@pytest.mark.parametrize(
    ("after", "times", "expected"),
    [
        (0, None, [True, True, True, True]),
        (0, 1, [True, False, False, False]),
        (1, 2, [False, True, True, False]),
        (3, None, [False, False, False, True]),
    ],
)
def test_a_fault_fires_so_often_after_so_many(faults, after, times, expected):
    """`after` calls pass, then the fault fires `times` times, or always."""
    faults.add("flt_1", Fault("a", after, times))
    assert fires(faults, 4) == expected


def test_a_fault_counts_only_what_it_applies_to(faults):
    """Another subject, another place and another owner are not counted."""
    injected = faults.add("flt_1", Fault("a"), "trun_1")
    assert fires(faults, 1, "b", ["trun_1"]) == fires(faults, 1, "a", ["", "trun_2"]) == [False]
    assert faults.fire(("there",), ("a",), ["trun_1"]) is None
    assert (injected.met, injected.fired) == (0, 0)
    assert fires(faults, 1, "a", ["", "trun_1"]) == [True]


def test_the_first_due_fault_fires_and_the_others_count(faults):
    """At most one fault fires for a call."""
    first, second = faults.add("flt_1", Fault("a", 1, 1)), faults.add("flt_2", Fault("a"))
    assert fires(faults, 3) == [True] * 3
    assert [(one.met, one.fired) for one in (first, second)] == [(3, 1), (3, 2)]


def test_a_fault_is_removed_by_its_id(faults):
    """Removing an unknown id changes nothing."""
    one, two = faults.add("flt_1", Fault("a"), "trun_1"), faults.add("flt_2", Fault("a"))
    assert [*faults] == [two, one]
    assert [faults.remove("flt_1"), faults.remove("flt_1")] == [True, False]
    assert [*faults] == [two]


def test_a_copy_counts_for_itself(faults):
    """A fault that fired in the copy has not fired in the original."""
    faults.add("flt_1", Fault("a", times=1))
    other = copy.deepcopy(faults)
    assert fires(faults, 2) == fires(other, 2) == [True, False]
