"""Applications in this process that a world delivers webhooks to, called without a socket.

Where an application is called matters to it. A WSGI application is called on the thread that
advances the clock, because the test's database transaction belongs to that thread. An ASGI
application is called on the event loop that awaits an `async_` method, because its locks and
clients belong to that loop. If nothing advances or awaits, an ASGI application is called on the
loop on which it was registered, if that still runs, or else on a loop of our own; a WSGI
application in a thread of its own.

Background tasks of an application are waited for, so that a test finds them done, but no longer
than the sender waits for an answer.
"""

from __future__ import annotations

import inspect
import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from queue import SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from deck_sim.base.errors import DeckSimError
from deck_sim.handle.applications import HttpRequest, HttpResponse, call_asgi, call_wsgi
from deck_sim.handle.loopback_server import LoopbackServer
from deck_sim.handle.threads import (
    LoopThread,
    current_loop,
    is_running,
    result_of,
    run_in_thread,
    run_into,
    run_on_loop,
)

if TYPE_CHECKING:
    from anyio.lowlevel import EventLoopToken

P = ParamSpec("P")
T = TypeVar("T")
Calls = SimpleQueue[Callable[[], None] | None]  # None ends it

log = logging.getLogger("deck_sim")

_ANSWER_SECONDS = 5  # the sender's limit
_BACKGROUND_SECONDS = 4  # for background tasks; less than the sender's limit
_LONGEST = 200  # characters of an error in a header

# Headers of an answer, in small letters: the error that the application raised, and the beginning
# of the text with which it refused a webhook.
RAISED_HEADER = "deck-sim-raised"
REFUSAL_HEADER = "deck-sim-refusal"


@dataclass(frozen=True, slots=True)
class WebhookApp:
    """An application, and the loop on which it was registered."""

    app: Any
    is_asgi: bool
    host: str
    loop: EventLoopToken | None


