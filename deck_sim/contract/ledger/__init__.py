"""The fidelity ledger: a row for every behaviour that is imitated, by topic.

The tables of `contract` say what is done; these rows say how we know. The errors grade themselves
in their catalog.
"""

from collections.abc import Mapping

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import Grade
from deck_sim.contract.fidelity import Behaviour
from deck_sim.contract.ledger import calls, conventions, errors, events, logins, runs, storage

TOPICS: Mapping[str, tuple[Behaviour, ...]] = {
    "Conventions": conventions.ROWS,
    "Calls": calls.ROWS,
    "Connections, credentials and sessions": logins.ROWS,
    "Task runs and interactions": runs.ROWS,
    "Storage and screenshots": storage.ROWS,
    "Events, destinations and deliveries": events.ROWS,
    "Errors": errors.ROWS,
}
LEDGER = {row.name: row for rows in TOPICS.values() for row in rows}


def rows_of(edition: str | None = None, grade: Grade | None = None) -> list[Behaviour]:
    """The rows of an edition and of a grade; all of them, if neither is said."""
    return [
        row
        for row in LEDGER.values()
        if row.is_of(edition) and (grade is None or row.grade == grade)
    ]


def assumptions_of(edition: str, subject: str) -> tuple[Behaviour, ...]:
    """The assumptions about a subject of an edition that an answer tells."""
    return _MARKED[edition].get(subject, ())


def _marked(edition: str) -> dict[str, tuple[Behaviour, ...]]:
    """The same for every subject."""
    found = dict[str, tuple[Behaviour, ...]]()
    for row in rows_of(edition):
        for subject in row.of if row.mark != "none" else ():
            found[subject] = (*found.get(subject, ()), row)
    return found


_MARKED = {edition: _marked(edition) for edition in EDITIONS}
