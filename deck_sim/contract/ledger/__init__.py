"""The fidelity ledger: a row for every behaviour that is imitated, by topic.

The tables of `contract` say what is done; these rows say how we know. An edition has rows of its
own beside these. The errors grade themselves in their catalog.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.error_catalog import SHARED, Grade
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


def topics() -> dict[str, list[Behaviour]]:
    """Every row, by topic: those of every edition first."""
    found = {topic: [*rows] for topic, rows in _ROWS.items()}
    found["Errors"][:0] = [errors.row_of(row) for row in SHARED.values() if row.grade != "ours"]
    for edition in EDITIONS.values():
        for topic, rows in edition.ledger.items():
            found[topic] += [replace(row, edition=edition.name) for row in rows]
        own = map(errors.row_of, edition.errors)
        found["Errors"] += [replace(row, edition=edition.name) for row in own]
    return found


def ledger() -> dict[str, Behaviour]:
    """Every row, by name."""
    return {row.name: row for rows in topics().values() for row in rows}


def rows_of(edition: str | None = None, grade: Grade | None = None) -> list[Behaviour]:
    """The rows of an edition and of a grade; without them, of all."""
    return [
        row
        for row in ledger().values()
        if row.is_of(edition) and (grade is None or row.grade == grade)
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
