import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from deck_sim.engine.injected_faults import TROUBLE, InjectedFaults
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Event, Resource

NOW, SECOND = datetime(2025, 1, 15, tzinfo=UTC), timedelta(seconds=1)


@dataclass(frozen=True)
class Fault:
    """A fault that applies to the subjects with a word."""

    what: str
    after: int = 0
    times: int | None = None
    probability: float | None = None
    duration: timedelta | None = None
    key: ClassVar[str] = "fault"
    fires: ClassVar[str] = "here"

    def applies_to(self, *subject):
        return self.what in subject


@pytest.fixture
def faults():
    return InjectedFaults()


def fires(faults, count, what="a", owners=("",)):
    """For so many calls in a row, one a second, whether a fault fires."""
    return [
        faults.fire(("here",), (what,), owners, NOW + second * SECOND) is not None
        for second in range(count)
    ]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, "!!!!!!!"),
        ({"times": 1}, "!......"),
        ({"after": 1, "times": 2}, ".!!...."),
        ({"after": 6}, "......!"),
        ({"duration": 3 * SECOND}, "!!!...."),
        ({"duration": 3 * SECOND, "after": 2}, "..!!!.."),
        ({"duration": 3 * SECOND, "times": 2}, "!!....."),
        ({"probability": 1.0}, "!!!!!!!"),
    ],
)
def test_the_limits_of_a_fault_combine(faults, limits, expected):
    faults.add("flt_1", Fault("a", **limits))
    assert fires(faults, 7) == [sign == "!" for sign in expected]


def test_a_fault_fires_with_its_probability(faults):
    """The draws follow from its id and its own count, whatever else fires."""
    faults.add("flt_1", Fault("a", probability=0.3))
    alone = fires(faults, 1000)
    assert 250 < sum(alone) < 350
    others = InjectedFaults()
    others.add("flt_2", Fault("a", times=500))
    chance = others.add("flt_1", Fault("a", probability=0.3))
    assert fires(others, 1000)[500:] == alone[500:]
    assert chance.met == 1000
    faults.add("flt_3", Fault("b", probability=0.3))
    assert fires(faults, 1000, "b") != alone


def test_a_fault_counts_only_what_it_applies_to(faults):
    injected = faults.add("flt_1", Fault("a"), "trun_1")
    assert fires(faults, 1, "b", ["trun_1"]) == fires(faults, 1, "a", ["", "trun_2"]) == [False]
    assert faults.fire(("there",), ("a",), ["trun_1"], NOW) is None
    assert (injected.met, injected.fired) == (0, 0)
    assert fires(faults, 1, "a", ["", "trun_1"]) == [True]


def test_the_first_due_fault_fires_and_the_others_count(faults):
    first, second = faults.add("flt_1", Fault("a", 1, 1)), faults.add("flt_2", Fault("a"))
    assert fires(faults, 3) == [True] * 3
    assert [(fault.met, fault.fired) for fault in (first, second)] == [(3, 1), (3, 2)]


def test_a_fault_is_removed_by_its_id(faults):
    of_run, of_all = faults.add("flt_1", Fault("a"), "trun_1"), faults.add("flt_2", Fault("a"))
    assert [*faults] == [of_all, of_run]
    assert [faults.remove("flt_1"), faults.remove("flt_1")] == [True, False]
    assert [*faults] == [of_all]


def test_a_copy_counts_for_itself(faults):
    faults.add("flt_1", Fault("a", times=1))
    other = copy.deepcopy(faults)
    assert fires(faults, 2) == fires(other, 2) == [True, False]


def test_the_faults_of_a_scenario_end_with_their_owner(monkeypatch):
    monkeypatch.setattr("deck_sim.engine.world.MOST_RUNS", 1)
    world = World()
    for run in "ab":
        world.create("task_run", {"connection_id": ""}, silent=True, id=run, status="completed")
        world.injected.add(f"flt_{run}", Fault("a"), run)
    world.forget_oldest()
    assert [injected.id for injected in world.injected] == ["flt_b"]


def test_a_trouble_comes_before_the_other_faults_of_a_webhook():
    """It may be about one resource; a fault is about an event type."""
    world = World()
    world.injected.add("flt_1", Fault("agent.created"))
    world.injected.add(TROUBLE, Fault("agt_1"), TROUBLE)
    agents = [Resource("agent", id_, NOW, NOW, None, {}) for id_ in ("agt_1", "agt_2")]
    events = [Event("evt_1", "agent.created", agent, NOW) for agent in agents]
    fired = [world.fire_webhook("here", event).what for event in events]
    assert fired == ["agt_1", "agent.created"]


def test_a_fault_of_a_run_is_met_by_the_events_of_its_files():
    world = World()
    world.injected.add("flt_1", Fault("storage.created"), "trun_1")
    for run_id in ("trun_2", "trun_1"):
        world.create("storage", {"task_run_id": run_id})
        fires = [world.fire_webhook("here", event) is not None for event in world.events]
    assert fires == [False, True]
