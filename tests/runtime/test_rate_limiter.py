"""The rate limit, by the world's clock."""

from dataclasses import replace
from datetime import timedelta

import pytest

from deck_sim.contract.editions import RateLimit
from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.world_state import FROZEN_START
from deck_sim.runtime.rate_limiter import RateLimiter

SECOND = timedelta(seconds=1)
LIMIT = RateLimit(2, 10 * SECOND)


def _is_admitted(limiter, seconds):
    """Whether a call is admitted so many seconds after the start."""
    try:
        limiter.admit(FROZEN_START + seconds * SECOND)
    except ApiError:
        return False
    return True


def test_the_window_slides_with_the_worlds_clock():
    """A call is admitted when fewer than the limit were admitted in the window before it."""
    limiter = RateLimiter(LIMIT)
    found = [_is_admitted(limiter, at) for at in (0, 4, 4, 9.999, 10, 10, 13.999, 14)]
    assert found == [True, True, False, False, True, False, False, True]


def test_a_limiter_without_a_limit_counts_nothing():
    """Every call is admitted, and none is remembered."""
    limiter = RateLimiter()
    assert all(_is_admitted(limiter, 0) for _ in range(1000))
    assert not limiter.admitted


def test_a_refused_call_is_not_counted():
    """Retrying too early does not lengthen the wait, and costs no memory."""
    limiter = RateLimiter(LIMIT)
    assert [_is_admitted(limiter, 0) for _ in range(50)] == [True, True] + 48 * [False]
    assert len(limiter.admitted) == 2
    assert _is_admitted(limiter, 10)


@pytest.mark.parametrize(("at", "header"), [(0, "10"), (0.001, "10"), (1, "9"), (9.999, "1")])
def test_a_refusal_has_retry_after_if_the_limit_says_so(at, header):
    """`Retry-After` is in whole seconds, rounded up; a call after that time is admitted."""
    limiter = RateLimiter(replace(LIMIT, requests=1, retry_after=True))
    limiter.admit(FROZEN_START)
    with pytest.raises(ApiError) as refusal:
        limiter.admit(FROZEN_START + at * SECOND)
    assert refusal.value.headers == {"Retry-After": header}
    assert _is_admitted(limiter, at + int(header))


def test_a_refusal_has_no_header_by_default():
    """Deck documents no header."""
    limiter = RateLimiter(replace(LIMIT, requests=1))
    limiter.admit(FROZEN_START)
    with pytest.raises(ApiError) as refusal:
        limiter.admit(FROZEN_START)
    assert refusal.value.headers == {}
    (problem,) = refusal.value.problems
    assert problem.name == "rate_limit/rate_limit_exceeded"
    assert (refusal.value.status, problem.message) == (429, "Too many requests.")
