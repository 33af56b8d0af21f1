"""What a world remembers of its calls, by its own clock."""

from dataclasses import replace
from datetime import timedelta

import pytest

from deck_sim.base.errors import ApiError
from deck_sim.contract.editions import RateLimit
from deck_sim.engine.calls import admit_call, keep_answer, limit_rate, recall_answer
from deck_sim.engine.records import StoredAnswer
from deck_sim.engine.world import World

SECOND, DAY = timedelta(seconds=1), timedelta(hours=24)
LIMIT = RateLimit(2, 10 * SECOND)


@pytest.fixture
def world():
    """A world that takes two calls in ten seconds."""
    world = World()
    limit_rate(world, LIMIT)
    return world


def _is_admitted(world, after=timedelta()):
    """Whether a call that comes so much later is let in."""
    world.now += after
    try:
        admit_call(world)
    except ApiError:
        return False
    return True


def test_the_window_slides_with_the_worlds_clock(world):
    """A call is let in once fewer than the limit were let in during the time before it."""
    gaps = [0, 4, 0, 5.999, 0.001, 0, 3.999, 0.001]
    found = [_is_admitted(world, gap * SECOND) for gap in gaps]
    assert found == [True, True, False, False, True, False, False, True]


def test_a_world_without_a_limit_counts_nothing():
    """Without a limit every call is let in, and none is remembered."""
    world = World()
    assert all(_is_admitted(world) for _ in range(1000))
    assert not world.admitted


def test_a_refused_call_is_not_counted(world):
    """Knocking again does not lengthen the wait, and costs no memory."""
    assert [_is_admitted(world) for _ in range(50)] == [True, True] + 48 * [False]
    assert len(world.admitted) == 2
    assert _is_admitted(world, 10 * SECOND)


def test_a_new_limit_begins_to_count_anew(world):
    """What was let in before the change does not count against it."""
    assert [_is_admitted(world) for _ in range(3)] == [True, True, False]
    limit_rate(world, LIMIT)
    assert _is_admitted(world)
    limit_rate(world, None)
    assert all(_is_admitted(world) for _ in range(3))


@pytest.mark.parametrize(
    ("passed", "header"), [("0", "10"), ("0.001", "10"), ("1", "9"), ("9.999", "1")]
)
def test_a_refusal_says_when_to_come_back_if_it_is_to(world, passed, header):
    """`Retry-After` is in whole seconds, rounded up, so that who waits so long gets in."""
    limit_rate(world, replace(LIMIT, requests=1, retry_after=True))
    admit_call(world)
    world.now += timedelta(milliseconds=int(float(passed) * 1000))
    with pytest.raises(ApiError) as refusal:
        admit_call(world)
    assert refusal.value.headers == {"Retry-After": header}
    assert _is_admitted(world, int(header) * SECOND)


def test_a_refusal_says_nothing_of_that_unless_it_is_to(world):
    """Deck documents no header."""
    for _ in range(2):
        admit_call(world)
    with pytest.raises(ApiError) as refusal:
        admit_call(world)
    assert refusal.value.headers == {}
    (problem,) = refusal.value.problems
    assert problem.name == "rate_limit/rate_limit_exceeded"
    assert (refusal.value.status, problem.message) == (429, "Too many requests.")


def _keep(world, key, parameters="a", call="POST /v2/agents"):
    answer = StoredAnswer(world.now, call, parameters, 201, {}, b"{}")
    keep_answer(world, key, answer)
    return answer


def test_an_answer_is_kept_for_a_day_of_the_world():
    """It is given again until 24 hours have passed; then the key is as new."""
    world = World()
    answer = _keep(world, "k")
    world.now += DAY - timedelta(microseconds=1)
    assert recall_answer(world, "k", "POST /v2/agents", "a") is answer
    world.now += timedelta(microseconds=1)
    for parameters in ("a", "b"):
        assert recall_answer(world, "k", "POST /v2/agents", parameters) is None


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("POST /v2/agents", "at 2025-01-15T09:30:00Z, with other parameters."),
        ("POST /v2/sources", "at 2025-01-15T09:30:00Z, for `POST /v2/agents`."),
    ],
)
def test_a_key_with_other_parameters_is_refused_with_what_it_was_used_for(call, said):
    """The message says when the key was used, and for what."""
    world = World()
    _keep(world, "k")
    with pytest.raises(ApiError) as refusal:
        recall_answer(world, "k", call, "b")
    (problem,) = refusal.value.problems
    assert (problem.name, refusal.value.status) == ("idempotency/idempotency_error", 409)
    assert problem.message.endswith(said)


def test_what_is_too_old_is_forgotten_when_something_is_kept():
    """Memory is bounded by a day of answers; a key that is used again is young again."""
    world = World()
    for key in ("a", "b", "c"):
        _keep(world, key)
        world.now += DAY / 2
    assert [*world.stored_answers] == ["b", "c"]
    world.now += DAY / 2
    _keep(world, "b")
    assert [*world.stored_answers] == ["b"]
