"""The URLs that bodies take."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints, WithJsonSchema

from deck_sim.base.validation import value_error

_USER = r"[!-.0-9:;<=>A-Z^-~]*@"
_HOST = r"(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:]+\])"
_REST = r"[/?#][^\x00-\x20\x7f-\xa0\ufeff]*"
PATTERN = rf"^https?://(?:{_USER})?{_HOST}(?::(?:0*[1-9][0-9]{{0,4}})?)?(?:{_REST})?$"


def _check(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise value_error("must begin with `http://` or `https://`")
    if not re.fullmatch(PATTERN, url):
        raise value_error(
            "must be a URL with a host of letters, digits, `.`, `-` or `_`, or an IPv6 address in"
            " brackets, and without spaces; a name with other letters is written as `xn--…`"
        )
    try:
        parts = urlsplit(url)
        # Both raise: of a port above 65535, and of a name with an empty or a long part.
        _ = parts.port, (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise value_error(f"{error}") from None
    return url


WebUrl = Annotated[
    str,
    StringConstraints(min_length=1),
    AfterValidator(_check),
    WithJsonSchema({"type": "string", "pattern": PATTERN}),
]
