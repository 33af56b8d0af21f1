"""The connections of a server: uvicorn's HTTP protocol with limits. The home of uvicorn."""

import asyncio
import logging
import socket
import struct
import time
from collections.abc import Callable
from email.utils import formatdate
from functools import partial
from http import HTTPStatus

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.faults.endings import RESET
from deck_sim.runtime.activity import log_refused
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.accepting import CountedWarning
from deck_sim.server.extensions import CLOSE_SOCKET, WRITE_TO_SOCKET
from deck_sim.server.limits import Limits

log = logging.getLogger("deck_sim")

# The part of a request that is awaited: after which call, how long, and what happens then.
_Awaited = tuple[object, float, Callable[[], object]]

_TLS = b"\x16\x03"  # how a TLS handshake begins
_REFUSED_AT_ONCE = 64  # connections beyond the limit whose request is awaited before its refusal
_REFUSAL_SECONDS = 1  # for that request
_END_SECONDS, _LOOK_SECONDS = 0.3, 0.01  # for answers to leave when the server stops


class Connections:
    """The connections of a server."""

    def __init__(self, worlds: WorldRegistry, limits: Limits) -> None:
        self.limits, self.worlds = limits, worlds
        self.most = limits.most_connections
        self.overload = CountedWarning(
            "fewer connections are open than the limit again; %d were answered 503"
        )
        self.broken = CountedWarning("%d requests were not valid HTTP")
        self.shortage = CountedWarning(
            "clients are accepted again; the server was short of files %d times"
        )
        self.state = ServerState()
        self.config = uvicorn.Config(
            _never_called,
            http=H11Protocol,
            log_level="error",
            access_log=False,
            proxy_headers=False,
            ws="none",
        )

    def set_date(self) -> None:
        """Set the `Date` of answers."""
        self.state.default_headers = [(b"date", formatdate(time.time(), usegmt=True).encode())]

    def files(self) -> list[int]:
        """The numbers of the open files that are their sockets."""
        sockets = [one.transport.get_extra_info("socket") for one in self.state.connections]
        return [one.fileno() for one in sockets]

    def shut_down(self) -> None:
        """Close the connections that have no call, and the others after their answers."""
        for warning in (self.overload, self.broken, self.shortage):
            warning.close()
        for protocol in [*self.state.connections]:
            protocol.shutdown()

    async def end(self) -> None:
        """Close all connections, after a short time for answers to leave."""
        for _ in range(int(_END_SECONDS / _LOOK_SECONDS)):
            if not self.state.connections:
                return
            await asyncio.sleep(_LOOK_SECONDS)
        for protocol in [*self.state.connections]:
            protocol.transport.abort()


class Protocol(H11Protocol):
    """One connection. It gives the app functions that write to, close or reset the socket."""

    def __init__(self, shared: Connections, app: ASGIApp) -> None:
        super().__init__(shared.config, shared.state, {})
        self.app = app
        self.timeout_keep_alive = shared.limits.keep_alive  # type: ignore[assignment]
        self._shared, self._limits = shared, shared.limits
        self._awaited: _Awaited | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_refused = False

    def connection_made(
        self,
        transport: asyncio.Transport,  # type: ignore[override]
    ) -> None:
        """Begin to wait for the header, or refuse a connection beyond the limit."""
        super().connection_made(transport)
        self.app = partial(_call_with_socket, self.app, transport)
        beyond = len(self.connections) - self._shared.most
        if beyond > 0:
            self._is_refused = True
            if beyond > _REFUSED_AT_ONCE:
                self._refuse_connection()
            else:
                self._timer = self.loop.call_later(_REFUSAL_SECONDS, self._refuse_connection)
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        """Close the connection of a client that begins with TLS."""
        if self._is_refused:
            self._refuse_connection()
        elif data.startswith(_TLS) and self.conn.their_state is h11.IDLE:
            host, port = self.transport.get_extra_info("sockname")[:2]
            log.warning(
                "deck-sim: a client used https, and this server takes http://%s:%s", host, port
            )
            self.transport.close()
        else:
            super().data_received(data)
            self._watch()

    def on_response_complete(self) -> None:
        """Wait for the rest of a request that was sent before this answer."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the wait."""
        super().connection_lost(exc)
        self._stop_timer()

    def _watch(self) -> None:
        """Limit the time of the part of a request that is incomplete now, if it is a new one."""
        state = self.conn.their_state
        awaited: _Awaited | None = None
        if state is h11.SEND_BODY:
            awaited = self.cycle, self._limits.body, self._end_body
        elif state is h11.IDLE and (self.cycle is None or self.conn.trailing_data[0]):
            awaited = self.cycle, self._limits.header, self.transport.close
        if awaited != self._awaited:
            self._awaited = awaited
            self._stop_timer()
            if awaited is not None:
                _, seconds, end = awaited
                self._timer = self.loop.call_later(seconds, end)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _end_body(self) -> None:
        """Refuse a request whose body is incomplete after its time."""
        if self.cycle.response_started:
            self.transport.close()
            return
        error = refuse("deck_sim/request_timeout", time=f"{self._limits.body:g} seconds")
        log_refused(self.scope["method"], self.scope["path"], error.status, f"{error}")
        self._send_last(error)

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that is not valid HTTP; uvicorn calls this."""
        self._shared.broken.count("a request was not valid HTTP; if more follow, they are counted")
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._send_last(refuse("deck_sim/http_invalid"))
        else:  # in its body, and its answer has begun
            self.transport.close()

    def _refuse_connection(self) -> None:
        self._stop_timer()
        text = f"{self._shared.most} connections are open, which is the limit"
        self._shared.overload.count(
            f"{text} (--max-connections, or half of `ulimit -n`); more are answered 503"
        )
        self._send_last(refuse("deck_sim/unavailable", f"{text} of the deck-sim server."))

    def _send_last(self, error: ApiError) -> None:
        """Answer at once with an error in place of the app, and close the connection."""
        from deck_sim.server.app import refuse_call

        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        response = refuse_call(self._shared.worlds, error, {"method": "GET"})
        headers = [*self.server_state.default_headers, *response.raw_headers]
        headers.append((b"connection", b"close"))
        reason = HTTPStatus(error.status).phrase
        for event in (
            h11.Response(status_code=error.status, headers=headers, reason=reason),
            h11.Data(data=bytes(response.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event))
        self.transport.close()


async def _never_called(scope: Scope, receive: Receive, send: Send) -> None:
    """The app of uvicorn's configuration; each protocol has its own."""


async def _call_with_socket(
    app: ASGIApp, transport: asyncio.Transport, scope: Scope, receive: Receive, send: Send
) -> None:
    extensions = scope.setdefault("extensions", {})
    extensions[CLOSE_SOCKET] = partial(_close, transport)
    extensions[WRITE_TO_SOCKET] = transport.write
    await app(scope, receive, send)


def _close(transport: asyncio.Transport, how: str) -> None:
    if how == RESET:
        no_linger = struct.pack("ii", 1, 0)  # closing a socket that does not linger resets it
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, no_linger
        )
        transport.abort()
    else:
        transport.close()
