"""Reading and checking of JSON request bodies, for `/v2` and `/_sim`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from deck_sim.base import MOST_LEVELS
from deck_sim.base.errors import format_path
from deck_sim.base.redaction import HIDDEN, is_secret, redact_text
from deck_sim.contract.error_catalog import ApiError, Problem, problem, refuse
from deck_sim.runtime.serialization import dump_json

if TYPE_CHECKING:
    import pydantic
    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound="pydantic.BaseModel")

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_JOURNAL_TEXT = 1000  # characters that are shown of a body that is not JSON
_TOO_DEEP = f"The body is nested too deeply; use at most {MOST_LEVELS} levels."


def read_object(body: bytes, *, form: bool = False) -> dict[str, Any]:
    """Read a body that must be a JSON object. Raises ApiError (`body_invalid`), with the line and
    column of a syntax error.

    `form` says whether the request calls its body form-encoded; it only changes the error.
    """
    if not body:
        raise refuse("request/body_invalid", "The body is empty; it must be a JSON object.")
    try:
        data = _read_json(body)
    except ApiError:
        if form and not body.lstrip().startswith((b"{", b"[")):  # curl sends JSON as a form, too
            text = "The body is form-encoded; it must be a JSON object, as `application/json`."
            raise refuse("request/body_invalid", text) from None
        raise
    if not isinstance(data, dict):
        names = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
        type_name = names.get(type(data), "a number")
        raise refuse("request/body_invalid", f"The body must be a JSON object, not {type_name}.")
    return data


def _read_json(body: bytes) -> Any:
    """Read JSON; refuse values that cannot be written as JSON again, such as NaN."""
    try:
        text = body.decode()
        data = json.loads(text, parse_constant=_read_number, parse_float=_read_number)
        if "\\u" in text:
            dump_json(data)
        if text.count("{") + text.count("[") > MOST_LEVELS:
            check_depth(data)
        return data
    except UnicodeDecodeError as error:
        why = f"The body is not UTF-8: byte {error.start} cannot be read."
    except UnicodeEncodeError:
        why = "The body is not Unicode: it contains half of a surrogate pair."
    except json.JSONDecodeError as error:
        why = f"The body is not JSON: {error.msg} in line {error.lineno}, column {error.colno}."
    except RecursionError:
        why = _TOO_DEEP
    except ValueError as error:
        why = f"The body cannot be read: {error}."
    raise refuse("request/body_invalid", why) from None


def check_depth(data: Any) -> None:
    """Raise ApiError (`body_invalid`) if plain data has more than `MOST_LEVELS` levels."""
    level = [data]
    for _ in range(MOST_LEVELS + 1):
        containers = [value for value in level if isinstance(value, dict | list)]
        if not containers:
            return
        level = [
            inner
            for container in containers
            for inner in (container.values() if isinstance(container, dict) else container)
        ]
    raise refuse("request/body_invalid", _TOO_DEEP)


def _read_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is {'too large' if text[-1].isdigit() else 'not JSON'}")
    return number


# Returns the problems of an object that its model cannot find.
ExtraChecks = Callable[[dict[str, Any]], list[Problem]]


# Types of errors: absent, or empty where a value is required.
_MISSING = {"missing", "string_too_short"}


def check_body(
    model: type[Model],
    data: dict[str, Any],
    extra_checks: ExtraChecks = lambda data: [],
    explain_key: Callable[[str], str] = lambda key: "",
) -> Model:
    """Return `data` as an instance of `model`. If it does not match, raises ApiError with every
    problem that the model finds, and those of `extra_checks`, which is called only in this case.
    `explain_key` returns the end of the message about an unknown key.
    """
    import pydantic

    from deck_sim.base import validation

    try:
        return model.model_validate(data)
    except pydantic.ValidationError as errors:
        details = errors.errors(include_url=False)
    problems: list[Problem] = []
    for error in details:
        type_, value, loc = error["type"], error["input"], error["loc"]
        is_unknown, is_key = type_ == "extra_forbidden", loc[-2:] == (value, "[key]")
        place = loc[:-1] if is_key else loc
        field, name = format_path(place), "request/input_invalid"
        if type_ in _MISSING or (value is None and not is_unknown):
            name, text, beginning = "request/input_missing", None, ""
            if value is None and validation.is_optional(model, loc):
                text = f"`{field}` must not be null; leave it out, or send a value"
        else:
            readable: ErrorDetails = {**error, "loc": place}
            if any(is_secret(f"{part}") for part in place) and not is_key:
                readable["input"] = HIDDEN
            text = validation.error_message(readable, model)
            if is_unknown and field in getattr(model, "fixed", ()):
                text = "cannot be changed"
            elif is_unknown:
                text += explain_key(field)
            if (type_, field) == ("literal_error", "auth_method"):
                name = "auth/auth_method_invalid"
            text = redact_text(f"{'the key ' if is_key else ''}{text}")
            beginning = redact_text(f"`{field}`: ")
        problems.append(problem(name, text, field=field, place=beginning))
    fields = {p.field for p in problems}
    raise ApiError(*problems, *(p for p in extra_checks(data) if p.field not in fields))


def parse_recorded(body: bytes) -> Any:
    """Return the JSON value of a body; None if it is empty, the start of the text if not JSON."""
    if not body:
        return None
    with suppress(ApiError):
        return _read_json(body)
    return body[:MAX_JOURNAL_TEXT].decode(errors="replace")
