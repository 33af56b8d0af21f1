from dataclasses import replace
from datetime import timedelta

import pytest

from deck_sim.contract.editions import RateLimit
from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.world import FROZEN_START
from deck_sim.runtime.call_journal import GAVE_UP, MOST_CALLS, Call, Journal, RateLimiter

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
