"""The same for requests: an adapter to mount. The home of requests, which only some users have."""

from collections.abc import Iterable
from http.client import responses
from io import BytesIO
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from deck_sim.handle.applications import Answered, Asked
from deck_sim.handle.transports import Direct, is_below, say_elsewhere
from deck_sim.server.serve import server_at

_ERRORS = {TimeoutError: requests.ReadTimeout, Exception: requests.ConnectionError}


class DeckAdapter(HTTPAdapter):
    """Reaches the server at a URL: `session.mount(deck.base_url, deck.requests_adapter)`."""

    def __init__(self, url: str) -> None:
        super().__init__()
        server = server_at(url)
        self._url, self._direct = url, None if server is None else Direct(server)

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
            text = say_elsewhere(f"{request.url}", self._url)
            raise requests.ConnectionError(text, request=request)
        if self._direct is None:
            return super().send(request, stream, timeout, verify, cert)
        try:
            answered = self._direct.ask(_asked(request), _seconds(timeout))
        except Exception as error:
            kind = next(told for ours, told in _ERRORS.items() if isinstance(error, ours))
            raise kind(error, request=request) from error
        return self.build_response(request, _raw(request, answered))


def _asked(request: requests.PreparedRequest) -> Asked:
    headers = [(_bytes(name), _bytes(value)) for name, value in request.headers.items()]
    return Asked(f"{request.method}", f"{request.url}", headers, _read(request.body))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def _read(body: Any) -> bytes:
    """All of a body: bytes, text, or what gives them piece by piece, as a file does."""
    if body is None or isinstance(body, bytes):
        return body or b""
    if isinstance(body, str):
        return body.encode()
    pieces: Iterable[bytes | str] = body
    return b"".join(_read(piece) for piece in pieces)


def _seconds(timeout: Any) -> float | None:
    """How long to wait for an answer, of a number, a pair, or what urllib3 makes of them."""
    seconds: float | None = timeout[1] if isinstance(timeout, tuple) else timeout
    return getattr(seconds, "read_timeout", seconds)


def _raw(request: requests.PreparedRequest, answered: Answered) -> HTTPResponse:
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answered.headers]
    return HTTPResponse(
        body=BytesIO(answered.body),
        headers=HTTPHeaderDict(pairs),
        status=answered.status,
        reason=responses.get(answered.status),
        preload_content=False,
        decode_content=False,
        request_method=request.method,
    )
