"""Removes secrets from records of calls and deliveries, by the names of fields and headers.

Records are printed into test reports and build logs, so a name that only looks secret is hidden,
too.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

HIDDEN = "•••"

_SECRET = re.compile(
    r"secret|pas+(?:w|code|phrase)|pwd|token|authorization|cookie|credentials|connection[_-]?string"
    r"|service[_-]?account|shared[_-]?access|(?:api|access|account|private)[_-]?key",
    re.IGNORECASE,
)
# Names of headers are free, so more words count as secret.
_SECRET_HEADER = re.compile(rf"{_SECRET.pattern}|auth(?!enticate)|key", re.IGNORECASE)

# In a login more names are secret, but only as whole words, so `shopping_list` is not secret.
_SECRET_OF_LOGIN = re.compile(
    rf"{_SECRET.pattern}|(?<![a-z])(?:pin|otp|cvc|cvv|ssn|answer)(?![a-z])", re.IGNORECASE
)

# Everything in them except `username`, and `source_fields` whose names are not secret.
_CREDENTIALS = ("auth_credentials", "credentials")
_HEADERS = "custom_headers"  # a JSON object as a string

_SHAPE = re.compile(r"whsec_[\w+/=-]+")  # the secret of a webhook, anywhere in a text
_USER = re.compile(r"(?<=://)[^/?#\s\"'\\]*@")
_PARAMETER = re.compile(r"(?<=[?&;])([^=&;#?\s]+)=([^&;#\s\"']+)")


def is_secret(name: str) -> bool:
    """Whether values of this name are hidden."""
    return _SECRET.search(name) is not None


def readable_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The `source_fields` of a login whose names do not sound secret."""
    return {name: value for name, value in fields.items() if not _SECRET_OF_LOGIN.search(name)}


def redact(data: Any) -> Any:
    """A copy of the data with secrets hidden.

    In credentials everything except `username` and readable `source_fields` is hidden, so that
    misspelt names are hidden, too.
    """
    if isinstance(data, str):
        return redact_text(data)
    if isinstance(data, list):
        return [redact(item) for item in data]
    if not isinstance(data, Mapping):
        return data
    return {name: _redact_field(name, value) for name, value in data.items()}


def redact_text(text: str) -> str:
    """The text without webhook secrets, and without user names and secret parameters in URLs.

    >>> redact_text("amqp://alex:hunter2@mq/?token=1&vhost=a")
    'amqp://•••@mq/?token=•••&vhost=a'
    """
    text = _USER.sub(f"{HIDDEN}@", _SHAPE.sub(HIDDEN, text))
    return _PARAMETER.sub(_redact_parameter, text)


def redact_query(query: str) -> str:
    """A query string without secret values."""
    return redact_text(f"?{query}")[1:]


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """A copy of the headers without secret values."""
    return {
        name: HIDDEN if _is_secret_header(name) else redact_text(value)
        for name, value in headers.items()
    }


def cut_before_secret(text: str) -> str:
    """The text before the first secret word, for bodies that cannot be parsed."""
    return redact_text(_SECRET.split(text, maxsplit=1)[0])


def _redact_field(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _CREDENTIALS and isinstance(value, Mapping):
        return {key: _redact_login(key, inner) for key, inner in value.items()}
    if name == _HEADERS and isinstance(value, str):
        return _redact_custom_headers(value)
    return HIDDEN if is_secret(name) else redact(value)


def _redact_login(name: str, value: Any) -> Any:
    if name == "source_fields" and isinstance(value, Mapping):
        return dict.fromkeys(value, HIDDEN) | redact(readable_fields(value))
    return value if name == "username" else HIDDEN


def _redact_custom_headers(text: str) -> str:
    try:
        headers = json.loads(text)
        readable = {name: value for name, value in headers.items() if isinstance(value, str)}
    except (ValueError, AttributeError, RecursionError):
        return HIDDEN
    shown = dict.fromkeys(headers, HIDDEN) | redact_headers(readable)
    return json.dumps(shown, ensure_ascii=False)


@lru_cache(maxsize=1024)
def _is_secret_header(name: str) -> bool:
    return _SECRET_HEADER.search(name) is not None


def _redact_parameter(found: re.Match[str]) -> str:
    name, value = found.groups()
    return f"{name}={HIDDEN if is_secret(unquote(name)) else value}"
