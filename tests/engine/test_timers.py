"""Timers: their order, judged by a sorted list, and what it cannot judge."""

from copy import deepcopy
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deck_sim.engine.timers import EFFECTS, Timers
from deck_sim.engine.world import FROZEN_START


def at(seconds):
    return FROZEN_START + timedelta(seconds=seconds)


@pytest.fixture
def timers():
    return Timers()


def test_disarmed_timers_do_not_pile_up(timers):
    """A prompt may be asked again and again while time stands still."""
    timers.arm("b", "step", at(9))
    for _ in range(1000):
        timers.arm("a", "window", at(5))
    assert len(timers._heap) < 200
    assert timers.peek()[2:] == ("a", "window")


def test_the_timers_of_one_owner_have_every_name(timers):
    for seconds, name in enumerate(EFFECTS):
        timers.arm("a", name, at(seconds))
        timers.arm("b", name, at(seconds))
    assert [due.name for due in timers.of("a")] == [*EFFECTS]


def test_a_timer_that_is_armed_after_a_load_follows_those_of_the_file(timers):
    for owner in "ab":
        timers.arm(owner, "step", at(1))
    timers.index()
    timers.arm("0", "step", at(1))
    assert [due.owner for due in timers.upcoming()] == ["a", "b", "0"]


def test_a_copy_and_its_original_change_apart(timers):
    timers.arm("a", "step", at(1))
    twin = deepcopy(timers)
    assert twin == timers
    twin.arm("b", "step", at(1))
    timers.disarm("a", ["step"])
    assert (timers.peek(), [due.owner for due in twin.upcoming()]) == (None, ["a", "b"])
    assert (timers.progress, twin.progress) == (0, 2)


KEYS = st.tuples(st.sampled_from("abc"), st.sampled_from(["step", "window"]))
MOVES = st.one_of(
    st.tuples(st.just("arm"), KEYS, st.integers(0, 5)),
    st.tuples(st.just("take back"), KEYS, st.just(0)),
    st.tuples(st.sampled_from(["peek", "take"]), KEYS, st.just(0)),
)


@settings(deadline=None, derandomize=True)
@given(st.lists(MOVES, max_size=40))
def test_timers_behave_like_a_sorted_list(moves):
    timers, model = Timers(), []
    for what, key, seconds in moves:
        if what in ("peek", "take"):
            expected = min(model, key=lambda item: item[0], default=None)
            due = timers.peek() if what == "peek" else timers.take(at(9))
            assert (due and (due.at, (due.owner, due.name))) == expected
            if due and what == "take":
                model.remove(expected)
            continue
        model = [item for item in model if item[1] != key]
        if what == "arm":
            model.append((at(seconds), key))
            timers.arm(*key, at(seconds))
        else:
            timers.disarm(key[0], key[1:])
        assert timers.progress == sum(name == "step" for _, (_, name) in model)
    model.sort(key=lambda item: item[0])
    assert [(due.at, (due.owner, due.name)) for due in timers.upcoming()] == model
