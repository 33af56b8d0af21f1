"""What can go wrong with a call of the API. Two sorts: some keep it from being done, and the others
spoil the answer to one that is done.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from deck_sim.base.call_pattern import CallPattern
from deck_sim.base.validation import Whole
from deck_sim.contract.error_catalog import CATALOG, ApiError, refuse
from deck_sim.engine.injected import ANSWER, CALL
from deck_sim.faults.fault import Fault, fault_field
from deck_sim.faults.outgoing import CLOSED, NOTHING, RESET, OutgoingResponse
from deck_sim.faults.values import AnswerError, Delay, Match, OnlyTrue

_PAGE = b"""<html>
<head><title>%(status)d %(reason)s</title></head>
<body>
<center><h1>%(status)d %(reason)s</h1></center>
<hr><center>proxy</center>
</body>
</html>
"""
_REASONS = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}

read_pattern = cache(CallPattern.read)
RetryAfter = Annotated[int, Field(ge=0, le=86_400), Whole]


class HttpFault(Fault):
    """A fault of calls."""

    family = "match"
    fires: ClassVar[str] = ANSWER
    is_answer_readable: ClassVar[bool] = (
        False  # whether a caller can still read what the API answers
    )
    match: Match
    """The calls that it is for: a method, and a path in which `*` stands for one part and `**` for
    any number of them."""

    def applies_to(self, *subject: str) -> bool:
        """Whether it is for a call of this method and path."""
        method, path = subject
        return read_pattern(self.match).matches(method, path)

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        """What goes out instead of an answer."""
        return answer


class CallFault(HttpFault):
    """One that strikes before the API is reached: nothing is done."""

    fires: ClassVar[str] = CALL

    @property
    def refusal(self) -> ApiError | None:
        """The answer, if the API gives it."""
        return None

    @property
    def answered(self) -> int:
        """The status of the answer, if another gives it."""
        return NOTHING


class Refused(CallFault):
    """Deck refuses the call."""

    key = "error"
    is_answer_readable = True
    error: AnswerError
    """The error that it is refused with."""
    retry_after: RetryAfter | None = None
    """The seconds that the header `Retry-After` gives; without it, there is no such header."""

    @property
    def refusal(self) -> ApiError:
        """The error, in Deck's envelope."""
        error = refuse(self.error, CATALOG[self.error].message.format_map(_Blanks()))
        if self.retry_after is not None:
            error.headers["Retry-After"] = f"{self.retry_after}"
        return error


class ProxyPage(CallFault):
    """Something in between answers, with a page of HTML and no envelope."""

    key = "status"
    status: Annotated[int, Field(ge=400, le=599), Whole]
    """The HTTP status of its page."""
    retry_after: RetryAfter | None = None
    """The seconds that the header `Retry-After` gives; without it, there is no such header."""

    @property
    def answered(self) -> int:
        """The status of the page."""
        return self.status

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        """The page."""
        reason = _REASONS.get(self.status, "Error").encode()
        page = _PAGE % {b"status": self.status, b"reason": reason}
        headers = {"content-type": "text/html"}
        if self.retry_after is not None:
            headers["retry-after"] = f"{self.retry_after}"
        return replace(answer, headers=headers, pieces=(page,), length=len(page))


class Reset(CallFault):
    """The line is reset before anybody has read the call."""

    key = "reset"
    reset: OnlyTrue
    """`true`."""

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        """Nothing."""
        return replace(answer, status=NOTHING, pieces=(), end=RESET)


class LostResponse(HttpFault):
    """The call is done, and the line closed without an answer."""

    key = "lost_response"
    lost_response: OnlyTrue
    """`true`."""

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        """Nothing."""
        return replace(answer, status=NOTHING, pieces=(), end=CLOSED)


class Late(HttpFault):
    """The call is done, and its answer held back."""

    key = "delay"
    is_answer_readable = True
    delay: Delay
    """How long, on the world's clock."""

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        """The answer, later."""
        return replace(answer, held=self.delay)


class Empty(HttpFault):
    """The call is done, and its answer has no body."""

    key = "empty"
    empty: OnlyTrue
    """`true`."""

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        """The answer without its body."""
        return replace(answer, pieces=(), length=0)


class Truncated(HttpFault):
    """The call is done, and the line closed in the middle of the answer."""

    key = "truncate"
    truncate: OnlyTrue
    """`true`."""

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        """Half of what the headers promise."""
        return replace(answer, pieces=(answer.body[: answer.length // 2],), end=CLOSED)


class Malformed(HttpFault):
    """The call is done, and the body of its answer is not JSON: its last brace is missing."""

    key = "malformed"
    malformed: OnlyTrue
    """`true`."""

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        """All of the body but its last character."""
        body = answer.body[:-1]
        return replace(answer, pieces=(body,), length=len(body))


class Dripping(HttpFault):
    """The call is done, and the body of its answer comes byte by byte."""

    key = "drip"
    is_answer_readable = True
    drip: OnlyTrue
    """`true`."""

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        """Each byte on its own."""
        return replace(answer, pieces=tuple(bytes([byte]) for byte in answer.body))


class _Blanks(dict[str, str]):
    """The words of a catalog's text, of which a fault knows none."""

    def __missing__(self, name: str) -> str:
        return "…"


if TYPE_CHECKING:
    AnyHttpFault = HttpFault
else:
    AnyHttpFault: Any = fault_field(HttpFault)
