"""Values that read like real ones: what a field of that name, or a text of that format, might hold.

Tables only. A name matches a row if one of the row's words is among the words of the name, so
`check_in_date`, `checkInDate` and `date` all find the row of `date`. Rows further up win.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

# Draws a whole number below its argument.
Draw = Callable[[int], int]

_FIRST = ("Ada", "Bruno", "Chen", "Dana", "Elif", "Femi", "Grace", "Hugo", "Ines", "Jonas")
_LAST = ("Alvarez", "Brandt", "Cohen", "Diallo", "Eriksen", "Fischer", "Garcia", "Haddad")
_CITIES = ("Lisbon", "Montreal", "Nairobi", "Oslo", "Porto", "Quito", "Rome", "Seoul")
_STREETS = ("Cedar Street", "Harbour Road", "Mill Lane", "Park Avenue", "Station Road")
_WORDS = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "harbor",
    "iris",
    "juniper",
)
_COMPANIES = ("Acme", "Bluebird", "Cascade", "Driftwood", "Evergreen", "Foxglove")


def _pick(words: tuple[str, ...]) -> Callable[[Draw], str]:
    return lambda draw: words[draw(len(words))]


def _digits(count: int) -> Callable[[Draw], str]:
    return lambda draw: "".join(str(draw(10)) for _ in range(count))


_TEXTS: tuple[tuple[str, Callable[[Draw], str]], ...] = (
    ("email", lambda draw: f"{_pick(_FIRST)(draw).lower()}.{draw(90) + 10}@example.com"),
    ("phone", lambda draw: f"+1 555 01{_digits(2)(draw)}"),
    ("url link website", lambda draw: f"https://example.com/{_pick(_WORDS)(draw)}"),
    ("first given", _pick(_FIRST)),
    ("last family surname", _pick(_LAST)),
    ("city town", _pick(_CITIES)),
    ("country", _pick(("CA", "DE", "FR", "GB", "PT", "US"))),
    ("currency", _pick(("CAD", "EUR", "GBP", "USD"))),
    ("street address line", lambda draw: f"{draw(180) + 1} {_pick(_STREETS)(draw)}"),
    ("zip postal postcode", _digits(5)),
    ("hotel company vendor merchant supplier provider store", _pick(_COMPANIES)),
    (
        "name guest customer owner holder person user author",
        lambda draw: f"{_pick(_FIRST)(draw)} {_pick(_LAST)(draw)}",
    ),
    ("status state", _pick(("active", "confirmed", "open"))),
    (
        "id number reference confirmation code sku invoice",
        lambda draw: f"{_pick(_WORDS)(draw)[:2].upper()}-{_digits(5)(draw)}",
    ),
    ("description summary note comment message", lambda draw: _sentence(draw)),
)

# Name -> the lowest and highest plausible number, and how many decimals it has.
_NUMBERS: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("amount price total cost balance fee subtotal tax rate fare", (10, 500, 2)),
    ("quantity count nights guests adults children rooms items", (1, 5, 0)),
    ("percent percentage", (0, 100, 0)),
    ("age", (18, 80, 0)),
    ("month", (1, 12, 0)),
    ("day", (1, 28, 0)),
)
_ANY_NUMBER = (1, 100, 0)


def _moment(draw: Draw, now: datetime) -> datetime:
    """A full quarter of an hour within the month to come."""
    later = now + timedelta(days=draw(30) + 1, minutes=15 * draw(96))
    return later.replace(minute=later.minute // 15 * 15, second=0, microsecond=0)


_FORMATS: dict[str, Callable[[Draw, datetime], str]] = {
    "date": lambda draw, now: f"{_moment(draw, now):%Y-%m-%d}",
    "date-time": lambda draw, now: f"{_moment(draw, now):%Y-%m-%dT%H:%M:%SZ}",
    "time": lambda draw, now: f"{_moment(draw, now):%H:%M:%SZ}",
    "duration": lambda draw, now: f"PT{draw(12) + 1}H",
    "email": lambda draw, now: _of_name("email", draw),
    "idn-email": lambda draw, now: _of_name("email", draw),
    "uri": lambda draw, now: _of_name("url", draw),
    "iri": lambda draw, now: _of_name("url", draw),
    "uri-reference": lambda draw, now: f"/{_pick(_WORDS)(draw)}",
    "hostname": lambda draw, now: f"{_pick(_WORDS)(draw)}.example.com",
    "ipv4": lambda draw, now: f"192.0.2.{draw(254) + 1}",
    "ipv6": lambda draw, now: f"2001:db8::{draw(65535) + 1:x}",
    "uuid": lambda draw, now: _uuid(draw),
    "json-pointer": lambda draw, now: f"/{_pick(_WORDS)(draw)}",
    "regex": lambda draw, now: f"^{_pick(_WORDS)(draw)}$",
}


def text_for(name: str, format_: str | None, draw: Draw, now: datetime) -> str:
    """A text for a field of this name and JSON Schema format."""
    if format_ in _FORMATS:
        return _FORMATS[format_](draw, now)
    words = _words(name)
    if words & {"date", "day", "checkin", "checkout", "birthday"}:
        return _FORMATS["date"](draw, now)
    if words & {"at", "datetime", "timestamp"}:
        return _FORMATS["date-time"](draw, now)
    return _of_name(name, draw)


def number_for(name: str, now: datetime) -> tuple[int, int, int]:
    """The plausible range of a number of this name, and its decimals."""
    words = _words(name)
    if "year" in words:
        return now.year, now.year + 1, 0
    return next((found for row, found in _NUMBERS if words & set(row.split())), _ANY_NUMBER)


def _of_name(name: str, draw: Draw) -> str:
    words = _words(name)
    found = next((make for row, make in _TEXTS if words & set(row.split())), None)
    return found(draw) if found else _pick(_WORDS)(draw)


def _words(name: str) -> set[str]:
    """The words of a name, in the singular too: `checkInDates` -> check, in, dates, date."""
    words = re.findall(r"[a-z]+|[A-Z][a-z]*", name)
    low = {word.lower() for word in words}
    return low | {word.removesuffix("s") for word in low}


def _sentence(draw: Draw) -> str:
    words = [_pick(_WORDS)(draw) for _ in range(5)]
    return f"{' '.join(words).capitalize()}."


def _uuid(draw: Draw) -> str:
    digits = "".join(f"{draw(16):x}" for _ in range(32))
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