class WebhookApps:
    """The applications that one world delivers to."""

    def __init__(self, url: str, api_key: str) -> None:
        self._url = url
        self._name = blake2b(api_key.encode(), digest_size=6).hexdigest()  # unique to the world
        self._apps: list[WebhookApp] = []
        self._numbers = itertools.count(1)
        self._awaiting: EventLoopToken | None = None  # the loop that awaits an `async_` method
        self._wsgi_calls: Calls | None = None  # for the thread that advances the clock
        self._own_loop: LoopThread | None = None
        self._logged: set[tuple[object, ...]] = set()  # the errors whose tracebacks were logged
        self._lock = Lock()
        self._open = ExitStack()

    @contextmanager
    def adding(self, app: Any, host: str) -> Iterator[str]:
        """The URL at which the server reaches an application; it is kept if the block succeeds."""
        added = WebhookApp(app, _is_asgi(app), host, current_loop())
        with ExitStack() as stack:
            yield self._connect(added, stack)
            self._apps.append(added)
            self._open.enter_context(stack.pop_all())

    def serve_during(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Do work that waits for the server, and call WSGI applications on this thread."""
        if all(app.is_asgi for app in self._apps):
            return work(*args, **named)
        calls: Calls = SimpleQueue()
        before, self._wsgi_calls = self._wsgi_calls, calls
        done = run_in_thread(work, *args, **named)
        done.add_done_callback(lambda _: calls.put(None))
        try:
            for call in iter(calls.get, None):
                call()
        finally:
            self._wsgi_calls = before
        return done.result()

    async def async_serve_during(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Do work in a thread, and call ASGI applications on the loop that awaits this."""
        before, self._awaiting = self._awaiting, current_loop()
        try:
            return await result_of(run_in_thread(work, *args, **named))
        finally:
            self._awaiting = before

    def as_function(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        """A callback for any thread; a coroutine function runs where ASGI applications do."""
        if not inspect.iscoroutinefunction(callback):
            return callback
        loop = current_loop()
        return lambda *args: run_on_loop(self._loop_for(loop), callback, *args)

    def close(self) -> None:
        """Stop calling the applications, and close what they are reached by."""
        self._open.close()
        self._apps.clear()

    def _connect(self, app: WebhookApp, stack: ExitStack) -> str:
        from deck_sim.server.serve import server_at

        server, answer = server_at(self._url), partial(self._answer, app)
        if server is None:
            loopback = LoopbackServer(answer)
            loopback.start()
            stack.callback(loopback.stop)
            return loopback.url
        host = f"app-{next(self._numbers)}.{self._name}.deck-sim.invalid"
        known = server.worlds.dispatcher.apps
        # The server's event loop awaits this, so the application is waited for in a thread.
        known[host] = lambda *call: result_of(run_in_thread(answer, *call))
        stack.callback(known.pop, host)
        return f"http://{host}"

    def _answer(
        self, app: WebhookApp, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str]]:
        """The status and headers of the application's answer; 500 if it fails, as a server does."""
        own = {"host": app.host, "accept": "*/*", "content-length": f"{len(body)}"}
        pairs = [(k.encode(), v.encode("latin-1")) for k, v in {**headers, **own}.items()]
        request = HttpRequest("POST", f"http://{app.host}{path}", pairs, body)
        response = Future[HttpResponse]()
        finished = self._start(app, request, response)
        wait({finished}, _BACKGROUND_SECONDS)
        finished.add_done_callback(partial(self._log_error, app))
        error = finished.exception() if finished.done() else None
        raised = {} if error is None else {RAISED_HEADER: _as_header(error)}
        try:
            found = response.result(0 if finished.done() else _ANSWER_SECONDS)
        except Exception:
            return 500, raised
        shown = {name.decode("latin-1"): value.decode("latin-1") for name, value in found.headers}
        return found.status, {**shown, **_read_refusal(found), **raised}

    def _log_error(self, app: WebhookApp, finished: Future[None]) -> None:
        """Log an error, with its traceback unless the same line has raised its type before."""
        error = finished.exception()
        if error is None:
            return
        if (place := place_of(error)) in self._logged:
            log.error("%r failed at a webhook again: %s", app.app, _as_header(error))
        else:
            self._logged.add(place)
            log.error("%r failed at a webhook", app.app, exc_info=error)

    def _start(
        self, app: WebhookApp, request: HttpRequest, response: Future[HttpResponse]
    ) -> Future[None]:
        if app.is_asgi:
            loop = self._loop_for(app.loop)
            return run_in_thread(run_on_loop, loop, call_asgi, app.app, request, response)
        calls = self._wsgi_calls
        if calls is None:
            return run_in_thread(call_wsgi, app.app, request, response)
        finished = Future[None]()
        calls.put(partial(_call_here, finished, app.app, request, response))
        return finished

    def _loop_for(self, registered: EventLoopToken | None) -> EventLoopToken:
        for token in (self._awaiting, registered):
            if token is not None and is_running(token):
                return token
        with self._lock:
            if self._own_loop is None:
                self._own_loop = LoopThread()
                self._open.callback(self._own_loop.stop)
            return self._own_loop.token


def _call_here(finished: Future[None], *call: Any) -> None:
    run_into(finished, call_wsgi, *call)
    error = finished.exception()
    # A failed test or an interrupt inside the application ends the advance on this thread.
    if error is not None and not isinstance(error, Exception):
        raise error


def place_of(error: BaseException) -> tuple[object, ...]:
    """The type of an error and the line that raised it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return type(error), trace and (trace.tb_frame.f_code.co_filename, trace.tb_lineno)


def _read_refusal(response: HttpResponse) -> dict[str, str]:
    text = _as_line(response.body.decode(errors="replace"))
    # A framework's page for an error says no more than the status.
    is_told = response.status >= 400 and text and not text.startswith("<")
    return {REFUSAL_HEADER: text} if is_told else {}


def _as_header(error: BaseException) -> str:
    return _as_line(f"{type(error).__name__}: {error}")


def _as_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST].encode("ascii", "replace").decode()


def _is_asgi(app: Any) -> bool:
    try:
        parameters = len(inspect.signature(app).parameters)
    except (TypeError, ValueError):
        parameters = 0
    if parameters not in (2, 3):
        raise DeckSimError(
            "`deliver_to` takes an ASGI application, called with (scope, receive, send), or a WSGI"
            f" application, called with (environ, start_response), not {app!r}"
        )
    return parameters == 3
