"""The URLs that bodies take. The pattern is the rule; the rest explains a refusal."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints, WithJsonSchema

from deck_sim.base.validation import value_error

_LABEL = "[A-Za-z0-9_-]{1,63}"
_NAME = rf"{_LABEL}(?:\.{_LABEL})*\.?"
_GROUP = "[0-9A-Fa-f]{1,4}"
# In full, or with `::` for some of its eight groups; not with an IPv4 address at its end.
_IPV6 = "|".join(
    [
        rf"(?:{_GROUP}:){{7}}{_GROUP}",
        rf"::(?:{_GROUP}(?::{_GROUP}){{0,6}})?",
        *(
            rf"{_GROUP}(?::{_GROUP}){{{before - 1}}}::(?:{_GROUP}(?::{_GROUP}){{0,{6 - before}}})?"
            for before in range(1, 7)
        ),
        rf"{_GROUP}(?::{_GROUP}){{6}}::",
    ]
)
_HOST = rf"(?:{_NAME}|\[(?:{_IPV6})\])"
_PORT = "0*(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_USER = r"[!-.0-9:;<=>A-Z^-~]*@"
_REST = r"[/?#][^\x00-\x20\x7f-\xa0\ufeff]*"
PATTERN = rf"^https?://(?:{_USER})?{_HOST}(?::(?:{_PORT})?)?(?:{_REST})?$"


def _check(url: str) -> str:
    if re.fullmatch(PATTERN, url):
        return url
    raise value_error(_explain(url))


def _explain(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        return "must begin with `http://` or `https://`"
    try:
        parts = urlsplit(url)
        host = parts.hostname
        if not host or parts.port == 0:
            return "it has no host, or port 0"
    except ValueError as error:
        return f"{error}"
    if not re.fullmatch(_NAME, host):
        return f"{host!r} is not a host name: {_ALLOWED}{_in_ascii(host)}"
    return (
        "it must not contain spaces, control characters, or brackets or backslashes before its path"
    )


_ALLOWED = "each part between dots has 1 to 63 letters, digits, `-` or `_`"


def _in_ascii(host: str) -> str:
    try:
        written = host.encode("idna").decode()
    except UnicodeError:
        return ""
    return f"; write {written!r}" if re.fullmatch(_NAME, written) else ""


WebUrl = Annotated[
    str,
    StringConstraints(min_length=1),
    AfterValidator(_check),
    WithJsonSchema({"type": "string", "pattern": PATTERN}),
]
