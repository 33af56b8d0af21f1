"""The assumptions that one call of the Deck API relies on.

The server opens `collect_assumptions` around each call. Commands and endpoints name what they rely
on with `rely_on`; in a strict world this refuses the call, so they name it before they change
anything. Outside such a call (in the control API, in scenarios) `rely_on` does nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from deck_sim.contract.error_catalog import CATALOG, ApiError, Problem, problem, raise_problems
from deck_sim.contract.fidelity import Behaviour
from deck_sim.contract.ledger import assumptions_of, ledger, name_of
from deck_sim.contract.subjects import Subject, subjects

REFUSED = "deck_sim/assumption_refused"


@dataclass(slots=True)
class _Call:
    edition: str
    strict: bool
    names: dict[str, None] = field(default_factory=dict)  # of ledger rows, in order

    def note(self, rows: Sequence[Behaviour]) -> list[Behaviour]:
        """Record that the call relies on these rows; return those that a strict world refuses."""
        self.names.update((row.name, None) for row in rows)
        return [row for row in rows if row.mark == "strict" and self.strict]


_current: ContextVar[_Call | None] = ContextVar("deck_sim_call_assumptions", default=None)


@contextmanager
def collect_assumptions(edition: str, *, strict: bool) -> Iterator[None]:
    """Collect the assumptions of the call that is answered in this block."""
    token = _current.set(_Call(edition, strict))
    try:
        yield
    finally:
        _current.reset(token)


def rely_on(subject: str) -> None:
    """Note the assumptions about a subject of the ledger.

    Raises:
        ApiError: `assumption_refused`, if the world is strict and the ledger row is marked so.

    """
    if call := _current.get():
        assert subject in subjects(call.edition), f"no subject of the ledger: {subject!r}"
        rows = assumptions_of(call.edition, subject)
        raise_problems([_refusal(row, row.what) for row in call.note(rows)])


def rely_on_call(name: str, takes: Collection[str], asked: Iterable[str]) -> None:
    """Note the assumptions about a call (`GET /agents`) and each query parameter in `asked`.

    Raises:
        ApiError: as `rely_on` does.

    """
    rely_on(name)
    for parameter in dict.fromkeys(one.removesuffix("[]") for one in asked):
        rely_on(f"{name}?{parameter}" if parameter in takes else Subject.UNKNOWN_PARAMETER)


def rely_on_error(error: ApiError) -> None:
    """Note the assumptions about an error answer.

    An error relies on the existence of the call, but not on the content of a success. So of the
    rows that were noted before only the strict ones stay.

    Raises:
        ApiError: as `rely_on` does.

    """
    call = _current.get()
    if call is None or error.problems[0].name == REFUSED:
        return
    rows = ledger()
    call.names = dict.fromkeys(name for name in call.names if rows[name].mark == "strict")
    refused = [
        (row, one)
        for one in error.problems
        for row in call.note(assumptions_of(call.edition, one.name))
    ]
    if len(error.problems) > 1:
        call.note(assumptions_of(call.edition, Subject.SEVERAL))
    raise_problems([_refusal(row, f"{one.name}: {one.message}", one.field) for row, one in refused])


def rely_again(names: Iterable[str], answered: Mapping[str, Any]) -> None:
    """Note the assumptions of a replayed answer.

    The errors of a failed run that it shows did not refuse the first call, so they do not refuse
    the replay.

    Raises:
        ApiError: as `rely_on` does.

    """
    call, known = _current.get(), ledger()
    assert call is not None, "only a call of the Deck API is replayed"
    shown = {*_assumed_failures(answered)} if "object" in answered else set[str]()
    rows = [known[name] for name in names if name not in shown]
    raise_problems([_refusal(row, row.what) for row in call.note(rows)])


def collected_assumptions(answered: Mapping[str, Any]) -> tuple[str, ...]:
    """The ledger rows that the call relied on, with those of run errors that its answer shows."""
    if call := _current.get():
        return tuple(call.names | dict.fromkeys(_assumed_failures(answered)))
    return ()


def _refusal(row: Behaviour, what: str, field: str | None = None) -> Problem:
    return problem(REFUSED, behaviour=row.name, what=what, field=field)


def _assumed_failures(shown: Mapping[str, Any]) -> Iterator[str]:
    """The assumed errors in a run, in an event about one, or in a page of either."""
    for error in shown.get("errors", ()):
        row = CATALOG[f"{error['type']}/{error['code']}"]
        if row.grade == "assumed":
            yield name_of(row)
    inner = shown.get("data", ())
    for item in [inner] if isinstance(inner, Mapping) else inner:
        yield from _assumed_failures(item)
