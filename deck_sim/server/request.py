"""A visit: one request while it is answered, and what the journal keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope

from deck_sim.base.redaction import hide_in_query
from deck_sim.runtime.journal import KEPT_HEADERS, Call
from deck_sim.runtime.serialization import read_for_journal
from deck_sim.runtime.simulation import Simulation
from deck_sim.server.endpoint import Answer

ASSUMED = "Deck-Sim-Assumed"  # the names of what an answer rests on, in the ledger of fidelity


@dataclass(slots=True)
class RequestContext:
    """What is known of a request while it is answered."""

    scope: Scope
    headers: Headers
    body: bytes
    simulation: Simulation
    request_id: str
    position: int = 0  # how many entries the timeline had when the request came
    events: int = 0  # and how many events there had been
    fault: Any = None  # what goes wrong with it
    replayed: bool = False


def record_call(visit: RequestContext, answer: Answer) -> Call:
    """The journal's record of an answered request."""
    refused = answer.data.get("errors", ()) if answer.status >= 400 else ()
    return Call(
        at=visit.simulation.world.now,
        request_id=visit.request_id,
        method=visit.scope["method"],
        path=visit.scope["path"],
        query=hide_in_query(visit.scope["query_string"].decode("latin-1")),
        status=answer.status,
        body=read_for_journal(visit.body),
        errors=tuple(f"{error['type']}/{error['code']}" for error in refused),
        scenario=answer.choice,
        after=visit.position,
        headers={name: visit.headers[name] for name in KEPT_HEADERS if name in visit.headers},
        answered=_answered(answer) if visit.fault is None or visit.fault.is_answer_readable else {},
        replayed=visit.replayed,
        fault=visit.fault and visit.fault.key,
        assumed=read_assumed(answer.headers),
    )


def read_assumed(headers: Mapping[str, str]) -> tuple[str, ...]:
    """What an answer said that it rests on."""
    return tuple(filter(None, headers.get(ASSUMED, "").split(", ")))


def _answered(answer: Answer) -> dict[str, Any]:
    """What a client was told: which resource, in which status; what is wrong; when to return."""
    shown = {name: answer.data[name] for name in ("id", "status") if name in answer.data}
    if answer.status >= 400:
        shown["message"] = " ".join(error["message"] for error in answer.data.get("errors", ()))
    waits = {n.lower(): v for n, v in answer.headers.items()}.get("retry-after")
    return shown if waits is None else {**shown, "retry_after": waits}
