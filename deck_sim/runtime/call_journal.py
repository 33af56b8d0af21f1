"""The records of calls: the journal, the latest responses, stored answers, the rate limit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from deck_sim.contract.editions import RateLimit
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.world_values import Immutable, RecentLog
from deck_sim.scenario.selection import Choice

MOST_CALLS = 10_000  # that a world keeps, and as many answers stored by idempotency key
GAVE_UP = "its client gave up"  # before the answer was sent
KEPT_HEADERS = ("content-type", "idempotency-key", "user-agent")  # never the API key
MAX_BODY = 65_536  # bytes of one body of an answer; the rest is not kept


@dataclass(frozen=True, slots=True)
class Call(Immutable):
    """A call of the Deck API with its answer, as the journal keeps them."""

    at: datetime
    request_id: str
    method: str
    path: str
    query: str
    status: int
    body: bytes
    errors: tuple[str, ...]
    scenario: Choice | None
    after: int  # number of timeline entries before it
    headers: Mapping[str, str] = field(default_factory=dict)  # those of `kept_headers`
    answered: Mapping[str, Any] = field(default_factory=dict)  # parts of the answer, such as `id`
    replayed: bool = False  # answered with a stored answer
    fault: str | None = None  # the key of its fault
    by_trouble: bool = False  # whether an exploration injected the fault
    unanswered: str | None = None  # why its client got no answer that it could read
    number: int = 0  # among all calls of its world, also those that are no longer kept
    real_ns: int = 0  # when it came in real time, on a monotonic clock
    position: int = 0  # number of calls, entries and events that were recorded before it
    from_handle: bool = False  # whether a `Deck` sent it, not a program under test
    in_process: bool = False  # whether it came without a socket
    for_webhook: bool = False  # whether it came while a receiver handled a webhook
    # How many events its world had before and after it; empty if an advance was in progress.
    caused: tuple[int, ...] = ()


class Journal(RecentLog[Call]):
    """The last calls of the Deck API, oldest first."""

    __slots__ = ()

    def note_departure(self, request_id: str) -> None:
        """Record that a client left before its answer was sent."""
        for index, call in enumerate(self):
            if call.request_id == request_id:
                self._items[index] = replace(call, answered={}, unanswered=GAVE_UP)


@dataclass(frozen=True, slots=True)
class StoredAnswer(Immutable):
    """The answer to a call with an idempotency key, which repeated calls get again."""

    at: datetime
    call: str  # its method and path
    parameters: str  # a digest of the call, so that a state file keeps no secret
    status: int
    headers: Mapping[str, str]
    body: bytes


# One object for equal headers saves memory: most calls of a client have the same ones.
_share = lru_cache(tuple[tuple[bytes, bytes], ...])
_share_dict = lru_cache(dict[str, str])


def kept_headers(headers: Mapping[str, str], others: Iterable[str]) -> Mapping[str, str]:
    """Return those of `headers` (lower-case names) that the journal keeps or `others` lists."""
    listed = {name: headers[name.lower()] for name in others if name.lower() in headers}
    usual = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    return _share_dict((*listed.items(), *usual.items()))


@dataclass(frozen=True, slots=True)
class SentResponse(Immutable):
    """A response, with at most `MAX_BODY` bytes of its body."""

    number: int  # of its call
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    length: int  # of the whole body


def cut_response(number: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> SentResponse:
    return SentResponse(number, _share((*headers,)), body[:MAX_BODY], len(body))


@dataclass(slots=True)
class RateLimiter:
    """The rate limit of a world: at most `limit.requests` calls per `limit.per` of world time."""

    limit: RateLimit
    admitted: list[datetime] = field(default_factory=list)  # those in the window, oldest first

    def admit(self, now: datetime) -> None:
        """Admit a call. A refused call does not use up the limit (assumed). Raises ApiError
        (`rate_limit_exceeded`) if the window is full.
        """
        limit, admitted = self.limit, self.admitted
        while admitted and admitted[0] + limit.per <= now:
            del admitted[0]
        if len(admitted) >= limit.requests:
            error = refuse("rate_limit/rate_limit_exceeded")
            if limit.retry_after:
                wait = admitted[0] + limit.per - now
                error.headers["Retry-After"] = f"{-(-wait // timedelta(seconds=1))}"  # rounded up
            raise error
        admitted.append(now)
