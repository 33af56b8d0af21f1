"""The door of the server: from an HTTP request to an endpoint of one world, and back.

The key, the journal, idempotency, limits, faults, the error envelope and the headers of every
answer are dealt with here, once for all endpoints.
"""

import asyncio
import json
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from deck_sim.contract.assumptions import (
    REFUSED,
    collect_assumptions,
    collected_assumptions,
    rely_again,
    rely_on,
    rely_on_call,
    rely_on_error,
)
from deck_sim.contract.error_catalog import CATALOG, ApiError, refuse
from deck_sim.engine.holds import count_stop, find_call_hold
from deck_sim.engine.injected import CALL
from deck_sim.runtime.dispatcher import note_caller_time
from deck_sim.runtime.journal import StoredAnswer
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import MAX_BODY_BYTES, print_errors
from deck_sim.runtime.simulation import Simulation
from deck_sim.server.endpoint import WHO, Answer, Request, Route
from deck_sim.server.fault_injection import apply_fault, fire_call, fire_creation, make_haste
from deck_sim.server.idempotency import (
    HEADER,
    REPLAYED,
    KeyedCall,
    digest_parameters,
    note_key,
    read_key,
)
from deck_sim.server.request import ASSUMED, RequestContext, read_assumed, record_call
from deck_sim.server.routing import Routes, path_below

log = logging.getLogger("deck_sim")

Ask = Callable[[], Awaitable[tuple[Answer, bytes]]]


class Door:
    """An ASGI app: the routes of each world, behind the API key. `open_paths` need none.

    With a `journal` it is an API of Deck's: its calls are written down, count against the rate
    limit, and may have idempotency keys. Calls of the control API leave no such traces.
    """

    def __init__(
        self,
        worlds: WorldRegistry,
        routes: Callable[[Simulation], Routes[Route]],
        *,
        journal: bool,
        open_paths: tuple[str, ...] = (),
    ) -> None:
        self.worlds, self.routes, self.journal = worlds, routes, journal
        self.open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _read(receive)
        if body is not None:
            response = await self._respond(scope, body)
            await response(scope, receive, send)

    async def _respond(self, scope: Scope, body: bytes) -> ASGIApp:
        headers = Headers(scope=scope)
        try:
            simulation = self._select(scope, headers)
        except ApiError as error:
            answer = _refusal(error)
            return _response(scope, answer, answer.print(self.worlds.next_request_id()))
        # Calls of the control API count apart: watching a world must not change what it answers.
        request_id = simulation.world.next_id("req" if self.journal else "ctl")
        visit = RequestContext(scope, headers, body, simulation, request_id)
        answer, printed = await self._answer(visit)
        if self.journal:
            _strike_creation(visit, answer)
            simulation.journal.append(record_call(visit, answer))
            await make_haste(self.worlds.dispatcher, simulation, visit.events)
        self.worlds.dispatcher.wake(simulation)
        if self.journal and simulation.world.holds:
            await _keep_back(simulation, scope["method"], scope["path"])
        response = _response(scope, answer, printed)
        return apply_fault(visit.fault, response, simulation) if visit.fault else response

    def _select(self, scope: Scope, headers: Headers) -> Simulation:
        if path_below(scope) in self.open_paths:
            return self.worlds.keyless()
        return self.worlds.select(headers.get("authorization"))

    async def _answer(self, visit: RequestContext) -> tuple[Answer, bytes]:
        """The answer and its body. Whatever goes wrong becomes an answer, too."""
        try:
            await self._arrive(visit)
            if not self.journal:
                return await self._route(visit)
            simulation = visit.simulation
            with collect_assumptions(simulation.world.edition, strict=simulation.strict_fidelity):
                return await self._route(visit)
        except ApiError as error:
            answer = _refusal(error)
        except Exception:
            visit.simulation.crashes.append(traceback.format_exc())
            log.exception("deck-sim failed at %(method)s %(path)s", visit.scope)
            text = "deck-sim itself failed; its log has the traceback. Please report it."
            answer = _refusal(refuse("api/api_error", text))
        return answer, answer.print(visit.request_id)

    async def _route(self, visit: RequestContext) -> tuple[Answer, bytes]:
        if visit.fault is not None and visit.fault.fires == CALL:
            answer = _keep_away(visit.fault)
            return answer, answer.print(visit.request_id)
        try:
            route, params = self._admit(visit)
            ask = partial(self._ask, visit, route, params)
            keyed = self._keyed(visit, route)
            return await (_once(visit, keyed, ask) if keyed else ask())
        except ApiError as error:
            answer = self._refuse(error)
        return answer, answer.print(visit.request_id)

    async def _arrive(self, visit: RequestContext) -> None:
        """Let the world come to where the call meets it, and the call meet its fault."""
        if not self.journal:
            note_caller_time(visit.simulation, visit.headers)
        await self.worlds.dispatcher.catch_up(visit.simulation)
        world = visit.simulation.world
        visit.position, visit.events = len(world.timeline), len(world.events)
        if self.journal:
            visit.fault = fire_call(world, visit.scope["method"], visit.scope["path"])

    def _admit(self, visit: RequestContext) -> tuple[Route, Mapping[str, str]]:
        """The row that answers, if the call is let in."""
        simulation = visit.simulation
        if self.journal:
            simulation.rate_limiter.admit(simulation.world.now)
        if len(visit.body) > MAX_BODY_BYTES:
            raise refuse("request/payload_too_large", limit=f"{MAX_BODY_BYTES // 1024**2} MiB")
        return self.routes(simulation).find(visit.scope)

    def _keyed(self, visit: RequestContext, route: Route) -> KeyedCall | None:
        """The call, if it can be made again under the key that it has."""
        world, scope = visit.simulation.world, visit.scope
        lines, rule = visit.headers.getlist(HEADER), world.rules.idempotency
        covered = rule.covers(route.method, creates=route.creates)
        note_key(lines, covered=covered)
        if not self.journal or not covered:
            return None
        key = read_key(rule, lines)
        if key is None:
            return None
        name = f"{route.method} {scope['path']}"
        told = digest_parameters(name, scope["query_string"], visit.body)
        return KeyedCall(visit.simulation, key, name, told)

    async def _ask(
        self, visit: RequestContext, route: Route, params: Mapping[str, str]
    ) -> tuple[Answer, bytes]:
        """Let the endpoint answer, or refuse."""
        query = _query(visit.scope)
        request = Request(
            self.worlds, visit.simulation, params, query, visit.headers, visit.body, route.operation
        )
        try:
            takes = route.operation.parameters if route.operation else ()
            call, asked = f"{route.method} {route.path}", [name for name, _ in query]
            rely_on(visit.scope["method"])
            rely_on_call(call, takes, asked)
            made = route.endpoint(request)
            answer = made if isinstance(made, Answer) else await made
            answer = self._tell(answer)
        except ApiError as error:
            answer = self._refuse(error)
        return answer, answer.print(visit.request_id)

    def _refuse(self, error: ApiError) -> Answer:
        """The answer to a call that is wrong, which a strict world may refuse to give."""
        try:
            rely_on_error(error)
        except ApiError as stricter:
            error = stricter
        return self._tell(_refusal(error))

    def _tell(self, answer: Answer) -> Answer:
        """The answer, with a header of what it rests on that is only assumed."""
        names = collected_assumptions(answer.data)
        told = {ASSUMED: ", ".join(names)} if names else {}
        return replace(answer, headers={**answer.headers, **told})


