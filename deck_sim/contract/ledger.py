"""The fidelity ledger: a row for every imitated behaviour, and how we know of it.

The rows are in `ledger.txt`, `NAME (GRADE): SENTENCE` or `NAME (GRADE, EDITION): SENTENCE`; a name
never changes. The rows of errors are made from the error catalog, and so is `ERRORS`, the errors as
tests of clients need them.
"""

import re
from collections import Counter
from dataclasses import asdict, dataclass
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

_HEAD = re.compile(r"(?P<name>\w+) \((?P<grade>\w+)(?:, (?P<edition>\w+))?\): (?P<what>.+)")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One row of the ledger."""

    name: str
    grade: Grade
    what: str
    edition: str | None  # the only one that has it
    source: str
    date: str  # when the source was read

    def as_json(self) -> dict[str, Any]:
        """The row as plain data."""
        return asdict(self)


def rows_of(edition: str | None = None, grade: str | None = None) -> list[Behaviour]:
    """The rows of an edition and of a grade; without them, of all."""
    rows = list[Behaviour]()
    for head, source, date in read_table(Path(__file__).with_suffix(".txt").read_text("utf-8")):
        found = _HEAD.fullmatch(head)
        assert found, f"a row must be `NAME (GRADE): SENTENCE`, not: {head}"
        fields: dict[str, Any] = found.groupdict()
        rows.append(Behaviour(**fields, source=source, date=date))
    codes = Counter(row.code for row in CATALOG.values())
    for error in CATALOG.values():
        name = error.code if codes[error.code] == 1 else f"{error.type}_{error.code}"
        text = re.sub(r"\{\w+\}", "…", error.message).removesuffix(".")
        ends = "fails a run" if error.status == IN_RUN_ONLY else f"is answered with {error.status}"
        what = f"`{error.name}` {ends}: {text}."
        editions = [one.name for one in EDITIONS.values() if one.has_error(error.name)]
        only = editions[0] if len(editions) == 1 else None
        if error.grade != "ours":
            rows.append(Behaviour(name, error.grade, what, only, error.source, error.date))
    return [
        row
        for row in rows
        if (edition is None or row.edition in (None, edition)) and grade in (None, row.grade)
    ]


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
