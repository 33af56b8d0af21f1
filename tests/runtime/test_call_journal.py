from dataclasses import replace
from datetime import timedelta

import pytest
from offline import OfflineSimulation

from deck_sim.contract.editions import RateLimit
from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.world import FROZEN_START
from deck_sim.runtime.call_journal import (
    GAVE_UP,
    MOST_CALLS,
    Call,
    Journal,
    RateLimiter,
    cut_response,
)

SECOND = timedelta(seconds=1)
LIMIT = RateLimit(2, 10 * SECOND)


def test_a_client_that_leaves_is_noted_at_its_own_call():
    rest = ("GET", "/v2/agents", "", 200, None, (), None, 0)
    journal = Journal(MOST_CALLS)
    for id_ in ("req_1", "req_2", "req_3"):
        journal.append(Call(FROZEN_START, id_, *rest))
    journal.note_departure("req_2")
    assert [call.unanswered for call in journal] == [None, GAVE_UP, None]


def _is_admitted(limiter, seconds):
    try:
        limiter.admit(FROZEN_START + seconds * SECOND)
    except ApiError:
        return False
    return True


def test_the_window_slides_with_the_worlds_clock():
    limiter = RateLimiter(LIMIT)
    admitted = [_is_admitted(limiter, at) for at in (0, 4, 4, 9.999, 10, 10, 13.999, 14)]
    assert admitted == [True, True, False, False, True, False, False, True]
    assert len(limiter.admitted) == 2


def test_a_refusal_has_retry_after_if_the_limit_says_so():
    """In whole seconds, rounded up; then a call is admitted. Deck documents no header."""
    for at, header in {0: "10", 0.001: "10", 1: "9", 9.999: "1"}.items():
        for retry_after, headers in ((False, {}), (True, {"Retry-After": header})):
            limiter = RateLimiter(replace(LIMIT, requests=1, retry_after=retry_after))
            limiter.admit(FROZEN_START)
            with pytest.raises(ApiError, match="Too many requests") as refusal:
                limiter.admit(FROZEN_START + at * SECOND)
            assert (refusal.value.status, refusal.value.headers) == (429, headers)
            assert _is_admitted(limiter, at + int(header))


@pytest.fixture
def simulation():
    return OfflineSimulation()


def test_what_went_wrong_is_kept_in_part_and_counted(simulation):
    for number in range(150):
        simulation.crashes.append(f"{number}")
        simulation.world.script_errors.append(f"{number}")
    assert (len(simulation.crashes), simulation.crashes.total) == (20, 150)
    errors = simulation.world.script_errors
    assert (len(errors), errors.dropped) == (100, 50)
    for number in range(1_001):
        simulation.responses.append(cut_response(number, [], b""))
    assert [sent.number for sent in simulation.responses] == [*range(1, 1_001)]
    simulation.run()
    simulation.selection.default_scenario = "story"
    simulation.ignored_names |= dict.fromkeys(f"{number}" for number in range(99))
    for name in ("stor", "tory") * 20:
        simulation.choose("task_run", None, {"external_id": f"x+{name}@example.com"})
    assert (len(simulation.ignored_names), len(simulation.choices)) == (100, 20)
