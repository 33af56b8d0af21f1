"""Interception in this process: clients that call Deck's own host reach a world.

While an interception is active, one method of each kind of client is replaced; `_SEAMS` names them.
httpx then sends through our `Transport`. The others send to the server's port with their own
sockets, so the retries and pools of a client work as usual.
"""

import re
from collections.abc import Callable, MutableMapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from http.client import HTTPConnection, HTTPSConnection
from importlib import import_module
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

from deck_sim.base.errors import DeckSimError, listed
from deck_sim.base.redaction import mask_key
from deck_sim.handle.connect.address import read_host
from deck_sim.handle.connect.transports import Transport, library_of

Method = Callable[..., Any]

_LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|::1")  # an application may call its own servers

_active = list["Interception"]()
_replaced = ExitStack()  # puts the methods back
_lock = Lock()


class Interception(AbstractContextManager["Interception"]):
    """Answers the calls of this process to some hosts with one world, until it is stopped."""

    def __init__(self, transport: Transport, api_key: str, hosts: str | Sequence[str]) -> None:
        """Start the interception, with the world of `api_key` on the server of `transport`.

        Raises DeckSimError if one of the hosts is intercepted for another world.
        """
        self.hosts = [read_host(host) for host in ([hosts] if isinstance(hosts, str) else hosts)]
        self.transport = transport
        self._url_and_key = transport.url, api_key
        self.passed: dict[str, None] = {}  # other hosts that were called, in this order
        with _lock:
            for other in _active:
                shared_hosts = {*self.hosts} & {*other.hosts}
                if shared_hosts and other._url_and_key != self._url_and_key:
                    raise DeckSimError(
                        f"another `deck.intercept()` of this process answers for"
                        f" {listed(sorted(shared_hosts))}, with the world of"
                        f" {mask_key(other._url_and_key[1])!r}; stop that interception first"
                    )
            for module, class_name, name, replace in () if _active else _SEAMS:
                try:
                    owner = getattr(import_module(module), class_name)
                except ImportError:
                    continue
                old = vars(owner).get(name)  # None if it is inherited
                undo = partial(setattr, owner, name, old) if old else partial(delattr, owner, name)
                setattr(owner, name, replace(getattr(owner, name)))
                _replaced.callback(undo)
            _active.append(self)

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop the interception, if it is active; the last one to stop restores the libraries."""
        with _lock:
            if self in _active:
                _active.remove(self)
                if not _active:
                    _replaced.close()

    def redirect(self, url: str, headers: MutableMapping[str, Any]) -> str:
        """Return the server's URL for an intercepted one; change host and key in `headers`."""
        server_url, key = self._url_and_key
        headers["Host"] = urlsplit(server_url).netloc
        value = headers.get("Authorization") or ""
        scheme = value.decode("latin-1") if isinstance(value, bytes) else value
        if scheme.lower().startswith("bearer "):
            headers["Authorization"] = f"Bearer {key}"
        parts = urlsplit(url)
        return f"{server_url}{parts.path}{f'?{parts.query}' if parts.query else ''}"


def _find_active(url: str) -> Interception | None:
    host = urlsplit(url).hostname or ""
    chosen = next((active for active in _active if host in active.hosts), None)
    for active in _active if chosen is None and not _LOOPBACK.fullmatch(host) else ():
        active.passed[host] = None
    return chosen


def _replace_httpx(name: str, original: Method) -> Method:
    def handle(self: Any, request: Any) -> Any:
        """Return the answer, or the coroutine that returns it, as `original` does."""
        interception = _find_active(f"{request.url}")
        if interception is None:
            return original(self, request)
        library = library_of(request)
        headers = library.Headers(request.headers)
        url = interception.redirect(f"{request.url}", headers)
        content = {"stream": request.stream, "extensions": request.extensions}
        redirected = library.Request(request.method, url, headers=headers, **content)
        return getattr(interception.transport, name)(redirected)

    return handle


def _replace_requests(original: Method) -> Method:
    def send(self: Any, request: Any, *args: Any, **options: Any) -> Any:
        interception = _find_active(request.url)
        if interception is None:
            return original(self, request, *args, **options)
        redirected = request.copy()
        redirected.url = interception.redirect(request.url, redirected.headers)
        # The other arguments are about certificates and proxies.
        call_options = {name: options[name] for name in ("stream", "timeout") if name in options}
        response = original(self, redirected, *args[:2], **call_options)
        response.url, response.request = request.url, request
        return response

    return send


def _replace_aiohttp(original: Method) -> Method:
    async def connect(self: Any, req: Any, *args: Any, **options: Any) -> Any:
        interception = _find_active(f"{req.url}")
        if interception is not None:
            req.url = type(req.url)(interception.redirect(f"{req.url}", req.headers), encoded=True)
            req.proxy = None
        return await original(self, req, *args, **options)

    return connect


def _replace_urllib(original: Method) -> Method:
    def do_open(self: Any, http_class: Any, req: Any, **options: Any) -> Any:
        interception = _find_active(req.full_url)
        if interception is None:
            return original(self, http_class, req, **options)
        headers = {**req.headers, **req.unredirected_hdrs}
        url = interception.redirect(req.full_url, headers)
        redirected: Any = Request(url, req.data, headers, method=req.get_method())
        redirected.timeout = req.timeout
        kind = HTTPSConnection if url.startswith("https:") else HTTPConnection
        response = original(self, kind, redirected)
        response.url = req.full_url
        return response

    return do_open


_HTTPX = {"HTTPTransport": "handle_request", "AsyncHTTPTransport": "handle_async_request"}
# Module, class, method, and what makes its replacement. A library that is missing is skipped.
_SEAMS: tuple[tuple[str, str, str, Callable[[Method], Method]], ...] = (
    *(
        (library, class_name, name, partial(_replace_httpx, name))
        for library in ("httpx", "httpx2")
        for class_name, name in _HTTPX.items()
    ),
    ("requests.adapters", "HTTPAdapter", "send", _replace_requests),
    ("aiohttp", "TCPConnector", "connect", _replace_aiohttp),
    ("urllib.request", "AbstractHTTPHandler", "do_open", _replace_urllib),
)
