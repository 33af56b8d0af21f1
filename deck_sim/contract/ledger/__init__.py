"""The fidelity ledger: a row for every behaviour that is imitated, by topic.

The tables of `contract` are what deck-sim does; these rows are how we know. Operations, errors and
editions carry rows of their own; the rest is here, by topic.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.error_catalog import Grade
from deck_sim.contract.fidelity import Behaviour
from deck_sim.contract.ledger import calls, conventions, errors, events, logins, runs, storage

_ROWS: Mapping[str, tuple[Behaviour, ...]] = {
    "Conventions": conventions.ROWS,
    "Calls": calls.ROWS,
    "Connections, credentials and sessions": logins.ROWS,
    "Task runs and interactions": runs.ROWS,
    "Storage and screenshots": storage.ROWS,
    "Events, destinations and deliveries": events.ROWS,
    "Errors": errors.ROWS,
}


@cache
def _rows_in(edition: Edition) -> dict[str, dict[str, Behaviour]]:
    """The rows of one edition, by topic and name. Rows with one name are one row."""
    found = {topic: {row.name: row for row in rows} for topic, rows in _ROWS.items()}
    rows = [("Calls", replace(o.known, of=(o.call, *o.known.of))) for o in edition.every_operation]
    rows += [(topic, row) for topic, of_topic in edition.ledger.items() for row in of_topic]
    rows += [("Errors", errors.row_of(row)) for row in edition.every_error if row.grade != "ours"]
    for topic, row in rows:
        before = found[topic].get(row.name)
        found[topic][row.name] = replace(row, of=(*before.of, *row.of)) if before else row
    return found


@cache
def _topics(*editions: Edition) -> dict[str, dict[str, Behaviour]]:
    found: dict[str, dict[str, Behaviour]] = {topic: {} for topic in _ROWS}
    for edition in editions:
        for topic, rows in _rows_in(edition).items():
            for name, row in rows.items():
                if before := found[topic].get(name):
                    subjects = dict.fromkeys((*before.of, *row.of))
                    found[topic][name] = replace(row, of=tuple(subjects))
                else:
                    found[topic][name] = replace(row, edition=edition.name)
    return found


def topics() -> dict[str, list[Behaviour]]:
    """Every row, by topic."""
    return {topic: [*rows.values()] for topic, rows in _topics(*EDITIONS.values()).items()}


@cache
def _by_name(*editions: Edition) -> dict[str, Behaviour]:
    return {name: row for rows in _topics(*editions).values() for name, row in rows.items()}


def ledger() -> Mapping[str, Behaviour]:
    """Every row, by name."""
    return _by_name(*EDITIONS.values())


def rows_of(edition: str | None = None, grade: Grade | None = None) -> list[Behaviour]:
    """The rows of an edition and of a grade; without them, of all."""
    names = {n for rows in _rows_in(EDITIONS[edition]).values() for n in rows} if edition else None
    return [
        row
        for name, row in ledger().items()
        if (names is None or name in names) and grade in (None, row.grade)
    ]


def assumptions_of(edition: str, subject: str) -> tuple[Behaviour, ...]:
    """The rows about a subject that an answer of this edition names in its header."""
    return _marked(EDITIONS[edition]).get(subject, ())


@cache
def _marked(edition: Edition) -> dict[str, tuple[Behaviour, ...]]:
    found = dict[str, tuple[Behaviour, ...]]()
    for row in rows_of(edition.name):
        for subject in row.of if row.mark != "none" else ():
            found[subject] = (*found.get(subject, ()), row)
    return found
