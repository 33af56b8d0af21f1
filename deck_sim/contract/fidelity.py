"""The rows of the fidelity ledger: an imitated behaviour, and how we know of it.

Laws:
1. Each behaviour has one row, with a unique name that never changes.
2. `of` lists the subjects of a row by their names in the tables: a call (`GET /agents`), a query
   parameter (`GET /agents?limit`), an error (`request/input_missing`), a machine (`session`), a
   command (`session.end`), a command in one status (`session.end@idle`). Conventions have no
   subject. Tests check that each subject exists, and that everything in the tables is the subject
   of a row.
3. `mark` says how an answer that rests on an assumption shows it. An assumed row without a mark
   gives one of the reasons in `UNMARKED`.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Grade = Literal["documented", "observed", "assumed", "ours"]
GRADES: tuple[Grade, ...] = ("documented", "observed", "assumed")

# How the source of a row begins: the page by its topic, because Deck's URLs move, and what was read
# there; what a client does; or why deck-sim decided so.
_SOURCES: dict[Grade, re.Pattern[str]] = {
    "documented": re.compile(r"docs\.deck\.co, [^:]+: .+"),
    "observed": re.compile(r"a public client: .+"),
    "assumed": re.compile(r"nothing public; .+"),
    "ours": re.compile("deck-sim"),
}
CHECKED = "2026-11-25"  # when a source without a date was read

# How an answer shows that it rests on the assumption: not at all; in a header; or in a header,
# while a strict world refuses the call.
Mark = Literal["none", "header", "strict"]
UNMARKED = {
    "always": "every answer of its kind rests on it",
    "later": "it shows later or elsewhere",
    "error": "its error is marked",
    "unusual": "only unusual calls rest on it",
}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One row of the ledger."""

    name: str
    grade: Grade
    what: str
    of: tuple[str, ...] = ()
    edition: str | None = None  # the only one that has it; filled in by the ledger
    mark: Mark = "none"
    source: str = "deck-sim"
    date: str = CHECKED
    topic: str = "Calls"

    def as_json(self) -> dict[str, Any]:
        """The row as plain data."""
        shown = {**asdict(self), "of": [*self.of]}
        del shown["topic"]
        return shown


def read_table(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a table in text: the head of each, and its parts.

    HEAD, whose first line is not indented, and which may
        go on in indented lines
        of: SUBJECT; SUBJECT
        source: PAGE: what it says
        date: YYYY-MM-DD, when it was read
    """
    for row in filter(None, re.split(r"\n(?=\S)", text.strip())):
        lines = re.split(r"\n +(?=(?:of|source|date): )", row)
        head, *parts = (" ".join(line.split()) for line in lines)
        yield head, dict(part.split(": ", 1) for part in parts)


def check_source(grade: Grade, parts: dict[str, str], head: str) -> None:
    """Check that a row has a source of its own, as its grade demands."""
    form, source = _SOURCES[grade], parts.get("source", "deck-sim")
    assert form.fullmatch(source), f"the source must be `{form.pattern}`, not {source!r}: {head}"


def read_rows(text: str) -> tuple[Behaviour, ...]:
    """Parse rows below their topics: `NAME (GRADE): SENTENCE`, `NAME (assumed, MARK): SENTENCE`.

    Below a row are the parts that `read_table` knows, where the row has them. A subject may
    have several parameters: `GET /agents?limit&cursor`.
    """
    rows, topic = list[Behaviour](), "Calls"
    for head, parts in read_table(text):
        if head.startswith("# "):
            topic = head.removeprefix("# ")
            continue
        found = _HEAD.fullmatch(head)
        assert found, f"a ledger row must be `NAME (GRADE, MARK): SENTENCE`, not: {head}"
        fields: tuple[Any, ...] = found.groups()
        name, grade, word, what = fields
        assert (word is not None) == (grade == "assumed"), f"only assumptions have a mark: {head}"
        subjects = tuple(_read_subjects(parts.pop("of"))) if "of" in parts else ()
        mark: Mark = word if word in get_args(Mark) else "none"
        check_source(grade, parts, head)
        rows.append(Behaviour(name, grade, what, subjects, mark=mark, topic=topic, **parts))
    return tuple(rows)


_HEAD = re.compile(
    rf"(\w+) \(({'|'.join(GRADES)})(?:, (header|strict|{'|'.join(UNMARKED)}))?\): (.+)"
)


def _read_subjects(text: str) -> Iterator[str]:
    for subject in text.split("; "):
        call, mark, names = subject.partition("?")
        yield from (f"{call}{mark}{name}" for name in names.split("&"))
