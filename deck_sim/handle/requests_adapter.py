"""The adapter for the requests library. Its only home, since not every user has it."""

from collections.abc import Iterable
from http.client import responses
from io import BytesIO
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from deck_sim.handle.applications import HttpRequest
from deck_sim.handle.applications import HttpResponse as Response
from deck_sim.handle.transports import (
    DirectChannel,
    describe_foreign_url,
    is_below,
    open_channel,
)

_ERRORS = {TimeoutError: requests.ReadTimeout, Exception: requests.ConnectionError}


class DeckAdapter(HTTPAdapter):
    """Reaches the server at a URL: `session.mount(deck.base_url, deck.requests_adapter)`."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url, self._channel = url, open_channel(url)

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
        if not is_below(f"{request.url}", self._url):
            text = describe_foreign_url(f"{request.url}", self._url)
            raise requests.ConnectionError(text, request=request)
        if not isinstance(self._channel, DirectChannel):
            return super().send(request, stream, timeout, verify, cert)
        try:
            response = self._channel.call(_read_request(request), _read_timeout(timeout))
        except Exception as error:
            kind = next(theirs for ours, theirs in _ERRORS.items() if isinstance(error, ours))
            raise kind(error, request=request) from error
        return self.build_response(request, _make_response(request, response))


def _read_request(request: requests.PreparedRequest) -> HttpRequest:
    headers = [(_bytes(name), _bytes(value)) for name, value in request.headers.items()]
    return HttpRequest(f"{request.method}", f"{request.url}", headers, _read_body(request.body))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def _read_body(body: Any) -> bytes:
    """A body as bytes; it may be text, or an iterable of either, such as a file."""
    if body is None or isinstance(body, bytes):
        return body or b""
    if isinstance(body, str):
        return body.encode()
    pieces: Iterable[bytes | str] = body
    return b"".join(_read_body(piece) for piece in pieces)


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
