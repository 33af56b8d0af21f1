"""The operations on one world, called in this process if its server runs here, otherwise over HTTP.

A call names an operation of the table in `deck_sim.operations`, which has its method and path. Both
ways check the same parameters, and return the same data or raise the same errors.
"""

import json
from collections.abc import Mapping
from concurrent.futures import CancelledError
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote as quote_path

import httpx2

from deck_sim.base import real_time
from deck_sim.base.errors import DeckSimError, for_python, quote
from deck_sim.handle.connect.threads import is_receiving, wait_for
from deck_sim.handle.connect.transports import Transport, server_at
from deck_sim.handle.timeline import write_duration

if TYPE_CHECKING:
    from deck_sim.operations.table import ControlOperation
    from deck_sim.server.uvicorn_server import Server

Json = dict[str, Any]

_MOST_MESSAGES = 20  # of one refused call
IdOrResource = str | Mapping[str, Any]

_SECONDS = 60  # for one answer; a long advance takes a while
_BODY = "body"  # the parameter that is the whole body of a call


class NoServerError(DeckSimError):
    """No server listens at the URL of a call."""


class Control:
    """Performs control operations on the world of one API key."""

    def __init__(self, transport: Transport, api_key: str, seconds: float = _SECONDS) -> None:
        """Wait at most `seconds` for each answer."""
        self.url, self.api_key = transport.url, api_key
        self._authorization = f"Bearer {api_key}"
        self._transport, self._seconds, self._is_closed = transport, seconds, False

    def __call__(self, operation: str, /, **values: Any) -> Json:
        """Perform an operation; return its data. Its parameters are the `values` that are not None.

        A parameter in the path is an id, a name, or a resource with an `id`. Raises
        DeckSimError with the server's messages, or the reason why no server answered.
        """
        self._check_open()
        from deck_sim.operations import CONTROL_OPERATIONS  # slow

        row = CONTROL_OPERATIONS[operation]
        in_path = {name: read_id(values[name]) for name in row.in_path}
        arguments = _copy_as_json(drop_none(**values) | in_path)
        server = server_at(self.url)
        if server is not None:
            self._transport.note_time()
            return self._perform(server, row, arguments)
        quoted = {name: quote_path(arguments.pop(name), safe="") for name in in_path}
        path = row.path.format(**quoted)
        content: Json = {"params": {"plain": "true"}}  # show secrets: this process sent them
        if row.method in ("GET", "DELETE"):
            content["params"] |= arguments
        elif isinstance(arguments.get(_BODY), str):
            content["content"] = arguments[_BODY]
        elif arguments:
            content["json"] = arguments.get(_BODY, arguments)
        data = _read_answer(self._send(row.method, f"{self.url}/_sim{path}", **content))
        return {name: value for name, value in data.items() if name != "request_id"}

    def advance(self, **values: Any) -> Json:
        """Perform `advance_clock`, unless a webhook receiver of the world is the caller."""
        if is_receiving(self.api_key):
            text = (
                "a webhook receiver cannot move the clock of its world, which waits for the answer"
            )
            raise DeckSimError(f"{text}; move the clock when the receiver has answered")
        return self("advance_clock", **values)

    def skip_sleep(self, seconds: float) -> bool:
        """Note a sleep of a webhook receiver, which takes no time, but counts as a wait between two
        calls. Return whether a receiver is the caller.
        """
        server = server_at(self.url)
        if server is not None and is_receiving(self.api_key):

            async def note_sleep(_app: object) -> None:
                simulation = server.worlds.select(self._authorization)
                simulation.slept_ns += round(seconds * 1e9)

            server.submit(note_sleep).result()
        return is_receiving(self.api_key)

    def data(self, operation: str, /, **values: Any) -> list[Json]:
        data: list[Json] = self(operation, **values)["data"]
        return data

    def read(self, path: str) -> str:
        """Return the text of the answer to a GET call of the control API, with secrets hidden."""
        # The world keeps the time of the process that uses it: one that only looks has none.
        no_process = {real_time.PROCESS_HEADER: ""}
        return self._send("GET", f"{self.url}/_sim{path}", no_process).text

    def create(self, path: str, body: Mapping[str, Any], **headers: str) -> Json:
        """Create a resource through the Deck API, as an application does."""
        self._check_open()
        return _read_answer(
            self._send("POST", f"{self.url}/v2/{path}", headers, json=_copy_as_json(body))
        )

    def close(self) -> None:
        self._is_closed = True

    def _check_open(self) -> None:
        if self._is_closed:
            text = "this `Deck` is closed, since its `with` block or its test has ended"
            raise DeckSimError(f"{text}; make calls before the end, or open another `Deck`")

    def _perform(self, server: "Server", row: "ControlOperation", arguments: Json) -> Json:
        from deck_sim.contract.error_catalog import ApiError
        from deck_sim.operations import perform
        from deck_sim.runtime.serialization import dump_json

        has_left = False

        async def work(app: Any) -> bytes:
            worlds = server.worlds
            simulation = worlds.select(self._authorization)
            worlds.note_control(simulation.key)
            return dump_json(await perform(row, arguments, simulation, worlds, lambda: has_left))

        try:
            result = server.submit(work)
            wait_for(result, self._seconds)  # an error from a signal handler goes to the caller
            if not result.done():
                text = f"no answer within {self._seconds} seconds; does a webhook receiver hang?"
                raise DeckSimError(f"{row.method} {row.path}: {text}")
            data: Json = json.loads(result.result())
        except ApiError as error:
            raise _make_error([problem.as_json() for problem in error.problems]) from None
        except (CancelledError, ConnectionRefusedError):
            raise DeckSimError(f"the server at {self.url} was stopped; start it again") from None
        finally:
            has_left = True
        return data

    def _send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, **content: Any
    ) -> httpx2.Response:
        # A server elsewhere signs webhooks with the time of a frozen process, since receivers in
        # that process refuse any other time as too old or too new.
        present = real_time.process_now().isoformat() if real_time.is_frozen() else None
        request = httpx2.Request(
            method,
            url,
            headers={
                "Authorization": self._authorization,
                real_time.PROCESS_HEADER: real_time.process_id(),
                "User-Agent": f"{for_python('python-')}deck-sim",
                **(headers or {}),
                **drop_none(**{real_time.PRESENT_HEADER: present}),
            },
            extensions={"timeout": httpx2.Timeout(self._seconds).as_dict()},
            **content,
        )
        try:
            answer: httpx2.Response = self._transport.handle_request(request)
            answer.read()
        except httpx2.TimeoutException as error:
            hangs = (
                "is the server stopped, by Ctrl-Z or a debugger, or does a webhook receiver hang?"
            )
            raise DeckSimError(f"{method} {url}: {error}; {hangs}") from None
        except httpx2.TransportError as error:
            text = f"no deck-sim server answers at {self.url}: {error or type(error).__name__}"
            fix = "`deck-sim serve` starts one"
            if self.url.startswith("https:"):
                fix = "perhaps it has no TLS: write `http://` in its URL"
            raise NoServerError(f"{text}; {fix}") from None
        answer.request = request
        if "Deck-Sim-Version" not in answer.headers:
            text = f"{url} answers {answer.status_code}, but is not deck-sim; check the URL"
            raise DeckSimError(text)
        if answer.is_error:
            _read_answer(answer)
        return answer


