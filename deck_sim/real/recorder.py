"""The two applications that record: one passes calls on to a real Deck, one webhooks to a program.

Both pass method, path, headers and body on unchanged, and answer as they are answered. Only the
headers of the connection itself are made anew, and answers are passed on uncompressed.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from deck_sim.base import real_time
from deck_sim.base.errors import DeckSimError
from deck_sim.contract import DEFAULT_EDITION
from deck_sim.contract.editions import EDITIONS
from deck_sim.handle.connect.address import read_url
from deck_sim.real.recording import Exchange, ReceivedWebhook, Recording
from deck_sim.server.local_only import is_loopback

ANSWER_SECONDS = 120  # for an answer of Deck; callers usually give up sooner
_RECEIVER_SECONDS = 5  # as long as Deck waits for the answer to a webhook
# Of a connection, not of a message; httpx2 and the server make their own.
_OWN_HEADERS = frozenset(
    {"accept-encoding", "connection", "content-encoding", "content-length", "date", "host"}
    | {"keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)


def read_upstream(text: str) -> str:
    """Return the URL of a Deck without `/v2`. Raises DeckSimError if it would get keys in the
    clear: plain http is for loopback alone.
    """
    url = read_url(text)
    parts = urlsplit(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise DeckSimError(f"'{text}' would send your key unencrypted; write it with https://")
    return url


def open_client(url: str, seconds: float) -> httpx2.AsyncClient:
    """Return a client for the server at `url`. It uses a proxy of the environment, but not for
    loopback, and follows no redirects.
    """
    trust_env = not is_loopback(urlsplit(url).hostname or "")
    return httpx2.AsyncClient(trust_env=trust_env, timeout=seconds)


class Recorder:
    """Records the calls to a Deck, and its webhooks to a receiver if there is one."""

    def __init__(
        self,
        upstream: str,
        receiver: str | None = None,
        *,
        client: httpx2.AsyncClient | None = None,
        receiver_client: httpx2.AsyncClient | None = None,
        now: Callable[[], datetime] = real_time.now,
    ) -> None:
        """Record calls to `upstream`, a URL without `/v2`, and webhooks to `receiver`; without a
        receiver each webhook is answered with 200.
        """
        self.upstream, self.exchanges = upstream, list[Exchange]()
        self.webhooks, self.failures = list[ReceivedWebhook](), list[str]()
        self.receiver, self._now = receiver, now
        self._client = client or open_client(upstream, ANSWER_SECONDS)
        self._receiver_client = receiver_client
        if receiver is not None and receiver_client is None:
            self._receiver_client = open_client(receiver, _RECEIVER_SECONDS)

    def recording(self, edition: str | None = None) -> Recording:
        """Return what was recorded so far, with its secrets. The edition follows from the ids."""
        recording = Recording(
            upstream=self.upstream,
            edition=edition or DEFAULT_EDITION,
            exchanges=tuple(sorted(self.exchanges, key=lambda exchange: exchange.started)),
            webhooks=tuple(self.webhooks),
        )
        return recording if edition else replace(recording, edition=find_edition(recording))

    async def close(self) -> None:
        for client in filter(None, (self._client, self._receiver_client)):
            await client.aclose()

    async def pass_call(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on to the Deck. This is an ASGI application."""
        request, started, answer = Request(scope, receive), self._now(), None
        body = await request.body()
        path = scope["raw_path"].decode("latin-1")
        path += f"?{request.url.query}" if request.url.query else ""
        what = f"{request.method} {path}"
        try:
            url = f"{self.upstream}{path}"
            answer = await self._forward(self._client, url, request, body, what)
        finally:  # also if the recording ends before the answer
            exchange = Exchange(
                started=started,
                ended=self._now(),
                method=request.method,
                path=path,
                request_headers=_as_dict(request.headers.items()),
                request=parse_body(body),
                status=answer.status_code if answer else None,
                response_headers=_as_dict(answer.headers.items() if answer else ()),
                response=parse_body(answer.content) if answer else None,
            )
            self.exchanges.append(exchange)
        await self._respond(answer, self.upstream)(scope, receive, send)

    async def pass_webhook(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a webhook on to the receiver. This is an ASGI application."""
        request, at, answer = Request(scope, receive), self._now(), None
        body = await request.body()
        response: Response = Response()
        if self._receiver_client is not None and self.receiver is not None:
            what = f"a webhook to {self.receiver}"
            answer = await self._forward(self._receiver_client, self.receiver, request, body, what)
            response = self._respond(answer, self.receiver)
        status = answer.status_code if answer else 200 if self.receiver is None else None
        headers = _as_dict(request.headers.items())
        webhook = ReceivedWebhook(at=at, headers=headers, body=parse_body(body), status=status)
        self.webhooks.append(webhook)
        await response(scope, receive, send)

    async def _forward(
        self, client: httpx2.AsyncClient, url: str, request: Request, body: bytes, what: str
    ) -> httpx2.Response | None:
        headers = [pair for pair in request.headers.items() if pair[0] not in _OWN_HEADERS]
        # Without a body there is no `Content-Length` either.
        try:
            return await client.request(request.method, url, headers=headers, content=body or None)
        except httpx2.HTTPError as error:
            self.failures.append(f"{what}: {f'{error}' or type(error).__name__}")
            return None

    def _respond(self, answer: httpx2.Response | None, url: str) -> Response:
        if answer is None:
            return PlainTextResponse(f"deck-sim record: no answer from {url}\n", 502)
        response = Response(answer.content, answer.status_code)
        dropped = {name.encode() for name in _OWN_HEADERS}
        response.raw_headers += [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.lower() not in dropped
        ]
        return response


def find_edition(recording: Recording) -> str:
    """Return the edition with the most ids of its own kinds in the recording."""
    text = repr((recording.exchanges, recording.webhooks))
    by_edition = {
        name: {kind.prefix for kind in edition.kinds.values()} for name, edition in EDITIONS.items()
    }
    shared = set[str].intersection(*by_edition.values())
    return max(
        by_edition,
        key=lambda name: sum(text.count(f"'{prefix}_") for prefix in by_edition[name] - shared),
    )


def _as_dict(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    together = dict[str, str]()
    for name, value in headers:
        together[name] = f"{together[name]}, {value}" if name in together else value
    return together


def parse_body(body: bytes | str) -> Any:
    """Return a body as a recording has it: parsed JSON, else text, or None if it is empty."""
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace") if isinstance(body, bytes) else body
