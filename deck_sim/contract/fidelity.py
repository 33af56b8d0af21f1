"""What the fidelity ledger is made of: a behaviour that is imitated, and how we know of it.

Laws:
1. Each behaviour has one row, under a name of its own that stays the same.
2. A row says what it is `of`, by the name that the tables give it: a call (`GET /agents`), an error
   (`request/input_missing`), a machine (`session`), one of its commands (`session.end`), maybe in
   one status only (`session.end@idle`), and so on. What no table holds is a convention, and of
   nothing. Tests see that every name is one, and that nothing in the tables goes without a row.
3. Whether an answer tells that it rests on an assumption is a word in the row, too.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from deck_sim.contract.error_catalog import Grade

GRADES: tuple[Grade, ...] = ("documented", "observed", "assumed")

# What an answer that rests on an assumption does about it: nothing, since too many do, or since
# it shows only later; it says so in a header; or it says so, and a strict world refuses the call.
Mark = Literal["none", "header", "strict"]

SOURCES: dict[Grade, str] = {
    "documented": "Deck's documentation",
    "observed": "client code seen in public",
    "assumed": "nothing public",
}
CHECKED = "2026-11-25"  # when all that is public was last read


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
        """How we know."""
        return self.source or SOURCES[self.grade]

    def as_json(self) -> dict[str, Any]:
        """The row as plain data."""
        return {**asdict(self), "of": [*self.of], "source": self.where_from}


def documented(name: str, what: str, *of: str, **more: Any) -> Behaviour:
    """A row for what Deck documents."""
    return Behaviour(name, "documented", what, of, **more)


def observed(name: str, what: str, *of: str, **more: Any) -> Behaviour:
    """A row for what can be seen in public, and is not documented."""
    return Behaviour(name, "observed", what, of, **more)


def assumed(name: str, what: str, *of: str, **more: Any) -> Behaviour:
    """A row for what we had to decide, since nothing public says it."""
    return Behaviour(name, "assumed", what, of, **more)


def asked(path: str, names: str) -> tuple[str, ...]:
    """What the query of a list takes, as subjects."""
    return tuple(f"GET /{path}?{name}" for name in names.split())


def by_moment(*paths: str) -> tuple[str, ...]:
    """The two filters by moment of these lists, as subjects."""
    return tuple(f"GET /{path}?created_{side}" for path in paths for side in ("after", "before"))
