"""The rate limit, by the world's clock."""

from dataclasses import replace
from datetime import timedelta

import pytest

from deck_sim.contract.editions import RateLimit
from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.world import FROZEN_START
from deck_sim.runtime.rate_limiter import RateLimiter

SECOND = timedelta(seconds=1)
LIMIT = RateLimit(2, 10 * SECOND)


def _is_admitted(limiter, seconds):
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
    limiter = RateLimiter()
    assert all(_is_admitted(limiter, 0) for _ in range(1000))
    assert not limiter.admitted


def test_a_refused_call_is_not_counted():
    """Retrying too early does not lengthen the wait, and costs no memory."""
    limiter = RateLimiter(LIMIT)
    assert [_is_admitted(limiter, 0) for _ in range(50)] == [True, True] + 48 * [False]
    assert len(limiter.admitted) == 2
    assert _is_admitted(limiter, 10)


def _refusal(limiter, seconds):
    with pytest.raises(ApiError) as refusal:
        limiter.admit(FROZEN_START + seconds * SECOND)
    return refusal.value


def test_a_refusal_has_retry_after_if_the_limit_says_so():
    """`Retry-After` is in whole seconds, rounded up; a call after that time is admitted."""
    for at, header in {0: "10", 0.001: "10", 1: "9", 9.999: "1"}.items():
        limiter = RateLimiter(replace(LIMIT, requests=1, retry_after=True))
        limiter.admit(FROZEN_START)
        assert _refusal(limiter, at).headers == {"Retry-After": header}
        assert _is_admitted(limiter, at + int(header))


def test_a_refusal_has_no_header_by_default():
    """Deck documents no header."""
    limiter = RateLimiter(replace(LIMIT, requests=1))
    limiter.admit(FROZEN_START)
    error = _refusal(limiter, 0)
    assert (error.status, f"{error}", error.headers) == (429, "Too many requests.", {})
