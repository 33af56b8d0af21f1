"""Webhook receivers in this process: applications that a delivery calls without a socket.

A WSGI application is called on the thread that advances the clock, because the test's database
transaction belongs to that thread. If no thread advances the clock, it is called on a new thread.

An ASGI application is called on the event loop on which it was registered, because its locks and
clients belong to that loop. If there was no loop, or if it is asyncio's and does not run, a loop of
our own is used.

A delivery also waits up to four seconds for background tasks, so that a test finds them done.
"""

from __future__ import annotations

import asyncio
import inspect
import itertools
import logging
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import anyio
import httpx2

from deck_sim.base.errors import DeckSimError
from deck_sim.base.loops import start_on_loop
from deck_sim.handle.connect.threads import (
    LoopThread,
    current_loop,
    first_of,
    receiving,
    run_in_thread,
    run_on_new_loop,
)
from deck_sim.handle.connect.transports import RawAnswer, call_asgi, make_scope, server_at
from deck_sim.webhooks.sender import RAISED_HEADER, ReceiverAnswer

if TYPE_CHECKING:
    from anyio.lowlevel import EventLoopToken

P = ParamSpec("P")
T = TypeVar("T")
Headers = Mapping[str, str]
CallQueue = SimpleQueue[tuple[Future[None], Callable[[], None]] | None]  # None ends the queue
# Takes a path, headers with names in lower case, and a body.
Respond = Callable[[str, dict[str, str], bytes], ReceiverAnswer]

log = logging.getLogger("deck_sim")

_ANSWER_SECONDS = 5  # the sender's limit
_BACKGROUND_SECONDS = 4  # for background tasks; less than the sender's limit
_STOP_POLL_SECONDS = 0.02
_LONGEST = 200  # characters of an error in a header
_INNER_FRAMES = 5  # errors with the same last frames are counted together


@dataclass(frozen=True, slots=True)
class WebhookApp:
    """An application, and the event loop on which it was registered, if any."""

    app: Any
    is_asgi: bool
    host: str
    address: tuple[str, int | None]  # the parts of `host`
    loop: EventLoopToken | None

    async def call_asgi(
        self, path: str, headers: Headers, body: bytes, answered: Future[RawAnswer]
    ) -> None:
        pairs = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in headers.items()]
        scope = make_scope("POST", self.address, path.encode(), pairs)
        await call_asgi(self.app, scope, body, anyio.Event(), answered.set_result)

    def call_wsgi(
        self, path: str, headers: Headers, body: bytes, answered: Future[RawAnswer]
    ) -> None:
        url = f"http://{self.host}{path}"
        request = httpx2.Request("POST", url, headers=headers, content=body)
        with closing(httpx2.WSGITransport(self.app).handle_request(request)) as answer:
            answered.set_result((answer.status_code, answer.headers.raw, answer.read()))


