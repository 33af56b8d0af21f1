"""Hides secrets in records, since records are printed into test reports and build logs.

A value is hidden if the name of its field, header or URL parameter looks like that of a secret. In
every text, webhook secrets and the users and passwords of URLs are hidden, too.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from urllib.parse import unquote

HIDDEN = "•••"

# A short word counts only as a whole word: `pin` in `user_pin` and `userPin`, not in `shipping`.
_WORD = r"(?-i:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?=[A-Z][a-z]))(?:{})(?-i:(?![a-z]))"
_SECRET = (
    r"(?i)secret|pas+(?:w|code|phrase)|pwd|token|authorization|cookie|credentials|connection[_-]?string"
    r"|service[_-]?account|shared[_-]?access|(?:api|access|account|private)[_-]?key|card[_-]?number"
    r"|security[_-]?(?:answer|code)|" + _WORD.format("pin|t?otp|ssn|cvv|cvc")
)
# Applications choose the names of headers, so more words count as secret.
_SECRET_HEADER = rf"{_SECRET}|auth(?!enticate)|key"

# In these objects only `username` and the `source_fields` with harmless names are shown.
_CREDENTIALS = ("auth_credentials", "credentials")
_HEADERS = ("headers", "request_headers", "response_headers")
# Here `code` and `answer` are a user's answers to prompts. Elsewhere `code` is that of an error.
_INPUTS = ("inputs", "input")
_ANSWER = "(?i)" + _WORD.format("code|answer")
_SHOWN_HEADERS = ("idempotency-key",)

_SHAPE = re.compile(r"whsec_[\w+/=-]+")  # the secret of a webhook, anywhere in a text
_USER = re.compile(r"(?<=://)[^/?#\s\"'\\]*@")
_PARAMETER = re.compile(r"(?<=[?&;])([^=&;#?\s]+)=([^&;#\s\"']+)")

_LIVE = "sk_live_"  # the beginning of a real key, which is never shown whole


def world_token(key: str) -> str:
    """Return the id that URLs and lists show for a world. It does not reveal the world's `key`."""
    return blake2b(key.encode(), digest_size=8).hexdigest()


@lru_cache(1024)
def is_secret(name: str) -> bool:
    return re.search(_SECRET, name) is not None


def is_secret_in(name: str, within: str) -> bool:
    """Whether the field `name` is secret in `within`: `key` in `headers`, `code` in `inputs`."""
    if within in _HEADERS:
        return name not in _SHOWN_HEADERS and re.search(_SECRET_HEADER, name) is not None
    return within in _INPUTS and re.search(_ANSWER, name) is not None


def redact(data: Any, name: str = "") -> Any:
    """Return a copy of JSON data, with secrets hidden. `name` is the field that holds the data.

    Credentials show only their `username` and the `source_fields` whose names do not look secret.
    So the value of a misspelt field is hidden, too. A tuple or iterator becomes a list.
    """
    if isinstance(data, Mapping) and name in _CREDENTIALS:
        fields = data.get("source_fields")
        readable = {
            "username": redact(data.get("username")),
            "source_fields": redact(fields) if isinstance(fields, Mapping) else {},
        }
        return {key: readable.get(key, HIDDEN) for key in data}
    if isinstance(data, str) and name in _TEXTS:
        return _TEXTS[name](data)
    if (is_secret(name) or name == "custom_headers") and data is not None:
        return HIDDEN
    if isinstance(data, str):
        return redact_text(data)
    if isinstance(data, Mapping):
        return {
            key: HIDDEN if is_secret_in(f"{key}", name) else redact(value, key)
            for key, value in data.items()
        }
    return [*map(redact, data)] if isinstance(data, Iterable) else data


def redact_text(text: str) -> str:
    """Hide webhook secrets in a text, and users, passwords and secret parameters in its URLs.

    >>> redact_text("amqp://alex:hunter2@mq/?token=1&vhost=a")
    'amqp://•••@mq/?token=•••&vhost=a'
    """
    if "=" not in text and "@" not in text and "whsec_" not in text:
        return text  # quickly, since an answer can have a hundred thousand texts

    def redact_parameter(parameter: re.Match[str]) -> str:
        name, value = parameter.groups()
        return f"{name}={HIDDEN if is_secret(unquote(name)) else value}"

    return _PARAMETER.sub(redact_parameter, _USER.sub(f"{HIDDEN}@", _SHAPE.sub(HIDDEN, text)))


def redact_query(query: str) -> str:
    return redact_text(f"?{query}")[1:]


def redact_body(body: Any) -> Any:
    """Hide the secrets of a recorded body; cut a text at the first word that looks secret."""
    if not isinstance(body, str):
        return redact(body)
    names = re.finditer(r"[\w-]+", body)
    return redact_text(body[: next((name.start() for name in names if is_secret(name[0])), None)])


_TEXTS = {"query": redact_query, "body": redact_body, "response_body": redact_body}


def mask_key(key: str) -> str:
    """Shorten a real API key to `sk_live_…` and 4 characters; return any other key unchanged."""
    return f"{_LIVE}…{key[-4:]}" if key.startswith(_LIVE) else key
