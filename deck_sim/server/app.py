"""The Deck API as an ASGI app: the stages that a request passes, in their order.

A request comes from `local_only.py` and `mounts.py`, is read, and passes three lists of stages:
answering, until a stage returns an answer; keeping, which stores the answer and saves the world;
leaving, which logs the answer and makes the response. `take` turns an error into an answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from sys import intern

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from deck_sim.base import VERSION_HEADER
from deck_sim.base.errors import in_python
from deck_sim.base.real_time import PROCESS_HEADER
from deck_sim.contract.endpoints import Operation
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.engine.holds import count_stop, find_call_hold
from deck_sim.engine.injected_faults import CALL
from deck_sim.faults import CLOSE_SOCKET
from deck_sim.runtime.activity_log import log_call, log_refused
from deck_sim.runtime.advance import catch_up, do_all_due, run_to_end
from deck_sim.runtime.call_journal import Call, cut_response, kept_headers
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.request_bodies import MAX_BODY_BYTES
from deck_sim.runtime.serialization import dump_json
from deck_sim.runtime.simulation import Refusal
from deck_sim.scenario.selection import SCENARIO_HEADER
from deck_sim.server.fault_injection import (
    apply_fault,
    fire_call_fault,
    fire_creation_fault,
    leaves_before,
    send_early_webhooks,
    send_faulty,
)
from deck_sim.server.idempotency import replay_answer, store_answer
from deck_sim.server.request import Answer, Endpoint, Request
from deck_sim.server.routing import Routes

Stages = tuple[Callable[[Request], Answer | Awaitable[Answer | None] | None], ...]

DeckRoutes = Routes[tuple[Endpoint, Operation]]


class DeckApp:
    """The Deck API, with the routes of each edition, by its name."""

    def __init__(self, worlds: WorldRegistry, routes: Callable[[str], DeckRoutes]) -> None:
        self.worlds, self.routes = worlds, routes
        self.answering: Stages = (  # until one answers
            note_handle,
            move_clock,
            fire_call_fault,
            limit_rate,
            check_size,
            self.find_route,
            check_header,
            replay_answer,
            call_endpoint,
        )
        self.keeping: Stages = (store_answer, fire_creation_fault, record_answer, save)
        self.leaving: Stages = (
            log_answer,
            send_early_webhooks,
            wake,
            hold_answer,
            prepare_response,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await read_request(self.worlds, scope, receive)
        if request is None:
            return
        if not await take((self.select_world,), request):
            await make_response(scope, request.answer)(scope, receive, send)
            return
        request.simulation.uses += 1  # so it is not dropped before the answer
        try:
            await take(self.answering, request)
            if await take(self.keeping, request):
                await take(self.leaving, request)
            else:  # it could not be saved, and the journal is as it was before the call
                log_call(request.simulation.key, make_record(request))
            response = request.response or make_response(scope, request.answer)
            await response(scope, receive, send)
        finally:
            request.simulation.uses -= 1

    def select_world(self, request: Request) -> None:
        """Select the world of the API key. A call that reaches no world is kept for reports."""
        authorization = request.headers.get("authorization")
        try:
            request.simulation = self.worlds.select(authorization)
        except ApiError:
            self.worlds.note_refused(f"{request.method} {request.path}", authorization)
            raise
        request.id = request.simulation.world.next_id("req")

    def find_route(self, request: Request) -> None:
        routes = self.routes(request.simulation.world.edition)
        handler, request.params = routes.find(request.method, request.path)
        request.endpoint, request.operation = handler


async def take(stages: Stages, request: Request) -> bool:
    """Take a request through stages until a stage answers. Return False if a stage raises an error;
    the request then has the error as its answer.
    """
    try:
        for stage in stages:
            answer = stage(request)
            if not (answer is None or isinstance(answer, Answer)):
                answer = await answer
            if answer is not None:
                request.answer = _fill_in_body(answer, request.id)
                break
        return True
    except ApiError as refusal:
        error = refusal
        if isinstance(error, Refusal) and error.precedes_endpoints:
            request.idempotency_key = None  # so that `store_answer` does not store it
    except Exception:
        # The stage may have failed before it found a world.
        simulation = request.simulation or request.worlds.keyless()
        error = simulation.note_crash(f"{request.method} {request.path}")
        request.idempotency_key = None
    if not request.id:  # the request reached no world
        request.id = request.worlds.next_request_id()
        log_refused(request.method, request.path, error.status, str(error))
    request.answer = _answer_error(error, request.id)
    return False


def _answer_error(error: ApiError, request_id: str) -> Answer:
    choice = error.choice if isinstance(error, Refusal) else None
    data = {"errors": [problem.as_json() for problem in error.problems]}
    return _fill_in_body(Answer(data, error.status, error.headers, choice), request_id)


def _fill_in_body(answer: Answer, request_id: str) -> Answer:
    answer.body = answer.body or dump_json({**answer.data, "request_id": request_id})
    return answer


def note_handle(request: Request) -> None:
    """Set `from_handle` if a `Deck` sent the call, not the program under test. Exploration puts no
    trouble into such calls, and no report takes their key for one used by mistake.
    """
    request.from_handle = PROCESS_HEADER.lower() in request.headers
    if request.from_handle:
        request.worlds.note_control(request.simulation.key)


def move_clock(request: Request) -> None:
    """Bring the world's clock up to date; count the timeline entries and events before the call."""
    catch_up(request.simulation)
    world = request.simulation.world
    if world.pace is not None and not request.simulation.advancing:  # steps may last 0 s
        run_to_end(do_all_due(request.simulation))
    request.timeline_length, request.event_count = world.timeline.total, world.events.total