class WebhookApps:
    """The applications in this process that one world delivers to."""

    def __init__(self, url: str, api_key: str) -> None:
        self._url, self._api_key = url, api_key
        self._name = blake2b(api_key.encode(), digest_size=6).hexdigest()  # unique to the world
        self._numbers = itertools.count(1)
        self._has_wsgi = False
        self._wsgi_calls: CallQueue | None = None  # for the thread that advances the clock
        self._own_loop: LoopThread | None = None
        self._open = ExitStack()
        self._failures = Counter[str]()  # counted by the last frames of the error

    def add(self, app: Any, host: str) -> str:
        """Register an application until `close`; return the base URL for its webhooks."""
        try:
            parameters = len(inspect.signature(app).parameters)
        except (TypeError, ValueError):
            parameters = 0
        if parameters not in (2, 3):
            raise DeckSimError(
                "`deliver_to` takes an ASGI application, called with (scope, receive, send), or a"
                f" WSGI application, called with (environ, start_response), not {app!r}"
            )
        url = urlsplit(f"//{host}")
        address = url.hostname or "", url.port
        added = WebhookApp(app, parameters == 3, host, address, current_loop())
        if added.is_asgi:
            self._start_loop()
        self._has_wsgi |= not added.is_asgi
        server, answer = server_at(self._url), partial(self._answer, added)
        if server is None:
            loopback = LoopbackServer(lambda *call: run_on_new_loop(answer(*call)))
            self._open.callback(loopback.stop)
            return loopback.url
        name = f"app-{next(self._numbers)}.{self._name}.deck-sim.invalid"
        apps = server.worlds.dispatcher.apps
        apps[name] = answer
        self._open.callback(apps.pop, name)
        return f"http://{name}"

    def serve_during(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do `work` and return its result; until it ends, call WSGI applications on this thread."""
        if not self._has_wsgi:
            return work(*args, **kwargs)
        calls: CallQueue = SimpleQueue()
        before, self._wsgi_calls = self._wsgi_calls, calls
        done = run_in_thread(work, *args, **kwargs)
        done.add_done_callback(lambda _: calls.put(None))
        try:
            for finished, call in iter(calls.get, None):
                try:
                    call()
                    finished.set_result(None)
                except Exception as error:
                    finished.set_exception(error)
                except BaseException:  # a failed test or an interrupt inside the application
                    finished.set_result(None)
                    raise
        finally:
            self._wsgi_calls = before
        return done.result()

    def as_function(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        """Return `callback` as a function that any thread can call. A coroutine function runs on
        the event loop of the present thread, or, without one, on a loop of our own.
        """
        if not inspect.iscoroutinefunction(callback):
            return callback
        self._start_loop()
        loop = current_loop()
        return lambda *call: self._start_on_loop(loop, callback, *call).result()

    def close(self) -> None:
        self._open.close()

    async def _answer(
        self, app: WebhookApp, path: str, headers: Headers, body: bytes
    ) -> ReceiverAnswer:
        """Return the application's answer; a 500 if it fails before it answers, or is too slow."""

        def log_error(finished: Future[None]) -> None:
            if error := _error_of(finished):
                # The outer frames belong to threads, and differ from call to call.
                place = "".join(traceback.format_tb(error.__traceback__)[-_INNER_FRAMES:])
                self._failures[place] += 1
                count = self._failures[place]
                again = f", {count} times: {error!r}" if count > 1 else ""
                caught = error if count == 1 else None
                log.error("application %r failed on a webhook%s", app.app, again, exc_info=caught)

        app_headers = {"host": app.host, "accept": "*/*", "content-length": f"{len(body)}"}
        answered = Future[RawAnswer]()
        call = path, {**headers, **app_headers}, body, answered
        calls = self._wsgi_calls

        def call_wsgi() -> None:
            with receiving(self._api_key):
                app.call_wsgi(*call)

        if app.is_asgi:
            finished = self._start_on_loop(app.loop, app.call_asgi, *call)
        elif calls is None:
            finished = run_in_thread(call_wsgi)
        else:
            finished = Future[None]()
            calls.put((finished, call_wsgi))
        await first_of(finished, seconds=_BACKGROUND_SECONDS)
        await first_of(finished, answered, seconds=_ANSWER_SECONDS)
        finished.add_done_callback(log_error)
        error = _error_of(finished) if finished.done() else None
        status, raw_headers, text = answered.result() if answered.done() else (500, (), b"")
        answer_headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw_headers
        }
        if error is not None:
            line = " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST]
            answer_headers[RAISED_HEADER] = line.encode("ascii", "replace").decode()
        return status, answer_headers, text

    def _start_on_loop(
        self, token: EventLoopToken | None, work: Callable[..., Any], *args: Any
    ) -> Future[Any]:
        """Start the coroutine function `work` on the loop of `token`; return the future of its
        result. Our own loop is used if `token` is None, or if its loop is asyncio's and does not
        run. If its loop is trio's and has ended, `work` is not called.
        """

        # The loop may end before the work does.
        async def run_until_cancelled() -> Any:
            with suppress(asyncio.CancelledError), receiving(self._api_key):
                return await work(*args)

        def run_on_trio() -> Any:
            from anyio import RunFinishedError
            from anyio.from_thread import run

            with suppress(RunFinishedError):  # the loop may have ended, which cannot be asked
                return run(run_until_cancelled, token=token)

        loop: Any = token and token.native_token
        if token and not isinstance(loop, asyncio.AbstractEventLoop):
            return run_in_thread(run_on_trio)
        if not (loop and loop.is_running()):
            assert self._own_loop is not None
            loop = self._own_loop.loop
        return start_on_loop(loop, run_until_cancelled)

    def _start_loop(self) -> None:
        if self._own_loop is None:
            self._own_loop = LoopThread()
            self._open.callback(self._own_loop.stop)


def _error_of(finished: Future[None]) -> BaseException | None:
    return None if finished.cancelled() else finished.exception()


class LoopbackServer(ThreadingHTTPServer):
    """A server on a free port of loopback, in its own thread, until `stop`; `respond` answers."""

    # With the default of 5, a sixth waiting caller loses a second.
    request_queue_size = 128

    def __init__(self, respond: Respond) -> None:
        super().__init__(("127.0.0.1", 0), _RequestHandler)
        self.respond = respond
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._thread = Thread(target=self.serve_forever, args=(_STOP_POLL_SECONDS,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _RequestHandler(BaseHTTPRequestHandler):
    server: LoopbackServer

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        status, answer_headers, text = self.server.respond(self.path, headers, body)
        self.send_response(status)
        for name, value in {**answer_headers, "content-length": f"{len(text)}"}.items():
            self.send_header(name, value)
        with suppress(ConnectionError):  # the sender no longer waits
            self.end_headers()
            self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing; the base class prints each call on stderr."""
