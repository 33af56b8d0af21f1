"""The call about what a client does wrong."""

from typing import Any

from deck_sim.durations import parse_duration
from deck_sim.endpoint import Answer, Request, Route
from deck_sim.errors import refuse
from deck_sim.journal import Call
from deck_sim.manners import POLL_INTERVAL, Found, Manner, look_at
from deck_sim.wire import print_moment


def show_manners(request: Request) -> Answer:
    """`GET /_sim/manners`: bad habits, as the journal and the deliveries show them."""
    given = request.asked("poll_interval")
    try:
        interval = parse_duration(given[0]) if given else POLL_INTERVAL
    except ValueError as error:
        text = f"`poll_interval`: {error}"
        raise refuse("request/input_invalid", text, field="poll_interval") from None
    seen = look_at(request.simulation, interval)
    return Answer({"data": [_print(manner, found) for manner, found in seen]})


def _print(manner: Manner, found: Found) -> dict[str, Any]:
    return {
        "manner": manner.name,
        "what": found.what,
        "why": manner.why,
        "mend": manner.mend,
        "calls": [_print_call(call) for call in found.calls],
    }


def _print_call(call: Call) -> dict[str, Any]:
    return {
        "at": print_moment(call.at),
        "request_id": call.request_id,
        "method": call.method,
        "path": call.path,
    }


ROUTES = [Route("GET", "/manners", show_manners)]
