"""What records of calls and deliveries do not show: secrets, by the names under which they stand.

Records are printed into test reports and build logs. A name too many that is hidden costs a look at
the test; a name too few costs a password.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

HIDDEN = "•••"

_SECRET = re.compile(
    r"secret|passw|pwd|passphrase|token|authorization|cookie|credentials|connection[_-]?string"
    r"|service[_-]?account|shared[_-]?access|(?:api|access|account|private)[_-]?key",
    re.IGNORECASE,
)
# Headers are made up by whoever sets them, and few are worth reading but those of everybody.
_SECRET_HEADER = re.compile(rf"{_SECRET.pattern}|auth(?!enticate)|key", re.IGNORECASE)

_CREDENTIALS = frozenset({"auth_credentials", "credentials"})  # all in them but the user's name
_HEADERS = "custom_headers"  # a JSON object as a string

_SHAPE = re.compile(r"whsec_[\w+/=-]+")  # the secret of a webhook, wherever it stands
_USER = re.compile(r"(?<=://)[^/?#\s\"'\\]*@")
_PARAMETER = re.compile(r"(?<=[?&;])([^=&;#?\s]+)=([^&;#\s\"']+)")


def is_secret(name: str) -> bool:
    """Whether what has this name is kept out of records."""
    return _SECRET.search(name) is not None


def hide(data: Any) -> Any:
    """The same data with every secret hidden. The user's name is none; a password is, even under a
    misspelt name.
    """
    if isinstance(data, str):
        return hide_in_text(data)
    if isinstance(data, list):
        return [hide(item) for item in data]
    if not isinstance(data, Mapping):
        return data
    return {name: _hide_one(name, value) for name, value in data.items()}


def hide_in_text(text: str) -> str:
    """The same text without secrets of webhooks; and of each URL in it, without who it says we are
    and without secret parameters.

    >>> hide_in_text("amqp://alex:hunter2@mq/?token=1&vhost=a")
    'amqp://•••@mq/?token=•••&vhost=a'
    """
    text = _USER.sub(f"{HIDDEN}@", _SHAPE.sub(HIDDEN, text))
    return _PARAMETER.sub(_hide_parameter, text)


def hide_in_query(query: str) -> str:
    """The same query string, without what is secret in it."""
    return hide_in_text(f"?{query}")[1:]


def hide_in_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The same headers, without what is secret in them."""
    return {
        name: HIDDEN if _is_secret_header(name) else hide_in_text(value)
        for name, value in headers.items()
    }


def cut_before_secret(text: str) -> str:
    """The text up to the first sign of a secret, for what cannot be read more closely."""
    return hide_in_text(_SECRET.split(text, maxsplit=1)[0])


def _hide_one(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _CREDENTIALS and isinstance(value, Mapping):
        return {key: inner if key == "username" else HIDDEN for key, inner in value.items()}
    if name == _HEADERS and isinstance(value, str):
        return _hide_custom_headers(value)
    return HIDDEN if is_secret(name) else hide(value)


def _hide_custom_headers(text: str) -> str:
    try:
        headers = json.loads(text)
        readable = {name: value for name, value in headers.items() if isinstance(value, str)}
    except (ValueError, AttributeError, RecursionError):
        return HIDDEN
    shown = dict.fromkeys(headers, HIDDEN) | hide_in_headers(readable)
    return json.dumps(shown, ensure_ascii=False)


@lru_cache(maxsize=1024)
def _is_secret_header(name: str) -> bool:
    return _SECRET_HEADER.search(name) is not None


def _hide_parameter(found: re.Match[str]) -> str:
    name, value = found.groups()
    return f"{name}={HIDDEN if is_secret(unquote(name)) else value}"
