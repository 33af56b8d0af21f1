"""Removes secrets from records of calls and deliveries, by the names of fields and headers.

Records are printed into test reports and build logs, so a name that only looks secret is hidden,
too.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any, Self, SupportsIndex
from urllib.parse import unquote

HIDDEN = "•••"
DIGESTS = "Deck-Sim-Digests"  # a header that asks the control API for digests of hidden values
_DIGEST = "$masked"  # the key of a digest in JSON

_SECRET = re.compile(
    r"secret|pas+(?:w|code|phrase)|pwd|token|authorization|cookie|credentials|connection[_-]?string"
    r"|service[_-]?account|shared[_-]?access|(?:api|access|account|private)[_-]?key",
    re.IGNORECASE,
)
# Names of headers are free, so more words count as secret.
_SECRET_HEADER = re.compile(rf"{_SECRET.pattern}|auth(?!enticate)|key", re.IGNORECASE)

# In `_SENT`, a login and a query more names are secret, but only as whole words, in lower case: the
# `shipping` does not have the word `pin`. Names may be in snake, camel or kebab case.
_SECRET_WORDS = (
    r"pins?|pin_?codes?|otps?|totps?|ssns?|social_security|cvvs?|cvcs?|csc|answers?|card_number"
    r"|(?:one_time|security|verification|authentication|auth|access|mfa|2fa|sms|backup|recovery)"
    r"_codes?"
)
_BETWEEN_WORDS = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])|[\W_]+"
)
_SENT = ("input", "inputs", "output", "extraction")  # fields that a caller or a source sends
_ALIKE = 0.8  # how close to one of these a misspelt name is

# In these only `username`, and `source_fields` whose names are not secret, are shown.
_CREDENTIALS = ("auth_credentials", "credentials")
_HEADERS = "custom_headers"  # a JSON object as a string

_SHAPE = re.compile(r"whsec_[\w+/=-]+")  # the secret of a webhook, anywhere in a text
_USER = re.compile(r"(?<=://)[^/?#\s\"'\\]*@")
_PARAMETER = re.compile(r"(?<=[?&;])([^=&;#?\s]+)=([^&;#\s\"']+)")

_LIVE = "sk_live_"  # how a real key begins, which is not logged as a whole


@dataclass(frozen=True, slots=True)
class Masking:
    """More names whose values are hidden, and how.

    `names` are more secret names of fields that are sent. With a `salt`, a hidden value is a
    `Masked`, which still equals the original.
    """

    names: tuple[str, ...] = ()
    salt: str | None = None

    def hide(self, value: Any) -> str:
        """The text that replaces a secret value."""
        return HIDDEN if self.salt is None else Masked.of(value, self.salt)


PLAIN = Masking()


class Masked(str):
    """A hidden value. It is `•••` as text, and equals the original, of which it keeps a digest."""

    __slots__ = ("digest",)
    digest: str  # `SALT:HASH`

    def __new__(cls, digest: str) -> Self:
        """Make it from the digest of the original."""
        made = super().__new__(cls, HIDDEN)
        made.digest = digest
        return made

    @classmethod
    def of(cls, original: Any, salt: str) -> Self:
        """Hide a value of JSON."""
        return cls(_digest(original, salt))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Masked):
            return self.digest == other.digest
        if isinstance(other, str) and str.__eq__(other, HIDDEN):
            return True
        try:
            return self.digest == _digest(other, self.digest.partition(":")[0])
        except (TypeError, ValueError, RecursionError):  # no JSON; it may know how to compare
            return NotImplemented

    def __ne__(self, other: object) -> bool:  # that of `str` compares the texts
        return not self == other

    __hash__ = str.__hash__

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return Masked, (self.digest,)


def with_digests(data: Any) -> Any:
    """A copy of the data in which `Masked` values are objects that `read_digests` reads."""
    if isinstance(data, Masked):
        return {_DIGEST: data.digest}
    if isinstance(data, Mapping):
        return {name: with_digests(value) for name, value in data.items()}
    return [*map(with_digests, data)] if isinstance(data, list) else data


def read_digests(text: str) -> Any:
    """Read the JSON of data that `with_digests` made."""

    def read(found: dict[str, Any]) -> Any:
        return Masked(found[_DIGEST]) if found.keys() == {_DIGEST} else found

    return json.loads(text, object_hook=read if _DIGEST in text else None)


def _digest(value: Any, salt: str) -> str:
    text = json.dumps(value, sort_keys=True)
    return f"{salt}:{blake2b(text.encode(), key=salt.encode(), digest_size=16).hexdigest()}"


def is_secret(name: str) -> bool:
    """Whether values of this name are hidden anywhere."""
    return _SECRET.search(name) is not None


@lru_cache(maxsize=1024)
def is_secret_word(name: str, names: tuple[str, ...] = ()) -> bool:
    """Whether values of this name are hidden in data that a caller or a source sends."""
    words = _split_words(name)
    own = (_split_words(one) in words for one in names)
    return is_secret(name) or re.search(f"_(?:{_SECRET_WORDS})_", words) is not None or any(own)


def _split_words(name: str) -> str:
    """The words of a name: `_card_pin_` of `cardPIN`."""
    return f"_{_BETWEEN_WORDS.sub('_', name).strip('_').lower()}_"


def readable_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The `source_fields` of a login whose names do not sound secret."""
    return {name: value for name, value in fields.items() if not is_secret_word(name)}