async def _keep_back(simulation: Simulation, method: str, path: str) -> None:
    """Keep the answer to a call back for as long as a hold says so. Its work is done."""
    hold = find_call_hold(simulation.world, method, path)
    if hold is not None:
        loop, released = asyncio.get_running_loop(), asyncio.Event()
        count_stop(simulation.world, hold.id)
        send = partial(loop.call_soon_threadsafe, released.set)
        simulation.held_responses.setdefault(hold.id, []).append(send)
        await released.wait()


async def _read(receive: Receive) -> bytes | None:
    """The body, or None if the caller went away before its end.

    One that is too large is read to its end, or the caller, still sending, would never see the
    answer; but no more of it is kept than tells that it is too large.
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


def _query(scope: Scope) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))


async def _once(visit: RequestContext, keyed: KeyedCall, ask: Ask) -> tuple[Answer, bytes]:
    """What is kept for the call, or else what the endpoint answers. A bug of ours is not kept."""
    with keyed.answering() as kept:
        if kept is not None:
            return _replay(visit, kept), kept.body
        answer, printed = await ask()
        if answer.status != CATALOG[REFUSED].status:  # which is no answer of Deck's
            keyed.keep(answer.status, answer.headers, printed)
        return answer, printed


def _replay(visit: RequestContext, kept: StoredAnswer) -> Answer:
    """The answer that was given before, with the `request_id` of that call.

    Raises:
        ApiError: `assumption_refused`, if the world is strict and that call rested on one.

    """
    data = json.loads(kept.body)
    rely_again(read_assumed(kept.headers), data)
    visit.request_id, visit.replayed = data["request_id"], True
    return Answer(data, kept.status, {**kept.headers, **REPLAYED})


def _keep_away(fault: Any) -> Answer:
    """What is answered by a fault that lets nothing be done: by Deck, or in its place."""
    refusal: ApiError | None = fault.refusal
    return Answer({}, fault.answered) if refusal is None else _refusal(refusal)


def _strike_creation(visit: RequestContext, answer: Answer) -> None:
    """Let a call that started a scenario meet the fault that this brings for it."""
    if visit.fault is None and answer.choice is not None:
        world, scope = visit.simulation.world, visit.scope
        visit.fault = fire_creation(world, scope["method"], scope["path"], answer.data["id"])


def _refusal(error: ApiError) -> Answer:
    return Answer(print_errors(error), error.status, error.headers)


def _response(scope: Scope, answer: Answer, printed: bytes) -> Response:
    headers = {**WHO, **answer.headers}
    response = Response(printed, answer.status, headers, media_type="application/json")
    if scope["method"] == "HEAD":
        response.body = b""
    return response
