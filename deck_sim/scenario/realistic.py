"""Realistic values, chosen by the name of a field and the format of a text.

A name matches a row of a table if they have a word in common: `guest_name`, `guestName` and
`guest` all match the row that has `guest`. The first matching row is used. In the text of a row `#`
stands for a digit, and brackets for one of the words in them.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from rstr import Rstr

# Draws a whole number from 0 up to, not including, its argument.
Draw = Callable[[int], int]

_WORD = "[amber birch cedar delta ember fjord grove harbor iris juniper]"
_FIRST = "[Ada Bruno Chen Dana Elif Femi Grace Hugo Ines Jonas]"
_LAST = "[Alvarez Brandt Cohen Diallo Eriksen Fischer Garcia Haddad]"
_TEXTS = {
    "email": f"{_FIRST.lower()}.##@example.com",
    "phone": "+1 555 01##",
    "url link website": f"https://example.com/{_WORD}",
    "first given": _FIRST,
    "last family surname": _LAST,
    "iban": "DE####################",
    "city town": "[Lisbon Montreal Nairobi Oslo Porto Quito Rome Seoul]",
    "country": "[CA DE FR GB PT US]",
    "currency": "[CAD EUR GBP USD]",
    "street address line": "## [Cedar Harbour Mill Park Station] Road",
    "zip postal postcode": "#####",
    "id number reference confirmation code sku invoice": "[AM BI CE DE EM FJ GR HA IR JU]-#####",
    "hotel company vendor merchant supplier provider store": (
        "[Acme Bluebird Cascade Driftwood Evergreen Foxglove]"
    ),
    "name guest customer owner holder person user author": f"{_FIRST} {_LAST}",
    "status state": "[active confirmed open]",
    "title subject": f"{_WORD.title()} {_WORD}",
    "description summary note comment message": f"{_WORD.title()}{f' {_WORD}' * 4}.",
    "": _WORD,
}
_FORMATS = {
    "duration": "PT[1 2 3 4 6 8 12]H",
    "ipv4": "192.0.2.1##",
    "ipv6": "2001:db8::####",
    "uuid": "########-####-4###-8###-############",
    "email": _TEXTS["email"],
    "uri": _TEXTS["url link website"],
    "json-pointer": f"/{_WORD}",
    "hostname": f"{_WORD}.example.com",
}
# Names -> the lowest and the highest plausible number, and its decimals.
_NUMBERS = {
    "percent percentage": (0, 100, 0),
    "taxrate vatrate interestrate": (1, 25, 1),
    "pay salary wage income": (1500, 9000, 2),
    "amount price total cost balance fee subtotal tax rate fare": (10, 500, 2),
    "quantity count nights guests adults children rooms items page rating": (1, 5, 0),
    "age": (18, 80, 0),
    "month": (1, 12, 0),
    "day": (1, 28, 0),
    "": (1, 100, 0),
}
_BIRTH = {"birth", "birthday", "born"}
_DATES = {"date", "day", "checkin", "checkout", *_BIRTH}
# Names of dates only as the last word of a name, as in `period_start` and `customer_since`.
_DATES_AT_THE_END = {"start", "end", "since", "until"}
_MOMENTS = {"at", "datetime", "timestamp"}
_PAST = _BIRTH.union(
    ("created", "updated", "issued", "ordered", "paid", "posted", "registered", "last", "since"),
    ("booked", "booking", "transaction", "order"),
)
# Later than other dates, so that a stay ends after it begins.
_ENDS = {"checkout", "departure", "due", "end", "expire", "expiry", "return", "until"}


def text_for(
    name: str, format_: str | None, draw: Draw, now: datetime, least: int = 0, most: int = 1000
) -> str:
    words = _words(name)
    if format_ is None and (words & _DATES or {*_split(name)[-1:]} & _DATES_AT_THE_END):
        format_ = "date"
    elif format_ is None and words & _MOMENTS:
        format_ = "date-time"
    if format_ in ("date", "time", "date-time"):
        # On a quarter of an hour, within 15 days before or after now; ends are 15 days later.
        away = timedelta(days=draw(15) + (16 if words & _ENDS else 1), minutes=15 * draw(96))
        if words & _BIRTH:  # 20 to 60 years ago
            away += timedelta(days=365 * (20 + draw(40)))
        moment = now - away if words & _PAST else now + away
        moment = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
        date, time = f"{moment.date()}", f"{moment.time()}Z"
        text = {"date": date, "time": time}.get(format_, f"{date}T{time}")
    else:
        row = _FORMATS.get(f"{format_}".removeprefix("idn-")) or _row(_TEXTS, words)
        text = _fill(row, draw)
    while format_ is None and len(text) < least:
        text = f"{text} {_fill(_WORD, draw)}"
    return text.ljust(least, "x")[:most]


def number_for(name: str, now: datetime) -> tuple[int, int, int]:
    """Return the lowest and highest plausible value of a field, and how many decimals it has."""
    words = _words(name)
    bounds: tuple[int, int, int] = _row(_NUMBERS, words)
    return (now.year, now.year + 1, 0) if "year" in words else bounds


def _fill(text: str, draw: Draw) -> str:
    def pick(place: re.Match[str]) -> str:
        options = (place[1] or "0 1 2 3 4 5 6 7 8 9").split()
        return options[draw(len(options))]

    return re.sub(r"#|\[(.+?)\]", pick, text)


def _row(table: Mapping[str, Any], words: set[str]) -> Any:
    return next(row for names, row in table.items() if not names or words & {*names.split()})


def _words(name: str) -> set[str]:
    """Return the words of a name, their singulars, and each pair of neighbors: `check_in_dates` ->
    check, in, dates, date, checkin, indates.
    """
    words = _split(name)
    pairs = {f"{word}{after}" for word, after in pairwise(words)}
    return {*words, *pairs, *(word.removesuffix("s") for word in words)}


def _split(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*", name)]


class _Random(Random):
    """Makes rstr prefer letters and digits, and repeat parts only a few times."""

    def choice(self, seq: Any) -> Any:
        if all(isinstance(option, str) for option in seq):
            # Some options of rstr come from sets, whose order differs between processes.
            seq = sorted(letter for letter in seq if letter.isalnum()) or sorted(seq)
        return super().choice(seq)

    def randint(self, a: int, b: int) -> int:
        return super().randint(a, max(a, min(a + 3, b)))


def text_matching(pattern: str, draw: Draw, least: int) -> str:
    """Make a text that matches a pattern, and fill it with `x` up to the length `least`. A filled
    text, or one for a pattern with lookarounds, does not always match.
    """
    return Rstr(_Random(draw(2**64))).xeger(pattern).ljust(least, "x")
