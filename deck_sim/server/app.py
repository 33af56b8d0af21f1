"""The ASGI app: one request passes these steps, in this order.

1. Read the body, and authenticate: the API key selects the world.
2. Bring the world's clock up to date.
3. Fire the fault that is due for the call. Some faults answer instead of the next steps.
4. Count the call against the rate limit, and check the size of its body.
5. Find the route, and check the scenario that a create names.
6. Replay the answer stored under the call's idempotency key.
7. Call the endpoint.
8. Turn errors into Deck's envelope.
9. Record the call in the journal, and save what has changed if worlds are kept.
10. Send early webhooks, wake the dispatcher, wait while a hold keeps the answer back.
11. Send the answer, as the fault changes it.

Calls of the control API skip faults, limits, idempotency keys, the journal and holds.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from deck_sim.base.errors import quote
from deck_sim.base.real_time import PRESENT_HEADER, PROCESS_HEADER, process_id
from deck_sim.contract.editions import Edition
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.engine.holds import count_stop, find_call_hold
from deck_sim.runtime.activity import log_call, log_refused
from deck_sim.runtime.clock import catch_up
from deck_sim.runtime.moments import read_moment
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.request_bodies import MAX_BODY_BYTES
from deck_sim.runtime.simulation import Refusal, Simulation
from deck_sim.scenario.selection import HEADER, check_scenario
from deck_sim.server.fault_injection import (
    apply_fault,
    fire_call_fault,
    fire_creation_fault,
    leaves_before,
    send_early_webhooks,
)
from deck_sim.server.headers import VERSION
from deck_sim.server.idempotency import answer_once
from deck_sim.server.request import Answer, Request, error_answer, record_call
from deck_sim.server.routing import Route, Routes, relative_path

WORLD = "Deck-Sim-World"  # a header of control calls: the id of a world, in place of its key

log = logging.getLogger("deck_sim")


class App:
    """An ASGI app that answers with the routes of a world's edition. The control API is one; the
    Deck API is a `DeckApp`. Calls of `open_paths` need no API key.
    """

    # Ids of control calls are counted apart: watching a world must not change its answers.
    id_prefix = "ctl"

    def __init__(
        self,
        worlds: WorldRegistry,
        routes: Callable[[Edition], Routes],
        *,
        open_paths: tuple[str, ...] = (),
    ) -> None:
        self.worlds, self.routes, self.open_paths = worlds, routes, open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _read_body(receive)
        if body is None:
            return
        headers, worlds = Headers(scope=scope), self.worlds
        try:
            is_open = relative_path(scope) in self.open_paths
            simulation = worlds.keyless() if is_open else self.select(headers)
        except ApiError as error:
            log_refused(scope["method"], scope["path"], error.status, str(error))
            self.note_refused(f"{scope['method']} {scope['path']}", headers.get("authorization"))
            await refuse_call(worlds, error, scope)(scope, receive, send)
            return
        request_id = simulation.world.next_id(self.id_prefix)
        request = Request(scope, headers, body, worlds, simulation, request_id, receive)
        with simulation.in_use():
            response = await self.respond(request)
        await response(scope, receive, send)

    def select(self, headers: Headers) -> Simulation:
        """Return the world of a call: that of its key, or one of those that `/worlds` lists."""
        world_id = headers.get(WORLD)
        if world_id is None or self.worlds.keys is not None:
            return self.worlds.select(headers.get("authorization"))
        found = self.worlds.find_by_token(world_id)
        if found is None:
            text = (
                f"no world has the id {quote(world_id)} of `{WORLD}`; `GET /_sim/worlds` lists"
                " those that exist, and a world begins with the first call of its key"
            )
            raise refuse("request/endpoint_not_found", text)
        return found

    def note_refused(self, call: str, authorization: str | None) -> None:
        """Note a call that reached no world. Calls of the control API are not noted."""

    async def respond(self, request: Request) -> ASGIApp:
        """Answer a request to a world."""
        answer = self.save(request, await self.answer(request))
        if request.method not in ("GET", "HEAD"):
            request.simulation.control_changes += 1
        self.worlds.dispatcher.wake(request.simulation)
        return _make_response(request.scope, answer)

    def save(self, request: Request, answer: Answer) -> Answer:
        """Save what the call has changed; returns its answer, or the error if that fails."""
        try:
            self.worlds.save(request.simulation)
        except ApiError as error:
            return error_answer(error, request.id)
        return answer

    async def answer(self, request: Request) -> Answer:
        """Handle a request. Every error becomes an answer."""
        try:
            answer = await self.handle(request)
            answer.serialize(request.id)
        except ApiError as error:
            return error_answer(error, request.id)
        except Exception:
            crash = request.simulation.note_crash(f"{request.method} {request.path}")
            return error_answer(crash, request.id)
        return answer

    async def handle(self, request: Request) -> Answer:
        """Call the endpoint of a request. A caller in a frozen process sends its time."""
        moment, process = (request.headers.get(h) for h in (PRESENT_HEADER, PROCESS_HEADER))
        if (moment or process) and process != process_id():
            request.simulation.caller_time = read_moment(moment, PRESENT_HEADER) if moment else None
        if WORLD not in request.headers:  # a page that only looks on has an id
            self.worlds.note_control(request.simulation.key)
        catch_up(request.simulation)
        return await _call(request, self.find_route(request))

    def find_route(self, request: Request) -> Route:
        """Find the route of a request, and set the request's operation and path parameters."""
        if len(request.body) > MAX_BODY_BYTES:
            raise refuse("request/payload_too_large", limit=f"{MAX_BODY_BYTES // 1024**2} MiB")
        route, request.params = self.routes(request.world.rules).find(request.scope)
        request.operation = route.operation
        return route