def limit_rate(request: Request) -> None:
    if limiter := request.simulation.rate_limiter:
        limiter.admit(request.simulation.world.now)


def check_size(request: Request) -> None:
    if len(request.body) > MAX_BODY_BYTES:
        raise refuse("request/payload_too_large", limit=f"{MAX_BODY_BYTES // 1024**2} MiB")


def check_header(request: Request) -> None:
    """Refuse an unknown scenario on every call: a client may send the header with each of them."""
    if name := request.headers.get(SCENARIO_HEADER.lower()):
        request.simulation.library.get(name, SCENARIO_HEADER)


def call_endpoint(request: Request) -> Answer:
    return request.endpoint(request)


def record_answer(request: Request) -> None:
    request.call = make_record(request)
    request.simulation.journal.append(request.call)
    request.worlds.count_call(request.simulation)


def make_record(request: Request) -> Call:
    answer, fault, simulation = request.answer, request.fault, request.simulation
    errors = answer.data.get("errors", ()) if answer.status >= 400 else ()
    summary = {name: answer.data[name] for name in ("id", "status") if name in answer.data}
    if errors:
        summary["message"] = " ".join(error["message"] for error in errors)
    if "Retry-After" in answer.headers:
        summary["retry_after"] = answer.headers["Retry-After"]
    is_readable = fault is None or fault.is_answer_readable
    return Call(
        at=simulation.world.now,
        request_id=request.id,
        method=intern(request.method),  # equal texts share one object, which saves memory
        path=intern(request.path),
        query=request.scope["query_string"].decode("latin-1"),
        status=answer.status,
        body=request.body,
        errors=tuple(f"{error['type']}/{error['code']}" for error in errors),
        scenario=answer.choice,
        after=request.timeline_length,
        headers=kept_headers(request.headers, simulation.world.options.keep_headers),
        answered=summary if is_readable else {},
        replayed=request.replayed,
        fault=fault and fault.key,
        by_trouble=fault is not None and simulation.world.injected.is_trouble(fault),
        unanswered=None if is_readable else f"fault `{fault.key}`",
        number=simulation.journal.total + 1,
        real_ns=simulation.client_ns(),
        position=simulation.record_count,
        from_handle=request.from_handle,
        in_process=CLOSE_SOCKET not in request.scope.get("extensions", {}),
        for_webhook=bool(simulation.attempting),
        caused=() if simulation.advancing else (request.event_count, simulation.world.events.total),
    )


def save(request: Request) -> None:
    request.worlds.save(request.simulation)


def save_late(request: Request) -> None:
    """Save the changes made after the call was saved. The call is answered even if this fails."""
    with suppress(ApiError):
        save(request)


def log_answer(request: Request) -> None:
    log_call(request.simulation.key, request.call)


def wake(request: Request) -> None:
    request.worlds.dispatcher.wake(request.simulation)


async def hold_answer(request: Request) -> None:
    """Wait while a hold keeps the answer back, unless a fault has replaced the call."""
    simulation, world = request.simulation, request.simulation.world
    hold = find_call_hold(world, request.method, request.path)
    if hold is None or (request.fault is not None and request.fault.fires == CALL):
        return
    released = asyncio.Event()
    count_stop(world, hold.id)
    save_late(request)
    kept_back = simulation.held_responses.setdefault(hold.id, [])
    release = partial(asyncio.get_running_loop().call_soon_threadsafe, released.set)
    kept_back.append(release)
    has_left = await leaves_before(released.wait(), request.receive)
    kept_back.remove(release)
    if has_left:
        simulation.journal.note_departure(request.id)
        save_late(request)


def prepare_response(request: Request) -> None:
    """Make the response, let the fault of the call change it, and keep a copy to show later."""
    response = make_response(request.scope, request.answer)
    keep, number = request.simulation.responses.append, request.call.number
    if request.fault is None:
        request.response = response
        keep(cut_response(number, response.raw_headers, bytes(response.body)))
    else:
        faulty = apply_fault(request, response)
        request.response = partial(send_faulty, request, faulty)
        save_late(request)
        keep(cut_response(number, faulty.raw_headers, faulty.body))


async def read_request(worlds: WorldRegistry, scope: Scope, receive: Receive) -> Request | None:
    """Read a request with its whole body; return None if the client disconnects before the end."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) <= MAX_BODY_BYTES:  # a client reads no answer before it has sent the rest
            body += message.get("body", b"")
        more = message.get("more_body", False)
    request = Request(scope, bytes(body), worlds, receive)
    if "python" in request.headers.get("user-agent", "").lower():
        in_python.set(True)
    return request


def refuse_call(worlds: WorldRegistry, error: ApiError, scope: Scope) -> Response:
    """Make the response to a refused call that reached no world."""
    return make_response(scope, _answer_error(error, worlds.next_request_id()))


def make_response(scope: Scope, answer: Answer) -> Response:
    headers = {**VERSION_HEADER, **answer.headers}
    response = Response(answer.body, answer.status, headers, media_type="application/json")
    if scope["method"] == "HEAD":
        response.body = b""
    return response
