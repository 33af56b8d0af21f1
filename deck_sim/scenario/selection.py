"""Which scenario a new connection or run plays, and why. The first way that finds one wins.

The ways, in order: the request's header, the queue, rules, a magic user name or external id, a
scenario's own `when:`, the world's default. What came second is kept, too, so that a surprised
reader can see what it lost to.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from deck_sim.contract.editions import DEFAULT_EDITION
from deck_sim.contract.error_catalog import check
from deck_sim.engine.chance import draw_below
from deck_sim.engine.story import Script
from deck_sim.scenario.library import Library
from deck_sim.scenario.selection_state import SelectionState, foreign, is_for_other_edition

if TYPE_CHECKING:
    from deck_sim.scenario.conditions import Facts
    from deck_sim.scenario.model import Scenario

HEADER = "Deck-Sim-Scenario"

_MAGIC = re.compile(r"(?:.*\+(?P<tagged>[a-z0-9_]+)@example\.com)|(?P<plain>[a-z0-9_]+)")
_WEIGHTS = 1_000_000  # how finely the weights of a `mix` are counted


@dataclass(frozen=True, slots=True)
class NewResource:
    """What is known of the connection or run for which a scenario is looked for."""

    kind: str
    header: str | None
    facts: Facts
    seed: int
    edition: str = DEFAULT_EDITION

    def can_play(self, scenario: Scenario) -> bool:
        """Whether the world's edition can play it."""
        return not is_for_other_edition(scenario, self.edition)


@dataclass(frozen=True, slots=True)
class Choice:
    """A scenario, and why it was chosen; of a playlist or a mix, the entry whose turn it is."""

    name: str
    because: str
    kind: str
    played: Scenario
    second: str | None  # `name; because=way` of what would have been chosen otherwise

    @property
    def script(self) -> Script:
        """What is to be played."""
        return self.played.script(self.kind)

    def __str__(self) -> str:
        plays = "" if self.played.name == self.name else f"; plays={self.played.name}"
        return f"{self.name}; because={self.because}{plays}"


Way = Callable[[NewResource, SelectionState, Library], Iterator[str]]


def _from_header(
    opening: NewResource, selection: SelectionState, library: Library
) -> Iterator[str]:
    if opening.header:
        yield opening.header


def _from_queue(opening: NewResource, selection: SelectionState, library: Library) -> Iterator[str]:
    yield from selection.queues.get(opening.kind, [])[:1]


def _from_rules(opening: NewResource, selection: SelectionState, library: Library) -> Iterator[str]:
    for rule in selection.rules:
        if rule.resource in (None, opening.kind) and rule.when.matches(opening.facts):
            yield rule.scenario


def _from_magic_names(
    opening: NewResource, selection: SelectionState, library: Library
) -> Iterator[str]:
    for fact in ("username", "external_id"):
        found = _MAGIC.fullmatch(str(opening.facts.get(fact) or ""))
        name = found and (found["tagged"] or found["plain"])
        scenario = library.find(name) if name else None
        if scenario and opening.can_play(scenario):
            yield scenario.name


def _from_when(opening: NewResource, selection: SelectionState, library: Library) -> Iterator[str]:
    for scenario in library.with_when():
        when = scenario.when
        says = scenario.defines(opening.kind) and opening.can_play(scenario)
        if when and says and when.matches(opening.facts):
            yield scenario.name


def _from_default(
    opening: NewResource, selection: SelectionState, library: Library
) -> Iterator[str]:
    yield selection.default_scenario


WAYS: dict[str, Way] = {
    "header": _from_header,
    "queue": _from_queue,
    "rule": _from_rules,
    "magic_name": _from_magic_names,
    "when": _from_when,
    "default": _from_default,
}


# Where a name was written that no scenario has any more; the other ways find what there is.
_NAMED_IN = {way: way for way in WAYS} | {
    "header": HEADER,
    "rule": "rules",
    "default": "default_scenario",
}


def choose(opening: NewResource, selection: SelectionState, library: Library) -> Choice:
    """Choose; a name that came from the queue leaves it, a playlist or mix goes to its next turn.

    Raises:
        ApiError: if a name is unknown or plays nothing here; what was wished for is as it was.

    """
    found = (
        (name, way) for way, find in WAYS.items() for name in find(opening, selection, library)
    )
    name, because = next(found)
    second = next((f"{n}; because={w}" for n, w in found if n != name), None)
    scenario = library.get(name, _NAMED_IN[because])
    played = _turn(scenario, opening, selection, library, _NAMED_IN[because])
    if because == "queue":
        selection.queues[opening.kind].pop(0)
    return Choice(name, because, opening.kind, played, second)


def _turn(
    scenario: Scenario,
    opening: NewResource,
    selection: SelectionState,
    library: Library,
    where: str,
) -> Scenario:
    """The scenario itself, or the entry of its playlist or mix whose turn it is. For runs alone.
    `where` is where its name was written.
    """
    _check_edition(scenario, opening, where)
    if opening.kind != "task_run" or not scenario.entries:
        return scenario
    turn = selection.turns.get(scenario.name, 0)
    if scenario.playlist:
        way, entry = "playlist", scenario.playlist[min(turn, len(scenario.playlist) - 1)]
    else:
        way, entry = "mix", _drawn(scenario.mix or {}, opening.seed, scenario.name, turn)
    place = f"{way} of {scenario.name}"
    played = library.get(entry, place)
    _check_edition(played, opening, place)
    selection.turns[scenario.name] = turn + 1
    return played


def _check_edition(scenario: Scenario, opening: NewResource, where: str) -> None:
    """A file may have been edited, and a header names what it will."""
    check([] if opening.can_play(scenario) else [foreign(scenario, where, opening.edition)])


def _drawn(mix: dict[str, float], *name: Any) -> str:
    """One name of a mix, as likely as its weight says; the smallest weight counts, too."""
    ends = [*accumulate(max(1, round(weight * _WEIGHTS)) for weight in mix.values())]
    return [*mix][bisect(ends, draw_below(ends[-1], *name))]