class DeckApp(App):
    """The Deck API."""

    id_prefix = "req"

    def select(self, headers: Headers) -> Simulation:
        """Return the world of the key."""
        return self.worlds.select(headers.get("authorization"))

    def note_refused(self, call: str, authorization: str | None) -> None:
        """Keep the call, for the reports of tests."""
        self.worlds.note_refused(call, authorization)

    async def respond(self, request: Request) -> ASGIApp:
        """Answer a request to a world, and record it."""
        simulation = request.simulation
        answer = await self.answer(request)
        fire_creation_fault(request, answer)
        call = record_call(request, answer)
        simulation.journal.append(call)
        self.worlds.count_call(simulation)
        kept = self.save(request, answer)
        if kept is not answer:
            log_call(simulation.key, record_call(request, kept))
            return _make_response(request.scope, kept)
        log_call(simulation.key, call)
        await send_early_webhooks(request)
        self.worlds.dispatcher.wake(simulation)
        await self._hold_answer(request)
        response = _make_response(request.scope, answer)
        if request.fault is None:
            simulation.responses.keep(call.number, response.headers.items(), bytes(response.body))
            return response
        faulty = apply_fault(request.fault, response, simulation, request.id)
        self._save_late(simulation)
        sent = faulty.outgoing
        simulation.responses.keep(call.number, sent.headers, sent.body)
        return faulty

    async def handle(self, request: Request) -> Answer:
        """Take a request through the steps from its fault to its endpoint."""
        simulation = request.simulation
        if PROCESS_HEADER in request.headers:  # a handle's call
            self.worlds.note_control(simulation.key)
        catch_up(simulation)
        request.timeline_length = simulation.world.timeline.total
        request.event_count = simulation.world.events.total
        answer = fire_call_fault(request)
        if answer is not None:
            return answer
        try:
            simulation.rate_limiter.admit(simulation.world.now)
            route = self.find_route(request)
            name, operation = request.headers.get(HEADER), route.operation
            # Calls that play one check it later.
            if name and operation and operation.creates and not operation.plays:
                check_scenario(name, HEADER, simulation.library, request.world.edition)
            return await answer_once(request, route, _call)
        except ApiError as error:
            return error_answer(error, request.id)

    def _save_late(self, simulation: Simulation) -> None:
        """Save changes that follow a saved call. The call is answered even if this fails."""
        with suppress(ApiError):
            self.worlds.save(simulation)

    async def _hold_answer(self, request: Request) -> None:
        """Wait while a hold keeps the answer back. The work of the call is done."""
        world, simulation = request.world, request.simulation
        hold = find_call_hold(world, request.method, request.path) if world.holds else None
        if hold is None:
            return
        loop, released = asyncio.get_running_loop(), asyncio.Event()
        count_stop(world, hold.id)
        self._save_late(simulation)
        send = partial(loop.call_soon_threadsafe, released.set)
        kept_back = simulation.held_responses.setdefault(hold.id, [])
        kept_back.append(send)
        has_left = await leaves_before(released.wait(), request.receive)
        kept_back.remove(send)
        if has_left:
            simulation.journal.note_departure(request.id)
            self._save_late(simulation)


async def _call(request: Request, route: Route) -> Answer:
    try:
        answer = route.endpoint(request)
        return answer if isinstance(answer, Answer) else await answer
    except ApiError as error:
        if isinstance(error, Refusal) and error.precedes_endpoints:
            raise  # so that it is not stored under the idempotency key
        return error_answer(error, request.id)


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body, or None if the client disconnects before its end.

    A body that is too large is read to its end, because a client that is still sending would not
    see the answer; but the rest of it is not kept.
    """
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) <= MAX_BODY_BYTES:
            body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def refuse_call(worlds: WorldRegistry, error: ApiError, scope: Scope) -> Response:
    """The answer to a call that reached no world."""
    return _make_response(scope, error_answer(error, worlds.next_request_id()))


def _make_response(scope: Scope, answer: Answer) -> Response:
    headers = {**VERSION, **answer.headers}
    response = Response(answer.body, answer.status, headers, media_type="application/json")
    if scope["method"] == "HEAD":
        response.body = b""
    return response
