"""Rules for every answer, whatever the request was, and the error when something does not hold."""

import json
from typing import Any

from .inputs import Input
from .wire import Answer

_WITHOUT_ENVELOPE = ("/_sim/files/", "/_sim/ui")


class Broken(Exception):
    """Something that had to hold does not."""


def check(holds: object, text: str) -> None:
    """Raise `Broken` with a text unless something holds."""
    if not holds:
        raise Broken(text)


def judge(given: Input, answer: Answer) -> str | None:
    """The mistake in the answer to an input, or None."""
    status, headers = answer.status, answer.headers
    if "deck-sim-fault" in headers:
        return None  # somebody asked for it
    if not 200 <= status <= 599:
        return f"the status is {status}"
    if status >= 500 and not _is_asked_for(answer):
        return f"a {status} that nobody asked for"
    if given.method == "HEAD" or status in (204, 304):
        return None
    if not given.path.startswith(("/v2/", "/_sim/")) or given.path.startswith(_WITHOUT_ENVELOPE):
        return None
    if given.path == "/_sim/stream" and status == 200:
        return None
    try:
        data = json.loads(answer.body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        return f"a {status} that is not JSON: {error}"
    if status >= 400:
        return judge_envelope(data)
    if not isinstance(data, dict):
        return "a success that is no object"
    return None if "request_id" in data else "a success without its request_id"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"JSON has no {name}")


def _is_asked_for(answer: Answer) -> bool:
    """Whether a scenario refused the call, or the world is strict."""
    if b"deck-sim itself failed" in answer.body:
        return False
    return "deck-sim-scenario" in answer.headers or answer.status == 501


def judge_envelope(data: Any) -> str | None:
    """The mistake in the body of an error."""
    errors = data.get("errors") if isinstance(data, dict) else None
    if not isinstance(errors, list) or not errors:
        return "an error with no envelope"
    for error in errors:
        texts = [error.get(name) for name in ("type", "code", "message")]
        if not all(isinstance(text, str) and text for text in texts):
            return f"an error without its type, code or message: {error}"
    request_id = data.get("request_id")
    return None if isinstance(request_id, str) else "an error without its request_id"


def digest_of_world(snapshot: dict[str, Any]) -> Any:
    """The state of a world, without what every call changes: journal, counts of ids, faults met.

    A snapshot is a table of rows that refer to each other by their numbers; what is returned has
    the rows in place of the numbers.
    """
    rows = snapshot["values"]
    state = rows[-1]["state"]
    world = _row(rows, state["world"])
    selection = state.get("selection")
    without = {k: v for k, v in world.items() if k not in _CHANGED_BY_EVERY_CALL}
    return hash(json.dumps(_resolve([without, selection], rows, {}), sort_keys=True))


_CHANGED_BY_EVERY_CALL = ("counters", "injected", "fired")


def _row(rows: list[Any], reference: dict[str, int]) -> dict[str, Any]:
    fields: dict[str, Any] = rows[reference["$value"]]["$fields"][1]
    return fields


def _resolve(value: Any, rows: list[Any], known: dict[int, int]) -> Any:
    if isinstance(value, list):
        return [_resolve(part, rows, known) for part in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"$value"}:
        number = value["$value"]
        if number not in known:
            text = json.dumps(_resolve(rows[number], rows, known), sort_keys=True)
            known[number] = hash(text)
        return known[number]
    return {name: _resolve(part, rows, known) for name, part in value.items()}
