"""The control API, below `/_sim`: each call performs one operation of `deck_sim.operations`.

These calls skip faults, the rate limit, idempotency keys, the journal and holds.
"""

import asyncio
from collections.abc import Collection
from typing import Any

from starlette.types import Receive, Scope, Send

from deck_sim.base.errors import quote, suggest
from deck_sim.base.loops import map_in_turns
from deck_sim.base.real_time import PRESENT_HEADER, PROCESS_HEADER, process_id
from deck_sim.base.redaction import is_secret, redact
from deck_sim.contract.error_catalog import refuse
from deck_sim.operations import BODY, CONTROL_OPERATIONS, perform
from deck_sim.runtime.moment_text import read_moment
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.app import check_size, make_response, read_request, take
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Routes

WORLD = "Deck-Sim-World"  # a header: the id of a world, in place of its key
ROOT = "/_sim"
WORLDS = f"{ROOT}/worlds"
PLAIN = "plain"  # `?plain=true` shows the secrets that are hidden otherwise


class ControlApp:
    """Answers each control call: finds its world and its operation, and performs it."""

    def __init__(self, worlds: WorldRegistry) -> None:
        self._worlds = worlds
        rows = CONTROL_OPERATIONS.values()
        self._routes = Routes(ROOT, {(row.method, row.path): row for row in rows})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await read_request(self._worlds, scope, receive)
        if request is None:
            return
        if await take((self.select_world,), request):
            await take((note_caller, check_size, self.call_operation), request)
        await make_response(scope, request.answer)(scope, receive, send)

    def select_world(self, request: Request) -> None:
        """Select the world of the key. Without `--keys`, the world's id in the header
        `Deck-Sim-World` can replace the key, and the list of worlds needs neither.
        """
        worlds, world_id = self._worlds, request.headers.get(WORLD.lower())
        if worlds.keys is None and request.path == WORLDS:
            request.simulation = worlds.keyless()
        elif worlds.keys is not None or world_id is None:
            request.simulation = worlds.select(request.headers.get("authorization"))
        elif simulation := worlds.find_by_token(world_id):
            request.simulation = simulation
        else:
            text = (
                f"the header `{WORLD}` is {quote(world_id)}, and no world has this id;"
                " `GET /_sim/worlds` lists the ids; a world begins with the first call of its key"
            )
            raise refuse("request/endpoint_not_found", text)
        # Control calls have their own counter: watching a world must not change its answers.
        request.id = request.simulation.world.next_id("ctl")

    async def call_operation(self, request: Request) -> Answer:
        row, in_path = self._routes.find(request.method, request.path)
        has_body = request.method not in ("GET", "HEAD", "DELETE")
        query = _read_query(request, () if has_body else row.checked)
        is_plain = query.pop(PLAIN, None) == "true"
        values: dict[str, Any] = query
        if has_body and BODY not in row.parameters:
            values = request.read_object() if row.checked else {}
        elif row.takes_text and "json" not in request.headers.get("content-type", ""):
            values = {BODY: request.body}
        elif has_body:
            values = {BODY: request.read_object() if request.body else {}}
        values |= in_path
        leaving = asyncio.ensure_future(request.receive())
        try:
            data = await perform(row, values, request.simulation, self._worlds, leaving.done)
        finally:
            leaving.cancel()
        if row.shows_records and not is_plain:
            data = {
                name: await map_in_turns(redact, value)
                if isinstance(value, list) and not is_secret(name)
                else redact(value, name)
                for name, value in data.items()
            }
        if row.path.endswith(".svg"):
            return Answer(
                data, headers={"Content-Type": "image/svg+xml"}, body=data["svg"].encode()
            )
        return Answer(data)


def note_caller(request: Request) -> None:
    """Record that a control call used the request's key. If another process sent it, keep the time
    at which that process is frozen, if it is, for the signatures of webhooks.
    """
    moment, process = (request.headers.get(h.lower()) for h in (PRESENT_HEADER, PROCESS_HEADER))
    if (moment or process) and process != process_id():
        request.simulation.caller_time = read_moment(moment, PRESENT_HEADER) if moment else None
    if WORLD.lower() not in request.headers:  # the inspector may send an id in place of the key
        request.worlds.note_control(request.simulation.key)


def _read_query(request: Request, names: Collection[str]) -> dict[str, str]:
    values, allowed = dict[str, str](), (*names, PLAIN)
    for name, text in request.query:
        why = None
        if name not in allowed:
            why = f"unknown parameter {quote(name)} of the query{suggest(name, allowed)}"
        elif name in values:
            why = f"`{name}` is twice in the query; give it once"
        elif name == PLAIN and text not in ("true", "false"):
            why = f"`{name}` must be true or false, not {quote(text)}"
        if why is not None:
            raise refuse("request/input_invalid", why, field=name)
        values[name] = text
    return values
