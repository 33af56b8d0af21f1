"""The records of calls: the journal, and answers stored by idempotency key."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from deck_sim.base.redaction import redact_headers
from deck_sim.scenario.selection import Choice

MAX_CALLS = 10_000  # older ones are dropped
GAVE_UP = "its client gave up"  # before the answer was sent
KEPT_HEADERS = ("content-type", "idempotency-key", "user-agent")  # never the API key
_LONGEST = 1000  # characters of another header


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API in the journal."""

    at: datetime
    request_id: str
    method: str
    path: str
    query: str
    status: int
    body: Any
    errors: tuple[str, ...]
    scenario: Choice | None
    after: int  # number of timeline entries before it
    headers: Mapping[str, str] = field(default_factory=dict)  # those of `kept_headers`
    answered: Mapping[str, Any] = field(default_factory=dict)  # id, status of the answer's resource
    replayed: bool = False  # answered with a stored answer
    fault: str | None = None  # the key of its fault
    unanswered: str | None = None  # why its client got no answer, or none that can be read
    assumed: tuple[str, ...] = ()  # the assumed behaviours it relies on
    number: int = 0  # among all calls of its world, also those that are no longer kept


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer to a call with an idempotency key, which a repeated call gets again."""

    at: datetime
    call: str  # its method and path
    parameters: str  # a digest of the call, so no secret is kept
    status: int
    headers: Mapping[str, str]
    body: bytes


def kept_headers(headers: Mapping[str, str], others: Iterable[str]) -> dict[str, str]:
    """The headers that the journal keeps of a call: the usual ones, and others without secrets."""
    asked = {name: headers[name][:_LONGEST] for name in others if name in headers}
    return redact_headers(asked) | {n: headers[n] for n in KEPT_HEADERS if n in headers}


def note_departure(journal: deque[Call], request_id: str) -> None:
    """Record that a client left before its answer was sent."""
    for index, call in enumerate(journal):
        if call.request_id == request_id:
            journal[index] = replace(call, answered={}, unanswered=GAVE_UP)
