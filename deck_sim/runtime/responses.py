"""The responses to the latest calls, as they were sent."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from deck_sim.runtime.journal import MAX_CALLS

MAX_BODY = 65_536  # bytes of one body; the rest is not kept
MAX_BODIES = 32 * 1024**2  # bytes of all; older responses are dropped


@dataclass(frozen=True, slots=True)
class SentResponse:
    """A response; its body may be cut."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    length: int  # of the whole body


@dataclass(slots=True)
class SentResponses:
    """Responses by the number of their call, oldest first."""

    _kept: dict[int, SentResponse] = field(default_factory=dict)
    _size: int = 0

    def keep(self, number: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        """Keep a response, and drop the oldest if there are too many."""
        kept = self._kept[number] = SentResponse((*headers,), body[:MAX_BODY], len(body))
        self._size += len(kept.body)
        while self._size > MAX_BODIES or len(self._kept) > MAX_CALLS:
            dropped = self._kept.pop(next(iter(self._kept)))
            self._size -= len(dropped.body)

    def find(self, number: int) -> SentResponse | None:
        """The response to a call; None if it is not sent yet, or not kept any more."""
        return self._kept.get(number)
