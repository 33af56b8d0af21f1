"""The rows of the fidelity ledger: an imitated behaviour, and how we know of it.

Laws:
1. Each behaviour has one row, with a unique name that never changes.
2. `of` lists the subjects of a row by their names in the tables: a call (`GET /agents`), an error
   (`request/input_missing`), a machine (`session`), a command (`session.end`), a command in one
   status (`session.end@idle`). Conventions have no subject. Tests check that each subject exists,
   and that everything in the tables is the subject of a row.
3. `mark` says how an answer that rests on an assumption shows it.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from deck_sim.contract.error_catalog import Grade

GRADES: tuple[Grade, ...] = ("documented", "observed", "assumed")

# How an answer shows that it rests on the assumption: not at all; in a header; or in a header,
# while a strict world refuses the call.
Mark = Literal["none", "header", "strict"]

SOURCES: dict[Grade, str] = {
    "documented": "Deck's documentation",
    "observed": "client code seen in public",
    "assumed": "nothing public",
}
CHECKED = "2026-11-25"  # when the public sources were last read


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One row of the ledger."""

    name: str
    grade: Grade
    what: str
    of: tuple[str, ...] = ()
    edition: str | None = None  # the only one that has it; filled in by the ledger
    mark: Mark = "none"
    source: str = ""
    date: str = CHECKED

    @property
    def where_from(self) -> str:
        """The source of the row."""
        return self.source or SOURCES[self.grade]

    def as_json(self) -> dict[str, Any]:
        """The row as plain data."""
        return {**asdict(self), "of": [*self.of], "source": self.where_from}


def documented(name: str, what: str, *of: str, **more: Any) -> Behaviour:
    """A behaviour that Deck documents."""
    return Behaviour(name, "documented", what, of, **more)


def observed(name: str, what: str, *of: str, **more: Any) -> Behaviour:
    """A behaviour that is seen in public code but not documented."""
    return Behaviour(name, "observed", what, of, **more)


def assumed(name: str, what: str, *of: str, **more: Any) -> Behaviour:
    """A behaviour that deck-sim had to choose, since nothing public describes it."""
    return Behaviour(name, "assumed", what, of, **more)


def asked(path: str, names: str) -> tuple[str, ...]:
    """The query parameters of a list, as subjects."""
    return tuple(f"GET /{path}?{name}" for name in names.split())


def by_moment(*paths: str) -> tuple[str, ...]:
    """The filters by time of these lists, as subjects."""
    return tuple(f"GET /{path}?created_{side}" for path in paths for side in ("after", "before"))
