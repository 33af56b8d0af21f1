"""The call about what a client does wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deck_sim.base.durations import parse_duration
from deck_sim.contract.error_catalog import refuse
from deck_sim.runtime.journal import Call
from deck_sim.runtime.serialization import print_moment
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route

if TYPE_CHECKING:
    from deck_sim.runtime import lint


def show_lint(request: Request) -> Answer:
    """`GET /_sim/lint`: mistakes of the client that the journal and the deliveries show."""
    from deck_sim.runtime import lint

    given = request.query_values("poll_interval")
    try:
        interval = parse_duration(given[0]) if given else lint.POLL_INTERVAL
    except ValueError as error:
        text = f"`poll_interval`: {error}"
        raise refuse("request/input_invalid", text, field="poll_interval") from None
    seen = lint.find_problems(request.simulation, interval)
    return Answer({"data": [_print(rule, found) for rule, found in seen]})


def _print(rule: lint.LintRule, found: lint.Finding) -> dict[str, Any]:
    return {
        "name": rule.name,
        "what": found.what,
        "why": rule.why,
        "mend": rule.mend,
        "calls": [_print_call(call) for call in found.calls],
    }


def _print_call(call: Call) -> dict[str, Any]:
    return {
        "at": print_moment(call.at),
        "request_id": call.request_id,
        "method": call.method,
        "path": call.path,
    }


ROUTES = [Route("GET", "/lint", show_lint)]
