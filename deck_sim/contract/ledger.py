"""The fidelity ledger: a row for every imitated behaviour, with its grade and source.

The rows are in `ledger.txt`. `NAME (GRADE): SENTENCE` holds for every edition, and `NAME (GRADE,
EDITION): SENTENCE` for one. With `else assumed` after the edition, each other edition gets an
assumed row `NAME_in_OTHER`. Names never change. The rows of errors are made from the error catalog;
so is `ERRORS`, which is for tests of clients.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import (
    CATALOG,
    IN_RUN_ONLY,
    ErrorName,
    Grade,
    read_table,
    run_errors,
)

_HEAD = re.compile(r"(\w+) \((\w+)(?:, (\w+)(, else assumed)?)?\): (.+)")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One row of the ledger: a behaviour of Deck, its grade and its source."""

    name: str
    grade: Grade
    what: str
    editions: list[str]  # that have it
    source: str
    date: str  # when the source was read

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def rows_of(edition: str | None = None, grade: str | None = None) -> list[Behaviour]:
    """Return all rows of the ledger, or only those of the given edition and grade."""
    rows = list[Behaviour]()
    for head, source, date in read_table(Path(__file__).with_suffix(".txt").read_text("utf-8")):
        match = _HEAD.fullmatch(head)
        assert match, f"a row must be `NAME (GRADE): SENTENCE`, not: {head}"
        fields: tuple[Any, ...] = match.groups()
        name, of, only, is_everywhere, what = fields
        having = [only] if only and not is_everywhere else [*EDITIONS]
        rows += _share(Behaviour(name, of, what, having, source, date), only)
    names = {row.name for row in rows}
    codes = Counter(row.code for row in CATALOG.values())
    for error in CATALOG.values():
        name = error.code if codes[error.code] == 1 else f"{error.type}_{error.code}"
        text = re.sub(r"\{\w+\}", "…", error.message).removesuffix(".")
        ends = "fails a run" if error.status == IN_RUN_ONLY else f"has the status {error.status}"
        if f"{name}_status" in names:  # a row of its own, since the status has another grade
            ends = "is an error"
        what = f"`{error.name}` {ends}: {text}."
        having = [name for name, edition in EDITIONS.items() if edition.has_error(error.name)]
        if error.grade != "ours":
            row = Behaviour(name, error.grade, what, having, error.source, error.date)
            rows += _share(row, error.read_for)
    return [
        row
        for row in rows
        if (edition is None or edition in row.editions) and grade in (None, row.grade)
    ]


def _share(row: Behaviour, only: str | None) -> Iterator[Behaviour]:
    if only is None:
        yield row
        return
    yield replace(row, editions=[only])
    why = f"nothing public; known only for the edition `{only}`, from {row.source}"
    for other in row.editions:
        if other != only:
            name = f"{row.name}_in_{other}"
            yield replace(row, name=name, grade="assumed", editions=[other], source=why)


@dataclass(frozen=True, slots=True)
class ErrorInfo(ErrorName):
    """One error of the Deck API; `str()` is its name."""

    name: str  # `type/code`, as in scenarios
    status: int | None  # of the answer; None if no call is answered with it
    editions: tuple[str, ...]
    ends_run: bool  # whether a run can fail with it
    grade: str  # `documented`, `observed` or `assumed`
    message: str  # the default; words in braces are filled in

    def __str__(self) -> str:
        return self.name


ERRORS = tuple(
    ErrorInfo(
        name=row.name,
        status=None if row.status == IN_RUN_ONLY else row.status,
        editions=tuple(name for name, edition in EDITIONS.items() if edition.has_error(row.name)),
        ends_run=row.name in run_errors(),
        grade=row.grade,
        message=row.message,
    )
    for row in CATALOG.values()
    if row.grade != "ours"
)