def redact(data: Any, masking: Masking = PLAIN, *, is_sent: bool = False) -> Any:
    """A copy of the data with secrets hidden.

    In credentials everything except `username` and readable `source_fields` is hidden, so that
    misspelt names are hidden, too. In data that a caller or a source sends, such as a run's input,
    more names are secret.
    """
    if isinstance(data, str):
        return redact_text(data)
    if isinstance(data, list):
        return [redact(item, masking, is_sent=is_sent) for item in data]
    if not isinstance(data, Mapping):
        return data
    return {name: _redact_field(name, value, masking, is_sent) for name, value in data.items()}


def redact_fields(fields: Mapping[str, Any], masking: Masking) -> dict[str, Any]:
    """The fields of a resource, of which only those that were sent are redacted."""
    return {
        name: redact(value, masking, is_sent=True) if name in _SENT else value
        for name, value in fields.items()
    }


def redact_at(path: Sequence[str], value: Any, masking: Masking = PLAIN) -> Any:
    """A value as it is shown at a path of keys in a body."""
    for name in reversed(path):
        value = {name: value}
    shown = redact(value, masking)
    for name in path:
        shown = shown[name] if isinstance(shown, Mapping) else shown
    return shown


def redact_text(text: str) -> str:
    """The text without webhook secrets, and without user names and secret parameters in URLs.

    >>> redact_text("amqp://alex:hunter2@mq/?token=1&vhost=a")
    'amqp://•••@mq/?token=•••&vhost=a'
    """
    text = _USER.sub(f"{HIDDEN}@", _SHAPE.sub(HIDDEN, text))
    return _hide_parameters(text, is_secret)


def redact_query(query: str, masking: Masking = PLAIN) -> str:
    """A query string without secret values."""
    is_hidden = partial(is_secret_word, names=masking.names)
    return redact_text(_hide_parameters(f"?{query}", is_hidden))[1:]


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """A copy of the headers without secret values."""
    return {
        name: HIDDEN if _is_secret_header(name) else redact_text(value)
        for name, value in headers.items()
    }


def cut_before_secret(text: str, masking: Masking = PLAIN) -> str:
    """The text before the first secret name, for bodies that cannot be parsed."""
    names = re.finditer(r"[\w-]+", text)
    starts = (name.start() for name in names if is_secret_word(name[0], masking.names))
    return redact_text(text[: next(starts, None)])


def _redact_field(name: str, value: Any, masking: Masking, is_sent: bool) -> Any:
    if value is None or isinstance(value, Masked):
        return value
    if name in _CREDENTIALS and isinstance(value, Mapping):
        return {key: _redact_login(key, inner, masking) for key, inner in value.items()}
    if name == _HEADERS and isinstance(value, str):
        return _redact_custom_headers(value)
    if is_secret_word(name, masking.names) if is_sent else is_secret(name):
        return masking.hide(value)
    return redact(value, masking, is_sent=is_sent or _is_sent(name))


@lru_cache(maxsize=1024)
def _is_sent(name: str) -> bool:
    """Whether it is one of `_SENT`, or like one: refused calls are recorded, too."""
    return bool(get_close_matches(name.lower(), _SENT, n=1, cutoff=_ALIKE))


def _redact_login(name: str, value: Any, masking: Masking) -> Any:
    if name == "source_fields" and isinstance(value, Mapping):
        hidden = {key: masking.hide(inner) for key, inner in value.items()}
        return {**hidden, **redact(readable_fields(value), masking, is_sent=True)}
    return value if name == "username" else masking.hide(value)


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


def _hide_parameters(text: str, is_hidden: Callable[[str], bool]) -> str:
    def show(found: re.Match[str]) -> str:
        name, value = found.groups()
        return f"{name}={HIDDEN if is_hidden(unquote(name)) else value}"

    return _PARAMETER.sub(show, text)


def mask_key(key: str) -> str:
    """The key as it is shown; of one that looks real, only the end."""
    return f"{_LIVE}…{key[-4:]}" if key.startswith(_LIVE) else key
