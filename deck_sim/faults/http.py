"""Faults of API calls. Some replace the call; the others change its response."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from deck_sim.base.call_pattern import CallPattern
from deck_sim.base.validation import Whole
from deck_sim.engine.injected_faults import ANSWER, CALL
from deck_sim.faults import CLOSED, RESET
from deck_sim.faults.fault import Fault, fault_field
from deck_sim.faults.fault_fields import (
    AnswerDelay,
    AnswerHeaders,
    ContentType,
    ErrorAnswer,
    Match,
    OnlyTrue,
    RetryAfter,
)
from deck_sim.faults.outgoing import BODILESS, NOTHING, HeaderLines, OutgoingResponse

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
    """The base class of faults of API calls, which are selected by method and path."""

    family = "match"
    fires: ClassVar[str] = ANSWER
    is_answer_readable: ClassVar[bool] = False  # whether the client can read the answer
    match: Match
    """The calls to affect, such as `POST /v2/tasks/*/run`. The method may be omitted. In the path
    `*` is one segment, and `**` any number of segments."""

    def applies_to(self, *subject: str) -> bool:
        """Whether the fault applies to a call; `subject` is its method and path."""
        method, path = subject
        return _read_pattern(self.match).matches(method, path)

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return answer


class CallFault(HttpFault):
    """A fault that replaces the call: the API does nothing."""

    fires: ClassVar[str] = CALL

    def answer(self) -> tuple[int, HeaderLines]:
        """Return the status and headers of the answer, or raise it if it is an ApiError."""
        return NOTHING, ()


class DeckError(ErrorAnswer, CallFault):
    """Deck answers the call with an error of its catalog; the call has no effect."""

    key = "error"
    is_answer_readable = True

    def answer(self) -> tuple[int, HeaderLines]:
        raise self.refusal


class OwnAnswer(CallFault):
    """A proxy, or another server between client and Deck, answers the call."""

    is_answer_readable = True
    status: Annotated[int, Field(ge=200, le=599), Whole]
    """The HTTP status of the answer, like `503`."""
    body: Any = None
    """The body: text, or another value, sent as JSON. Default: a proxy's HTML page if the status is
    400 or higher, otherwise no body. A 204, 205 or 304 never has a body."""
    content_type: ContentType | None = None
    """The header `Content-Type`. By default it follows from the body: JSON, plain text or HTML."""
    headers: AnswerHeaders | None = None
    """More headers. A header with a list of values is sent once for each value."""
    retry_after: RetryAfter | None = None
    """The header `Retry-After`, in seconds. If omitted, the header is not sent."""

    def answer(self) -> tuple[int, HeaderLines]:
        headers = {name.lower(): value for name, value in (self.headers or {}).items()}
        if type_ := self.content_type or self._content[0]:
            headers.setdefault("content-type", type_)
        if self.retry_after is not None:
            headers["retry-after"] = f"{self.retry_after}"
        lists = ((name, v if isinstance(v, list) else [v]) for name, v in headers.items())
        return self.status, tuple((name, value) for name, values in lists for value in values)

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        body = b"" if self.status in BODILESS else self._content[1].encode(errors="replace")
        _, headers = self.answer()
        return replace(answer, headers=headers, pieces=(body,), length=len(body))

    @property
    def _content(self) -> tuple[str, str]:
        """The default content type (empty if there is no body), and the body."""
        if isinstance(self.body, str):
            return "text/plain; charset=utf-8", self.body
        if self.body is not None:
            return "application/json", json.dumps(self.body, ensure_ascii=False)
        title = f"{self.status} {_REASONS.get(self.status, 'Error')}"
        return ("text/html", _PAGE.format(title=title)) if self.status >= 400 else ("", "")


class Reset(CallFault):
    """The connection is reset before the call is read; the call has no effect."""

    reset: OnlyTrue

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, status=NOTHING, pieces=(), end=RESET)


class LostResponse(HttpFault):
    """The call is carried out, then the connection is closed without a response."""

    lost_response: OnlyTrue

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, status=NOTHING, pieces=(), end=CLOSED)


class Late(HttpFault):
    """The call is carried out, and its response is delayed.

    A delay without `wait: real` needs a world with a real clock. In other worlds the response is
    sent at once, and the timeline says so.
    """

    is_answer_readable = True
    delay: AnswerDelay
    """The delay on the world's clock; or `{for: 3s, wait: real}` for real time."""

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        if isinstance(self.delay, timedelta):
            return replace(answer, delay=self.delay)
        return replace(answer, delay=self.delay.length, in_real_time=True)


class Empty(HttpFault):
    """The call is carried out, and its response has no body."""

    empty: OnlyTrue

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, pieces=(), length=0)


class Truncated(HttpFault):
    """The call is carried out, then the connection is closed in the middle of the response."""

    truncate: OnlyTrue

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, pieces=(answer.body[: answer.length // 2],), end=CLOSED)


class Malformed(HttpFault):
    """The call is carried out, but its response is not valid JSON: the last brace is missing."""

    malformed: OnlyTrue

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        body = answer.body[:-1]
        return replace(answer, pieces=(body,), length=len(body))


class Dripping(HttpFault):
    """The call is carried out, and the body of its response is sent byte by byte."""

    is_answer_readable = True
    drip: OnlyTrue

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, pieces=tuple(bytes([byte]) for byte in answer.body))


if TYPE_CHECKING:
    AnyHttpFault = HttpFault
else:
    AnyHttpFault: Any = fault_field(HttpFault)
