"""The rate limit of a world's API, counted by the world's clock."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deck_sim.contract.editions import RateLimit
from deck_sim.contract.error_catalog import refuse

_SECOND = timedelta(seconds=1)


@dataclass
class RateLimiter:
    """A sliding window over the calls that were admitted; without a `limit` it counts nothing."""

    limit: RateLimit | None = None
    admitted: deque[datetime] = field(default_factory=deque)  # those in the window, oldest first

    def admit(self, now: datetime) -> None:
        """Count a call. Refused calls do not count (assumed).

        Raises:
            ApiError: `rate_limit_exceeded` if the window is full.

        """
        limit, admitted = self.limit, self.admitted
        if limit is None:
            return
        while admitted and admitted[0] + limit.per <= now:
            admitted.popleft()
        if len(admitted) >= limit.requests:
            error = refuse("rate_limit/rate_limit_exceeded")
            if limit.retry_after:
                left = admitted[0] + limit.per - now
                error.headers["Retry-After"] = f"{-(-left // _SECOND)}"  # rounded up
            raise error
        admitted.append(now)
