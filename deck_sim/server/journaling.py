"""The journal's record of an answered request."""

from typing import Any

from deck_sim.base.redaction import redact_query
from deck_sim.runtime.journal import KEPT_HEADERS, Call
from deck_sim.runtime.request_bodies import read_for_journal
from deck_sim.server.request import Answer, Request, read_assumed


def record_call(request: Request, answer: Answer) -> Call:
    """Make the record of a request and its answer, without secrets."""
    errors = answer.data.get("errors", ()) if answer.status >= 400 else ()
    readable = request.fault is None or request.fault.is_answer_readable
    return Call(
        at=request.simulation.world.now,
        request_id=request.id,
        method=request.method,
        path=request.path,
        query=redact_query(request.scope["query_string"].decode("latin-1")),
        status=answer.status,
        body=read_for_journal(request.body),
        errors=tuple(f"{error['type']}/{error['code']}" for error in errors),
        scenario=answer.choice,
        after=request.timeline_length,
        headers={name: request.headers[name] for name in KEPT_HEADERS if name in request.headers},
        answered=_summarize(answer) if readable else {},
        replayed=request.replayed,
        fault=request.fault and request.fault.key,
        assumed=read_assumed(answer.headers),
    )


def _summarize(answer: Answer) -> dict[str, Any]:
    summary = {name: answer.data[name] for name in ("id", "status") if name in answer.data}
    if answer.status >= 400:
        errors = answer.data.get("errors", ())
        summary["message"] = " ".join(error["message"] for error in errors)
    for name, value in answer.headers.items():
        if name.lower() == "retry-after":
            summary["retry_after"] = value
    return summary
