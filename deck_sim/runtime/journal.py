"""What is remembered of the calls of the Deck API: the journal, and answers by idempotency key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deck_sim.scenario.selection import Choice

MAX_CALLS = 10_000  # that are kept
KEPT_HEADERS = ("content-type", "idempotency-key", "user-agent")  # never the API key


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API, as the journal keeps it."""

    at: datetime
    request_id: str
    method: str
    path: str
    query: str
    status: int
    body: Any
    errors: tuple[str, ...]
    scenario: Choice | None
    after: int  # how many entries the timeline had before it
    headers: Mapping[str, str] = field(default_factory=dict)  # those of `KEPT_HEADERS` it had
    answered: Mapping[str, Any] = field(default_factory=dict)  # id and status of what was shown
    replayed: bool = False  # whether it was answered as the call was that had its key first
    fault: str | None = None  # what was made to go wrong with it
    assumed: tuple[str, ...] = ()  # what its answer rests on that is only assumed


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer to a call with an idempotency key, to be given again to the same call."""

    at: datetime
    call: str  # its method and path
    parameters: str  # a digest of all that the call said, so that no secret is kept
    status: int
    headers: Mapping[str, str]
    body: bytes
