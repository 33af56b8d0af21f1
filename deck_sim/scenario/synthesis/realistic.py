"""Values that look like real ones, by the name of a field and the format of a text.

A name matches a row of a table if they have a word in common: `check_in_date`, `checkInDate` and
`date` all match the row of `date`. The first row that matches wins.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

# Draws a whole number from 0 up to, not including, its argument.
Draw = Callable[[int], int]

_FIRST = ("Ada", "Bruno", "Chen", "Dana", "Elif", "Femi", "Grace", "Hugo", "Ines", "Jonas")
_LAST = ("Alvarez", "Brandt", "Cohen", "Diallo", "Eriksen", "Fischer", "Garcia", "Haddad")
_CITIES = ("Lisbon", "Montreal", "Nairobi", "Oslo", "Porto", "Quito", "Rome", "Seoul")
_STREETS = ("Cedar Street", "Harbour Road", "Mill Lane", "Park Avenue", "Station Road")
WORDS = (
    *("amber", "birch", "cedar", "delta", "ember"),
    *("fjord", "grove", "harbor", "iris", "juniper"),
)
_COMPANIES = ("Acme", "Bluebird", "Cascade", "Driftwood", "Evergreen", "Foxglove")


def _pick(words: tuple[str, ...]) -> Callable[[Draw], str]:
    return lambda draw: words[draw(len(words))]


def _digits(count: int) -> Callable[[Draw], str]:
    return lambda draw: "".join(str(draw(10)) for _ in range(count))


def _code(draw: Draw) -> str:
    return f"{_pick(WORDS)(draw)[:2].upper()}-{_digits(5)(draw)}"


def _sentence(draw: Draw) -> str:
    words = [_pick(WORDS)(draw) for _ in range(5)]
    return f"{' '.join(words).capitalize()}."


def _uuid(draw: Draw) -> str:
    digits = "".join(f"{draw(16):x}" for _ in range(32))
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


_TEXTS: tuple[tuple[str, Callable[[Draw], str]], ...] = (
    ("email", lambda draw: f"{_pick(_FIRST)(draw).lower()}.{draw(90) + 10}@example.com"),
    ("phone", lambda draw: f"+1 555 01{_digits(2)(draw)}"),
    ("url link website", lambda draw: f"https://example.com/{_pick(WORDS)(draw)}"),
    ("first given", _pick(_FIRST)),
    ("last family surname", _pick(_LAST)),
    ("iban", lambda draw: f"DE{_digits(20)(draw)}"),
    ("bic swift", _pick(("AAAADE2AXXX", "BBBBFR2BXXX", "CCCCPT2CXXX"))),
    ("city town", _pick(_CITIES)),
    ("country", _pick(("CA", "DE", "FR", "GB", "PT", "US"))),
    ("currency", _pick(("CAD", "EUR", "GBP", "USD"))),
    ("street address line", lambda draw: f"{draw(180) + 1} {_pick(_STREETS)(draw)}"),
    ("zip postal postcode", _digits(5)),
    ("id number reference confirmation code sku", _code),
    ("hotel company vendor merchant supplier provider store", _pick(_COMPANIES)),
    (
        "name guest customer owner holder person user author",
        lambda draw: f"{_pick(_FIRST)(draw)} {_pick(_LAST)(draw)}",
    ),
    ("status state", _pick(("active", "confirmed", "open"))),
    ("invoice", _code),
    ("title subject", lambda draw: f"{_pick(WORDS)(draw)} {_pick(WORDS)(draw)}".capitalize()),
    ("description summary note comment message", _sentence),
)

# Names -> the lowest and the highest plausible number, and its decimals.
_NUMBERS: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("percent percentage", (0, 100, 0)),
    ("taxrate vatrate interestrate", (1, 25, 1)),
    ("pay salary wage income", (1500, 9000, 2)),
    ("amount price total cost balance fee subtotal tax rate fare", (10, 500, 2)),
    ("quantity count nights guests adults children rooms items page rating", (1, 5, 0)),
    ("age", (18, 80, 0)),
    ("month", (1, 12, 0)),
    ("day", (1, 28, 0)),
)
_ANY_NUMBER = (1, 100, 0)

_DATES = {"date", "day", "checkin", "checkout", "birthday"}
_MOMENTS = {"at", "datetime", "timestamp"}
# Names of dates only as the last word of a name, as in `period_start` and `customer_since`.
_LAST_WORDS_OF_DATES = {"start", "end", "since", "until"}
_PAST = {
    *("created", "updated", "issued", "ordered", "paid", "posted", "registered", "last", "since"),
    *("booked", "booking", "transaction", "order"),
}
# Later than other dates, so that a stay ends after it begins.
_ENDS = {"checkout", "departure", "due", "end", "expire", "expiry", "return", "until"}
_BIRTH = {"birth", "birthday", "born"}
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


def _moment(draw: Draw, now: datetime, words: set[str]) -> datetime:
    """A moment on a quarter of an hour: within 15 days from now; ends 15 days later, past moments
    as long ago, births 20 to 60 years ago.
    """
    half = 15 if words & _ENDS else 0
    away = timedelta(days=half + draw(15) + 1, minutes=15 * draw(96))
    if words & _BIRTH:
        away += timedelta(days=365 * (20 + draw(40)))
    past = min(away, now - _BEGINNING) if words & (_PAST | _BIRTH) else -away
    found = now - past
    return found.replace(minute=found.minute // 15 * 15, second=0, microsecond=0)


_TIMES: dict[str, Callable[[datetime], str]] = {
    "date": lambda moment: f"{moment.date()}",
    "date-time": lambda moment: f"{moment.date()}T{moment.time()}Z",
    "time": lambda moment: f"{moment.time()}Z",
}
_FORMATS: dict[str, Callable[[Draw], str]] = {
    "duration": lambda draw: f"PT{draw(12) + 1}H",
    "ipv4": lambda draw: f"192.0.2.{draw(254) + 1}",
    "ipv6": lambda draw: f"2001:db8::{draw(65535) + 1:x}",
    "uuid": _uuid,
    **dict.fromkeys(("email", "idn-email"), lambda draw: _of_name("email", draw)),
    **dict.fromkeys(("uri", "iri"), lambda draw: _of_name("url", draw)),
    **dict.fromkeys(
        ("uri-reference", "iri-reference", "json-pointer"), lambda draw: f"/{_pick(WORDS)(draw)}"
    ),
    **dict.fromkeys(("hostname", "idn-hostname"), lambda draw: f"{_pick(WORDS)(draw)}.example.com"),
}


def text_for(
    name: str, format_: str | None, draw: Draw, now: datetime, least: int = 0, most: int = 1000
) -> str:
    """A text for a field of this name and JSON Schema format, with `least` to `most` letters."""
    text = _text(name, format_, draw, now)
    if len(text) < least:
        text = _lengthen(text, least, is_words=format_ is None)
    return text if len(text) <= most else _no_space_at_the_end(text[:most])


def _text(name: str, format_: str | None, draw: Draw, now: datetime) -> str:
    words = _words(name)
    if format_ in _FORMATS:
        return _FORMATS[format_](draw)
    if format_ is None and (
        words & (_DATES | _BIRTH) or _LAST_WORDS_OF_DATES & {*_split(name)[-1:]}
    ):
        format_ = "date"
    elif format_ is None and words & _MOMENTS:
        format_ = "date-time"
    if format_ in _TIMES:
        return _TIMES[format_](_moment(draw, now, words))
    return _of_name(name, draw)


def _lengthen(text: str, least: int, *, is_words: bool) -> str:
    if is_words:
        return _no_space_at_the_end((f"{text} " * least)[:least])
    # A text with a format stays valid with more letters in one of its names.
    return text.rjust(least, "x") if "@" in text else text.ljust(least, "x")


def _no_space_at_the_end(text: str) -> str:
    return f"{text[:-1]}s" if text.endswith(" ") else text


def number_for(name: str, now: datetime) -> tuple[int, int, int]:
    """The lowest and the highest plausible number for a field of this name, and its decimals."""
    words = _words(name)
    if "year" in words:
        return now.year, now.year + 1, 0
    return next((found for row, found in _NUMBERS if words & set(row.split())), _ANY_NUMBER)


def _of_name(name: str, draw: Draw) -> str:
    words = _words(name)
    found = next((make for row, make in _TEXTS if words & set(row.split())), None)
    return found(draw) if found else _pick(WORDS)(draw)


def _words(name: str) -> set[str]:
    """The words of a name, their singulars, and each two in a row: `check_in_dates` -> check, in,
    dates, date, checkin, indates.
    """
    words = _split(name)
    pairs = {f"{word}{after}" for word, after in pairwise(words)}
    return {*words, *pairs, *(word.removesuffix("s") for word in words)}


def _split(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*", name)]