def _copy_as_json(values: Mapping[str, Any]) -> Json:
    """Return a JSON copy of the values; later changes by the caller do not change the copy. Raises
    DeckSimError if a value cannot be written as JSON.
    """

    def write_time(value: Any) -> str | None:
        if isinstance(value, timedelta):
            return write_duration(value)
        if isinstance(value, date):
            return value.isoformat()
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")

    try:
        text = json.dumps(values, allow_nan=False, ensure_ascii=False, default=write_time)
        copy: Json = json.loads(text.encode())
    except (RecursionError, TypeError, ValueError) as error:
        raise DeckSimError(f"an argument cannot be written as JSON: {error}") from None
    return copy


def _read_answer(answer: httpx2.Response) -> Json:
    answered = f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}"
    try:
        data: Json = answer.json()
        errors = data.get("errors", []) if answer.is_error else []
        error = _make_error(errors, answered)
    except (AttributeError, KeyError, TypeError, ValueError):
        likely = "perhaps a fault or a proxy answered"
        raise DeckSimError(f"{answered} with a body that is not from the API; {likely}") from None
    if answer.is_error:
        raise error
    return data


def _make_error(errors: list[Json], answered: str = "") -> DeckSimError:
    messages = [error["message"] for error in errors]
    if len(messages) > _MOST_MESSAGES:
        messages[_MOST_MESSAGES:] = [f"… and {len(messages) - _MOST_MESSAGES} more"]
    return DeckSimError("\n".join(messages) or answered, errors)


class Rows(list[Json]):
    """The rows that a property such as `deck.runs` returns."""

    def __call__(self) -> NoReturn:
        raise DeckSimError("this is a list, not a method; write it without `()`, as `deck.runs`")


def reads(operation: str, words: str, key: str = "data") -> Any:
    """Define a property that reads `key` of the answer of an operation; `words` explain it."""

    def read(holder: Any) -> Any:
        value = holder._control(operation)[key]
        return Rows(value) if isinstance(value, list) else value

    return property(read, doc=words)


def read_id(resource: IdOrResource) -> str:
    if isinstance(resource, str):
        return resource
    if isinstance(resource, Mapping) and "id" in resource:
        return str(resource["id"])
    text = f"give an id, or a resource with an `id`; found {quote(f'{resource}')}"
    raise DeckSimError(text)


def drop_none(**values: Any) -> Json:
    return {name: value for name, value in values.items() if value is not None}
