"""The responses to the latest calls, as they were sent."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from deck_sim.engine.records import Immutable

MAX_BODY = 65_536  # bytes of one body; the rest is not kept
MOST_RESPONSES = 1000


@dataclass(frozen=True, slots=True)
class SentResponse(Immutable):
    """A response; its body may be cut."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    length: int  # of the whole body


@dataclass(slots=True)
class SentResponses:
    """The last responses, by the number of their call."""

    _kept: dict[int, SentResponse] = field(default_factory=dict)

    def keep(self, number: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        """Keep a response, and drop the oldest if there are too many."""
        self._kept[number] = SentResponse((*headers,), body[:MAX_BODY], len(body))
        if len(self._kept) > MOST_RESPONSES:
            del self._kept[next(iter(self._kept))]

    def find(self, number: int) -> SentResponse | None:
        """The response to a call; None if it is not sent yet, or not kept any more."""
        return self._kept.get(number)
