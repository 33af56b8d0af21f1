"""Interception: a forward proxy on loopback that answers for some hosts with the app.

A client may use a socket in three ways. It asks with `CONNECT` for a tunnel to one of the hosts,
and begins again inside; or it begins TLS, and gets a certificate for the hosts; or it sends a
request in plain HTTP. A request for any other host gets a 403 and is sent nowhere.

Only this module imports trustme, which makes the certificate.
"""

import asyncio
import asyncio.constants
import logging
import re
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from deck_sim.base import VERSION_HEADER
from deck_sim.base.errors import DeckSimError, listed
from deck_sim.runtime.activity_log import log_refused
from deck_sim.server.local_only import host_name

log = logging.getLogger("deck_sim")

MakeProtocol = Callable[[], asyncio.Protocol]

# The address that programs find for a host. Some refuse addresses that are private or reserved, as
# those for documentation are. This one is public, and belongs to AS112 (RFC 7535), not to Deck.
FOUND_ADDRESS = "192.31.196.1"
_CONNECT, _TLS = b"C", b"\x16"  # the first byte of each
_TUNNEL = b"HTTP/1.1 200 Connection established\r\n\r\n"
# Most clients show the reason phrase of a refused CONNECT, and none of them the body.
_REFUSED = "HTTP/1.1 403 {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Interceptor:
    """A forward proxy that answers for its hosts, and refuses all others."""

    def __init__(self, hosts: Iterable[str], address: str = FOUND_ADDRESS) -> None:
        """Make a certificate authority for this run, with a key only in memory. `address` is what
        programs find if they look a host up.
        """
        try:
            import trustme
        except ImportError:
            text = (
                "interception needs the library trustme: pip install 'deck-sim[intercept]', or in a"
                " checkout: pip install '.[intercept]'"
            )
            raise DeckSimError(text) from None
        authority = trustme.CA(organization_name="deck-sim")
        self.hosts, self.address = tuple(dict.fromkeys(hosts)), address
        self.certificate = authority.cert_pem.bytes()  # of the authority, for clients to trust
        self.refused = Counter[str]()  # how often each other host was asked for
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.set_alpn_protocols(["http/1.1"])
        authority.issue_cert(*self.hosts).configure_cert(self._tls)
        self.port = 0  # of 127.0.0.1, while it serves

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def how_to_answer(self, host: str) -> str:
        """Return the end of a message: the options that intercept the proxy's hosts and `host`."""
        options = " ".join(f"--intercept-host {name}" for name in (*self.hosts, host))
        return f"to intercept it: {options}"

    def start(self, listener: socket.socket, make_protocol: MakeProtocol) -> None:
        """Accept clients until the tasks of the event loop are cancelled."""
        self.port = listener.getsockname()[1]

        async def accept() -> None:
            loop, openings = asyncio.get_running_loop(), set[asyncio.Task[None]]()
            while True:
                try:
                    client, _ = await loop.sock_accept(listener)
                except OSError as error:  # such as too many open files
                    message = "the proxy cannot accept a client"
                    loop.call_exception_handler({"message": message, "exception": error})
                    await asyncio.sleep(asyncio.constants.ACCEPT_RETRY_DELAY)
                    continue
                # Not a TaskGroup, which would end with the first opening that fails.
                opening = loop.create_task(self._open(client, make_protocol))
                openings.add(opening)
                opening.add_done_callback(openings.discard)

        self._accepting = asyncio.create_task(accept())

    async def _open(self, client: socket.socket, make_protocol: MakeProtocol) -> None:
        loop, first = asyncio.get_running_loop(), b""
        try:
            first = await _peek(client)
            while first == _CONNECT:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = await loop.sock_recv(client, 65_536)
                    if not piece:
                        raise ConnectionAbortedError
                    head += piece
                target = head.partition(b" ")[2].partition(b" ")[0].decode("latin-1")
                if refusal := self._refuse("CONNECT", target, host_name(target)):
                    await loop.sock_sendall(client, _REFUSED.format(refusal).encode())
                    client.close()
                    return
                await loop.sock_sendall(client, _TUNNEL)
                first = await _peek(client)
            tls = self._tls if first == _TLS else None
            await loop.connect_accepted_socket(make_protocol, client, ssl=tls)
        except OSError as error:  # the client has left
            client.close()
            reason = getattr(error, "reason", None) or ""
            if "ALERT" in reason:  # otherwise it may have been the client's own time-out
                log.warning(
                    "deck-sim: a program did not accept the certificate for %s (%s); it must trust"
                    " the certificate in the file that SSL_CERT_FILE names",
                    listed(self.hosts),
                    reason,
                )
        except BaseException:
            client.close()
            raise

    def for_hosts(self, app: ASGIApp) -> ASGIApp:
        """Wrap `app`, so that a request for a host that is not the proxy's gets a 403."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            host = Headers(scope=scope).get("host", "")  # also if the target is a whole URL
            refusal = self._refuse(scope["method"], host, host_name(host))
            answering = PlainTextResponse(f"{refusal}\n", 403, VERSION_HEADER) if refusal else app
            await answering(scope, receive, send)

        return answer

    def _refuse(self, method: str, target: str, host: str) -> str:
        """Return why a call is refused, and log and count it; "" if it is for one of the hosts."""
        if host in (*self.hosts, self.address):
            return ""
        host = re.sub("[^!-~]", "?", host or target)
        refusal = f"deck-sim refuses {host}; {self.how_to_answer(host)}"
        self.refused[host] += 1
        log_refused(method, target, 403, refusal)
        return refusal


async def _peek(client: socket.socket) -> bytes:
    """Return the next byte, but leave it in the socket; b"" if the client has left."""
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(client, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(client)
    return client.recv(1, socket.MSG_PEEK)
