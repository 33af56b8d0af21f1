"""What a call rests on that is only assumed. A world notes it while the call is answered; a strict
one refuses the call instead, which is why a command asks before it changes anything. What people
and sources do is no call of the Deck API, and rests on nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from deck_sim.base.errors import CATALOG, ApiError, Problem, check, problem
from deck_sim.contract.fidelity import Behaviour
from deck_sim.contract.ledger import LEDGER, assumptions_of
from deck_sim.contract.ledger.errors import name_of
from deck_sim.engine.world import World

REFUSED = "deck_sim/assumption_refused"

# Subjects that are in no table.
SEVERAL = "several problems"  # an answer that tells more than one
UNKNOWN_PARAMETER = "unknown parameter"
DELETED = "what is deleted"
PATCH = "patch of an object, or of nothing"


def begin_call(world: World) -> None:
    """Note from now on what the call that is to be answered rests on."""
    world.relied_on = {}


def rely_on(world: World, subject: str) -> None:
    """Note what is assumed of a subject, as the ledger calls it.

    Raises:
        ApiError: `assumption_refused`, if the world is strict and the ledger says that it counts.

    """
    if world.relied_on is not None:
        check([_refusal(row, row.what) for row in _note(world, subject)])


def rely_on_call(world: World, call: str, takes: Collection[str], asked: Iterable[str]) -> None:
    """Note what is assumed of a call (`GET /agents`), and of what is asked in its query: of each
    parameter that it takes, and that others are ignored.

    Raises:
        ApiError: as above.

    """
    rely_on(world, call)
    for name in dict.fromkeys(name.removesuffix("[]") for name in asked):
        rely_on(world, f"{call}?{name}" if name in takes else UNKNOWN_PARAMETER)


def rely_on_error(world: World, error: ApiError) -> None:
    """The same of an error answer. Of the call it rests on no more than that there is such a call:
    what a success would have shown, it does not.

    Raises:
        ApiError: as above.

    """
    if world.relied_on is None or error.problems[0].name == REFUSED:
        return
    world.relied_on = dict.fromkeys(n for n in world.relied_on if LEDGER[n].mark == "strict")
    found = [(row, one) for one in error.problems for row in _note(world, one.name)]
    if len(error.problems) > 1:
        _note(world, SEVERAL)
    check([_refusal(row, f"{one.name}: {one.message}", one.field) for row, one in found])


def rely_again(world: World, names: Iterable[str], answered: Mapping[str, Any]) -> None:
    """Note what an answer that is given again rested on. The errors of a failed run that it shows
    were no reason to refuse it, and are none now.

    Raises:
        ApiError: as above.

    """
    shown = {*_assumed_failures(answered)} if "object" in answered else set[str]()
    rows = [LEDGER[name] for name in names if name not in shown]
    check([_refusal(row, row.what) for row in _keep(world, rows)])


def assumptions_told(world: World, answered: Mapping[str, Any]) -> tuple[str, ...]:
    """All that the call rested on, with the errors of the failed runs that its answer shows."""
    if world.relied_on is None:
        return ()
    return tuple(world.relied_on | dict.fromkeys(_assumed_failures(answered)))


def end_call(world: World) -> None:
    """Note nothing until the next call."""
    world.relied_on = None


def _note(world: World, subject: str) -> list[Behaviour]:
    """Note what is assumed of a subject; returns what a strict world refuses of it."""
    return _keep(world, assumptions_of(world.edition, subject))


def _keep(world: World, rows: Sequence[Behaviour]) -> list[Behaviour]:
    """Note these assumptions; returns what a strict world refuses of them."""
    assert world.relied_on is not None, "a call is being answered"
    world.relied_on.update((row.name, None) for row in rows)
    return [row for row in rows if row.mark == "strict" and world.strict_fidelity]


def _refusal(row: Behaviour, what: str, field: str | None = None) -> Problem:
    return problem(REFUSED, behaviour=row.name, what=what, field=field)


def _assumed_failures(shown: Mapping[str, Any]) -> Iterator[str]:
    """The assumed errors of what is shown: a run, an event about one, or a page of either."""
    for error in shown.get("errors", ()):
        row = CATALOG[f"{error['type']}/{error['code']}"]
        if row.grade == "assumed":
            yield name_of(row)
    inner = shown.get("data", ())
    for item in [inner] if isinstance(inner, Mapping) else inner:
        yield from _assumed_failures(item)
