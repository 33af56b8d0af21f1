"""Faults of calls of the API. Some replace the call; the others change its response."""

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
from deck_sim.faults.values import AnswerError, Delay, Match, OnlyTrue, RetryAfter

_PAGE = """<html>
<head><title>{title}</title></head>
<body>
<center><h1>{title}</h1></center>
<hr><center>proxy</center>
</body>
</html>
"""
_REASONS = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}

_read_pattern = cache(CallPattern.read)


class HttpFault(Fault):
    """A fault of calls."""

    family = "match"
    fires: ClassVar[str] = ANSWER
    is_answer_readable: ClassVar[bool] = False  # whether the client learns what the API answers
    match: Match
    """The calls that it applies to: a method and a path, in which `*` stands for one segment and
    `**` for any number of them."""

    def applies_to(self, *subject: str) -> bool:
        """Whether it applies to a call with this method and path."""
        method, path = subject
        return _read_pattern(self.match).matches(method, path)

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        """Return the response to send instead."""
        return answer


class CallFault(HttpFault):
    """A fault that replaces the call: nothing is done."""

    fires: ClassVar[str] = CALL

    @property
    def refusal(self) -> ApiError | None:
        """The error that the API answers with, or None if it does not answer."""
        return None

    @property
    def answered(self) -> int:
        """The status that the journal keeps when the fault answers instead of the API."""
        return NOTHING


class Refused(CallFault):
    """Deck refuses the call."""

    key = "error"
    is_answer_readable = True
    error: AnswerError
    """The error of the answer."""
    retry_after: RetryAfter | None = None

    @property
    def refusal(self) -> ApiError:
        error = refuse(self.error, CATALOG[self.error].message.format_map(Blanks()))
        if self.retry_after is not None:
            error.headers["Retry-After"] = f"{self.retry_after}"
        return error


class ProxyPage(CallFault):
    """A proxy answers with an HTML page."""

    key = "status"
    status: Annotated[int, Field(ge=400, le=599), Whole]
    """The HTTP status of the page."""
    retry_after: RetryAfter | None = None

    @property
    def answered(self) -> int:
        return self.status

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        title = f"{self.status} {_REASONS.get(self.status, 'Error')}"
        page = _PAGE.format(title=title).encode()
        headers = {"content-type": "text/html"}
        if self.retry_after is not None:
            headers["retry-after"] = f"{self.retry_after}"
        return replace(answer, headers=headers, pieces=(page,), length=len(page))


class Reset(CallFault):
    """The connection is reset before the call is read."""

    key = "reset"
    reset: OnlyTrue

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, status=NOTHING, pieces=(), end=RESET)


class LostResponse(HttpFault):
    """The call is done, and the connection closed without a response."""

    key = "lost_response"
    lost_response: OnlyTrue

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, status=NOTHING, pieces=(), end=CLOSED)


class Late(HttpFault):
    """The call is done, and its response is delayed."""

    key = "delay"
    is_answer_readable = True
    delay: Delay
    """How long, on the world's clock."""

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, held=self.delay)


class Empty(HttpFault):
    """The call is done, and its response has no body."""

    key = "empty"
    empty: OnlyTrue

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, pieces=(), length=0)


class Truncated(HttpFault):
    """The call is done, and the connection closed in the middle of the response."""

    key = "truncate"
    truncate: OnlyTrue

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, pieces=(answer.body[: answer.length // 2],), end=CLOSED)


class Malformed(HttpFault):
    """The call is done, and its response is not valid JSON: the last brace is missing."""

    key = "malformed"
    malformed: OnlyTrue

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        body = answer.body[:-1]
        return replace(answer, pieces=(body,), length=len(body))


class Dripping(HttpFault):
    """The call is done, and the body of its response is sent byte by byte."""

    key = "drip"
    is_answer_readable = True
    drip: OnlyTrue

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, pieces=tuple(bytes([byte]) for byte in answer.body))


class Blanks(dict[str, str]):
    """Fills the placeholders of a message, which a fault has no values for."""

    def __missing__(self, name: str) -> str:
        return "…"


if TYPE_CHECKING:
    AnyHttpFault = HttpFault
else:
    AnyHttpFault: Any = fault_field(HttpFault)
