"""The client of the control API, which everything in the handle goes through."""

from collections.abc import Mapping
from typing import Any

import httpx2

from deck_sim.base import real_time
from deck_sim.base.errors import DeckSimError, quote
from deck_sim.handle.transports import Transport

Json = dict[str, Any]

_MOST_MESSAGES = 20  # of one refused call
IdOrResource = str | Mapping[str, Any]

_TIMEOUT = httpx2.Timeout(60).as_dict()  # seconds for one answer; a long advance takes a while


class Control:
    """Calls below `/_sim` for the world of one API key."""

    def __init__(self, transport: Transport, api_key: str) -> None:
        self.url, self.api_key = transport.url, api_key
        self._authorization = f"Bearer {api_key}".encode("latin-1")
        self._transport, self._is_closed = transport, False

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **content: Any
    ) -> Json:
        """Make a call and return its answer; `content` is passed to httpx2 (`json`, `params`, …).

        Raises:
            DeckSimError: with the server's messages, or why it could not be reached.

        """
        if path.startswith("/"):  # of the control API; this process made the values that it hides
            path = f"{path}{'&' if '?' in path else '?'}plain=true"
        return _decode(self._send(method, path, headers or {}, **content))

    def get(self, path: str) -> list[Json]:
        """The items of a list."""
        data: list[Json] = self.call("GET", path)["data"]
        return data

    def read(self, path: str) -> str:
        """Make a GET call and return the body of its answer as text; errors are those of `call`."""
        return self._send("GET", path, {}).text

    def close(self) -> None:
        """Refuse further calls."""
        self._is_closed = True

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], **content: Any
    ) -> httpx2.Response:
        if self._is_closed:
            text = "this `Deck` is closed, since its `with` block or its test has ended"
            raise DeckSimError(f"{text}; make calls before that, or open another")
        # A server elsewhere signs webhooks with the time of a frozen process, since the frozen
        # receivers refuse others as too old or too new.
        present = real_time.process_now().isoformat() if real_time.is_frozen() else None
        url = path if path.startswith(self.url) else f"{self.url}/_sim{path}"
        request = httpx2.Request(
            method,
            url,
            headers={
                "Authorization": self._authorization,
                real_time.PROCESS_HEADER: real_time.process_id(),
                **headers,
                **drop_none(**{real_time.PRESENT_HEADER: present}),
            },
            extensions={"timeout": _TIMEOUT},
            **content,
        )
        try:
            answer: httpx2.Response = self._transport.handle_request(request)
        except httpx2.TimeoutException as error:
            raise DeckSimError(f"{method} {url}: {error}; does a receiver hang?") from None
        except httpx2.TransportError as error:
            text = f"no deck-sim server answers at {self.url}: {error or type(error).__name__}"
            is_https = self.url.startswith("https:")
            fix = "its URL begins with http:" if is_https else "`deck-sim serve` starts one"
            raise DeckSimError(f"{text}; {fix}") from None
        answer.request = request
        if "Deck-Sim-Version" not in answer.headers:
            text = f"{url} answers {answer.status_code}, but is no deck-sim server"
            raise DeckSimError(text)
        if answer.is_error:
            _decode(answer)
        return answer


def _decode(answer: httpx2.Response) -> Json:
    """The JSON of an answer; raises the errors that it reports."""
    answered = f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}"
    try:
        data: Json = answer.json()
        errors = data.get("errors", []) if answer.is_error else []
        messages = [error["message"] for error in errors]
    except (AttributeError, KeyError, TypeError, ValueError):  # a fault answers with anything
        raise DeckSimError(f"{answered} with a body that is not the API's") from None
    if answer.is_error:
        if len(messages) > _MOST_MESSAGES:
            messages[_MOST_MESSAGES:] = [f"… and {len(messages) - _MOST_MESSAGES} more"]
        raise DeckSimError("\n".join(messages) or answered, errors)
    return data


def read_id(resource: IdOrResource) -> str:
    """The id of a resource that is given as an id or as a mapping."""
    if isinstance(resource, str):
        return resource
    if isinstance(resource, Mapping) and "id" in resource:
        return str(resource["id"])
    text = f"a resource with an `id`, or the id, is needed; found {quote(f'{resource}')}"
    raise DeckSimError(text)


def drop_none(**values: Any) -> Json:
    """The values that are not None."""
    return {name: value for name, value in values.items() if value is not None}
