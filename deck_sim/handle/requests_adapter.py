"""The adapter for the requests library. Its only home, since not every user has it."""

from http.client import responses
from io import BytesIO
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from deck_sim.handle.applications import HttpRequest
from deck_sim.handle.applications import HttpResponse as Response
from deck_sim.handle.transports import Channel, DirectChannel, describe_foreign_url

_ERRORS = {TimeoutError: requests.ReadTimeout, Exception: requests.ConnectionError}


class DeckAdapter(HTTPAdapter):
    """Reaches the server at a URL: `session.mount(deck.base_url, deck.requests_adapter)`."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._channel = Channel(url)
        self._way = self._channel.way

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Answer one request."""
        if foreign := describe_foreign_url(f"{request.url}", self._channel.url):
            raise requests.ConnectionError(foreign, request=request)
        way, self._way = self._way, self._channel.way
        if way is not self._way:  # in a forked child, which must not use the sockets of its parent
            self.poolmanager.clear()
        if not isinstance(self._way, DirectChannel):
            return super().send(request, stream, timeout, verify, cert)
        try:
            response = self._way.call(_read_request(request), _read_timeout(timeout))
        except Exception as error:
            kind = next(theirs for ours, theirs in _ERRORS.items() if isinstance(error, ours))
            raise kind(error, request=request) from error
        return self.build_response(request, _make_response(request, response))


def _read_request(request: requests.PreparedRequest) -> HttpRequest:
    headers = [
        (_read_bytes(name, "latin-1"), _read_bytes(value, "latin-1"))
        for name, value in request.headers.items()
    ]
    return HttpRequest(f"{request.method}", f"{request.url}", headers, _read_bytes(request.body))


def _read_bytes(content: Any, encoding: str = "utf-8") -> bytes:
    """Text or bytes as bytes; a body may also be an iterable of either, such as a file."""
    if content is None or isinstance(content, bytes):
        return content or b""
    if isinstance(content, str):
        return content.encode(encoding)
    return b"".join(map(_read_bytes, content))


def _read_timeout(timeout: Any) -> float | None:
    """The read timeout of a number, a pair, or urllib3's `Timeout`."""
    seconds: float | None = timeout[1] if isinstance(timeout, tuple) else timeout
    return getattr(seconds, "read_timeout", seconds)


def _make_response(request: requests.PreparedRequest, response: Response) -> HTTPResponse:
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers]
    return HTTPResponse(
        body=BytesIO(response.body),
        headers=HTTPHeaderDict(pairs),
        status=response.status,
        reason=responses.get(response.status),
        preload_content=False,
        decode_content=False,
        request_method=request.method,
    )
