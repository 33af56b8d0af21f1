"""Webhooks for an application in this process: called directly, as ASGI or WSGI, with no socket.

Where an application is called matters to it. A WSGI application is called on the thread that lets
time pass, where the test's database transaction and everything else is that belongs to a thread. An
ASGI application is called on the event loop that waits in a twin such as `async_advance`, where its
own locks and clients live. When nobody waits it is the loop on which it was given to us, if that
still runs, or one of our own; and for WSGI a thread of its own.

What an application does behind its answer (background tasks) is waited for, so that a test finds it
done; but not for ever, as the sender waits five seconds in all.
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
from typing import TYPE_CHECKING, Any, TypeVar

from deck_sim.base.errors import DeckSimError
from deck_sim.handle.applications import Answered, Asked, call_asgi, call_wsgi
from deck_sim.handle.beside import in_thread, landed, settle
from deck_sim.handle.loopback import LoopbackServer
from deck_sim.handle.loops import OwnLoop, loop_here, run_on, still_runs

if TYPE_CHECKING:
    from anyio.lowlevel import EventLoopToken

T = TypeVar("T")
RequestContext = Callable[[], None]

log = logging.getLogger("deck_sim")

_PATIENCE = 4  # seconds for what is done behind an answer; less than the sender's limit
_LIMIT = 5  # seconds; the sender has the same


@dataclass(frozen=True, slots=True)
class App:
    """An application, how it is called, and as whom."""

    call: Any
    is_asgi: bool
    host: str
    loop: EventLoopToken | None  # on which it was given to us

    def asked(self, path: str, headers: Mapping[str, str], body: bytes) -> Asked:
        """The request that it gets; to itself it is the host that it knows."""
        own = {"host": self.host, "accept": "*/*", "content-length": f"{len(body)}"}
        pairs = [(k.encode(), v.encode("latin-1")) for k, v in {**headers, **own}.items()]
        return Asked("POST", f"http://{self.host}{path}", pairs, body)


class Apps:
    """The applications that one world delivers to."""

    def __init__(self, url: str, api_key: str) -> None:
        """Let the world of `api_key` deliver, on the server at `url`."""
        self._url = url
        self._name = blake2b(api_key.encode(), digest_size=6).hexdigest()  # no other world has it
        self._apps: list[App] = []
        self._numbers = itertools.count(1)
        self._waiting: EventLoopToken | None = None  # the loop that waits in a twin
        self._desk: SimpleQueue[RequestContext | None] | None = (
            None  # of the thread that lets time pass
        )
        self._own_loop: OwnLoop | None = None
        self._lock = Lock()
        self._open = ExitStack()

    @contextmanager
    def adding(self, app: Any, host: str) -> Iterator[str]:
        """The URL at which the server reaches an application; it stays if the block succeeds."""
        known = App(app, _is_asgi(app), host, loop_here())
        with ExitStack() as stack:
            yield self._connect(known, stack)
            self._apps.append(known)
            self._open.enter_context(stack.pop_all())

    def during(self, work: Callable[[], T]) -> T:
        """Do work that waits for the server; WSGI applications are called here meanwhile."""
        if all(app.is_asgi for app in self._apps):
            return work()
        desk = SimpleQueue[RequestContext | None]()
        before, self._desk = self._desk, desk
        done = in_thread(work)
        done.add_done_callback(lambda _: desk.put(None))
        try:
            for visit in iter(desk.get, None):
                visit()
        finally:
            self._desk = before
        return done.result()

    async def async_during(self, work: Callable[[], T]) -> T:
        """The same in a thread; ASGI applications are called on the event loop that waits here."""
        before, self._waiting = self._waiting, loop_here()
        try:
            return await landed(in_thread(work))
        finally:
            self._waiting = before

    def plain(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        """A callback for any other thread; a coroutine function runs where ASGI applications do."""
        if not inspect.iscoroutinefunction(callback):
            return callback
        loop = loop_here()
        return lambda *given: run_on(self._loop_of(loop), callback, *given)

    def close(self) -> None:
        """Call none of them any more."""
        self._open.close()
        self._apps.clear()

    def _connect(self, app: App, stack: ExitStack) -> str:
        from deck_sim.server.serve import server_at

        server = server_at(self._url)
        if server is None:
            own = LoopbackServer(partial(self._answer, app))
            own.start()
            stack.callback(own.stop)
            return own.url
        host = f"app-{next(self._numbers)}.{self._name}.deck-sim.invalid"
        known = server.worlds.dispatcher.apps
        known[host] = partial(self._answer_sender, app)
        stack.callback(known.pop, host)
        return f"http://{host}"

    async def _answer_sender(
        self, app: App, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str]]:
        """Answer on the server's own event loop, which must not wait here."""
        return await landed(in_thread(partial(self._answer, app, path, headers, body)))

    def _answer(
        self, app: App, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str]]:
        """How the application answers; if it fails, what a server would say in its place."""
        answer = Future[Answered]()
        finished = self._visit(app, app.asked(path, headers, body), answer)
        wait({finished}, _PATIENCE)
        finished.add_done_callback(partial(_tell, app))  # at once, if it is over
        try:
            found = answer.result(0 if finished.done() else _LIMIT)
        except Exception:
            return 500, {}
        shown = {name.decode("latin-1"): value.decode("latin-1") for name, value in found.headers}
        return found.status, shown

    def _visit(self, app: App, asked: Asked, answer: Future[Answered]) -> Future[None]:
        """Let the application be called where it is at home."""
        if app.is_asgi:
            loop = self._loop_of(app.loop)
            return in_thread(partial(run_on, loop, call_asgi, app.call, asked, answer))
        work, desk = partial(call_wsgi, app.call, asked, answer), self._desk
        if desk is None:
            return in_thread(work)
        finished = Future[None]()
        desk.put(partial(_visit_here, finished, work))
        return finished

    def _loop_of(self, given: EventLoopToken | None) -> EventLoopToken:
        """The loop that waits; or on which something was given to us; or one of our own."""
        for token in (self._waiting, given):
            if token is not None and still_runs(token):
                return token
        with self._lock:
            if self._own_loop is None:
                self._own_loop = OwnLoop()
                self._open.callback(self._own_loop.stop)
            return self._own_loop.token


def _visit_here(finished: Future[None], work: Callable[[], None]) -> None:
    """Call an application on this thread. What is no error but an end, such as a failed test or an
    interrupt, ends what this thread is doing.
    """
    settle(finished, work)
    error = finished.exception()
    if error is not None and not isinstance(error, Exception):
        raise error


def _tell(app: App, finished: Future[None]) -> None:
    """Log what an application did not catch, as a server would."""
    error = finished.exception()
    if error is not None:
        log.error("%r failed at a webhook", app.call, exc_info=error)


def _is_asgi(app: Any) -> bool:
    """Whether an application is ASGI's (scope, receive, send) or WSGI's (environ, start_response).

    Raises:
        DeckSimError: if it is neither.

    """
    try:
        takes = [*inspect.signature(app).parameters]
    except (TypeError, ValueError):
        takes = []
    if len(takes) not in (2, 3):
        text = (
            "takes an ASGI application, which is called with (scope, receive, send), or a WSGI one,"
            f" with (environ, start_response), and not {app!r}"
        )
        raise DeckSimError(f"`deliver_to` {text}")
    return len(takes) == 3
