"""The fidelity ledger: a row for every behaviour that is imitated.

The tables of `contract` are what deck-sim does; these rows are how we know. Operations, errors and
editions carry rows of their own; the rest is in the modules of this package.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.error_catalog import CATALOG, IN_RUN_ONLY, ErrorRow
from deck_sim.contract.fidelity import Behaviour, read_rows
from deck_sim.contract.ledger import calls, conventions, events, runs


@cache
def shared_rows() -> tuple[Behaviour, ...]:
    """The rows of every edition, in the order of their topics. They are parsed on first use."""
    return read_rows(conventions.ROWS + calls.ROWS + runs.ROWS + events.ROWS)


def ledger() -> Mapping[str, Behaviour]:
    """Every row, by name, in the order of the topics."""
    return _ledger(*EDITIONS.values())


def rows_of(edition: str | None = None, grade: str | None = None) -> list[Behaviour]:
    """The rows of an edition and of a grade; without them, of all."""
    names = _rows_in(EDITIONS[edition]) if edition else ledger()
    rows = ledger().values()
    return [row for row in rows if row.name in names and grade in (None, row.grade)]


def name_of(error: ErrorRow) -> str:
    """The row's name: the code, with the type before it if several errors have that code."""
    same_code = [row for row in CATALOG.values() if row.code == error.code]
    return error.code if len(same_code) == 1 else f"{error.type}_{error.code}"


def row_of_error(error: ErrorRow) -> Behaviour:
    """The row of an error of the catalog."""
    text = re.sub(r"\{\w+\}", "…", error.message)
    where = "fails a run" if error.status == IN_RUN_ONLY else f"is answered with {error.status}"
    return Behaviour(
        name_of(error),
        error.grade,
        f"`{error.name}` {where}: {text.removesuffix('.')}.",
        (error.name,),
        mark="strict" if error.grade == "assumed" else "none",
        source=error.source,
        date=error.date,
        topic="Errors",
    )


@cache
def _ledger(*editions: Edition) -> Mapping[str, Behaviour]:
    found = dict[str, Behaviour]()
    for edition in editions:
        for name, row in _rows_in(edition).items():
            only = None if name in found else edition.name
            found[name] = replace(_join(found.get(name, row), row), edition=only)
    topics = [*dict.fromkeys(row.topic for row in shared_rows())]
    return {row.name: row for row in sorted(found.values(), key=lambda r: topics.index(r.topic))}


@cache
def _rows_in(edition: Edition) -> Mapping[str, Behaviour]:
    """The rows of one edition, by name. Operations may share a row."""
    rows = list[Behaviour]()
    for operation in edition.every_operation:
        (row,) = read_rows(operation.known)
        rows.append(replace(row, of=(operation.call, *row.of)))
    rows += [*shared_rows(), *read_rows(edition.ledger)]
    rows += map(row_of_error, edition.deck_errors)
    found = dict[str, Behaviour]()
    for row in rows:
        found[row.name] = _join(found.get(row.name, row), row)
    return found


def _join(one: Behaviour, other: Behaviour) -> Behaviour:
    return replace(other, of=tuple(dict.fromkeys((*one.of, *other.of))))
