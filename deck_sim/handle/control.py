"""The client of the control API, which everything in the handle goes through."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx2

from deck_sim.base import real_time
from deck_sim.base.errors import DeckSimError, quote
from deck_sim.handle.transports import Transport

Json = dict[str, Any]

_MOST_MESSAGES = 20  # of one refused call
IdOrResource = str | Mapping[str, Any]

TIMEOUT_SECONDS = 60  # for one answer; a long advance takes a while


class Control:
    """Calls below `/_sim` for the world of one API key."""

    def __init__(self, transport: Transport, api_key: str) -> None:
        self.url, self.api_key = transport.url, api_key
        try:
            authorization = f"Bearer {api_key}".encode("latin-1")
        except UnicodeEncodeError:
            text = f"{api_key!r} cannot be sent as an API key; use letters, digits and `_`"
            raise DeckSimError(text) from None
        self._client = httpx2.Client(
            base_url=f"{self.url}/_sim",
            headers={b"Authorization": authorization},
            timeout=TIMEOUT_SECONDS,
            transport=transport,
            trust_env=False,  # no proxy between us and loopback
        )

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **content: Any
    ) -> Json:
        """Make a call and return its answer; `content` is passed to httpx2 (`json`, `params`, …).

        Raises:
            DeckSimError: with the server's messages, or why it could not be reached.

        """
        plain = f"{path}{'&' if '?' in path else '?'}plain=true"  # this process made the values
        answer = self._send(method, plain, headers or {}, **content)
        return _decode(answer)

    def read(self, path: str) -> str:
        """Make a GET call and return the body of its answer as text; errors are those of `call`."""
        return self._send("GET", path, {}).text

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], **content: Any
    ) -> httpx2.Response:
        # A server elsewhere signs webhooks with the time of a frozen process, since the frozen
        # receivers refuse others as too old or too new.
        present = real_time.process_now().isoformat() if real_time.is_frozen() else None
        headers = {**headers, real_time.PROCESS_HEADER: real_time.process_id()}
        headers |= drop_none(**{real_time.PRESENT_HEADER: present})
        with self._reaching_server():
            answer = self._client.request(method, path, headers=headers, **content)
        _check(answer)
        return answer

    @contextmanager
    def _reaching_server(self) -> Iterator[None]:
        if self._client.is_closed:
            text = "this `Deck` is closed, since its `with` block or its test has ended"
            raise DeckSimError(f"{text}; make calls before that, or open another")
        try:
            yield
        except httpx2.TransportError as error:
            text = f"no deck-sim server answers at {self.url}: {error or type(error).__name__}"
            is_https = self.url.startswith("https:")
            fix = "its URL begins with http:" if is_https else "`deck-sim serve` starts one"
            raise DeckSimError(f"{text}; {fix}") from None

    def get(self, path: str) -> list[Json]:
        """The items of a list."""
        data: list[Json] = self.call("GET", path)["data"]
        return data

    def close(self) -> None:
        """Close the client's sockets."""
        self._client.close()


def _check(answer: httpx2.Response) -> None:
    if "Deck-Sim-Version" not in answer.headers:
        text = f"{answer.url} answers {answer.status_code}, but is no deck-sim server"
        raise DeckSimError(text)
    if answer.is_error:
        answer.read()  # the rest of a stream
        _decode(answer)


def _decode(answer: httpx2.Response) -> Json:
    """The JSON of an answer; raises the errors that it reports."""
    answered = f"{answer.request.method} {answer.url.path} answered {answer.status_code}"
    try:
        data: Json = answer.json()
        errors = data.get("errors", []) if answer.is_error else []
        text = _join_messages(errors)
    except (AttributeError, KeyError, TypeError, ValueError):  # a fault answers with anything
        raise DeckSimError(f"{answered} with a body that is not the API's") from None
    if answer.is_error:
        raise DeckSimError(text or answered, errors)
    return data


def _join_messages(errors: Sequence[Mapping[str, str]]) -> str:
    lines = [error["message"] for error in errors]
    more = [f"… and {len(lines) - _MOST_MESSAGES} more"] if len(lines) > _MOST_MESSAGES else []
    return "\n".join([*lines[:_MOST_MESSAGES], *more])


def read_id(resource: IdOrResource) -> str:
    """The id of a resource that is given as an id or as a mapping."""
    if isinstance(resource, str):
        return resource
    if isinstance(resource, Mapping) and "id" in resource:
        return str(resource["id"])
    text = f"a resource with an `id`, or the id, is needed; found {quote(f'{resource}')}"
    if isinstance(resource, Mapping) and (errors := resource.get("errors")):
        text = f"this is the answer of a call that was refused: {_join_messages(errors)}"
    elif callable(getattr(resource, "json", None)):  # of an HTTP library
        text = f"{text}; pass what it holds: `response.json()`"
    raise DeckSimError(text)


def read_mapping(value: Mapping[str, Any], name: str, example: str) -> Json:
    """An argument that is sent as an object."""
    if not isinstance(value, Mapping):
        text = f"`{name}` is a mapping, like `{example}`, not {quote(f'{value}')}"
        raise DeckSimError(text)
    return dict(value)


def drop_none(**values: Any) -> Json:
    """The values that are not None."""
    return {name: value for name, value in values.items() if value is not None}
