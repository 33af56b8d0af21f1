"""The responses to the latest calls, as they were sent."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from deck_sim.engine.records import Immutable

MAX_BODY = 65_536  # bytes of one body; the rest is not kept
MAX_BODIES = 32 * 1024**2  # bytes of all; older responses are dropped
_OVERHEAD = 1024  # bytes of headers and of the objects


@dataclass(frozen=True, slots=True)
class SentResponse(Immutable):
    """A response; its body may be cut."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    length: int  # of the whole body

    @property
    def size(self) -> int:
        """The estimated bytes of memory."""
        return _OVERHEAD + len(self.body)


@dataclass(slots=True)
class SentResponses:
    """Responses by the number of their call, oldest first."""

    size: int = 0  # estimated bytes of memory
    _kept: OrderedDict[int, SentResponse] = field(default_factory=OrderedDict)

    def keep(self, number: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        """Keep a response, and drop the oldest if there are too many."""
        kept = self._kept[number] = SentResponse((*headers,), body[:MAX_BODY], len(body))
        self.size += kept.size
        while self.size > MAX_BODIES:
            self._drop_oldest()

    def forget(self, number: int) -> None:
        """Drop the responses to the calls up to this one."""
        while self._kept and next(iter(self._kept)) <= number:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _, dropped = self._kept.popitem(last=False)
        self.size -= dropped.size

    def find(self, number: int) -> SentResponse | None:
        """The response to a call; None if it is not sent yet, or not kept any more."""
        return self._kept.get(number)
