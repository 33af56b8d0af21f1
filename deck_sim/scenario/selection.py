"""Which scenario a new connection, session or run plays, and why."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from deck_sim.contract.editions import DEFAULT_EDITION
from deck_sim.contract.error_catalog import raise_problems
from deck_sim.engine.chance import draw_below
from deck_sim.engine.story import Script
from deck_sim.scenario.library import Library
from deck_sim.scenario.selection_state import SelectionState, edition_problems

if TYPE_CHECKING:
    from deck_sim.scenario.conditions import Facts
    from deck_sim.scenario.model import Scenario

HEADER = "Deck-Sim-Scenario"
# The ways to choose a scenario, the first that finds one wins; and what a message calls the place
# of the name.
WAYS = {
    "header": HEADER,
    "queue": "queue",
    "rule": "rules",
    "magic_name": "magic_name",
    "when": "when",
    "default": "default_scenario",
}
_MAGIC = re.compile(r"(?:.*\+(?P<tagged>[a-z0-9_]+)@example\.com)|(?P<plain>[a-z0-9_]+)")
_WEIGHTS = 1_000_000  # weights of a `mix` are counted in these parts


@dataclass(frozen=True, slots=True)
class NewResource:
    """A resource that needs a scenario: its kind, the request's header, and the facts about it."""

    kind: str
    header: str | None
    facts: Facts
    seed: int
    edition: str = DEFAULT_EDITION


@dataclass(frozen=True, slots=True)
class Choice:
    """A scenario and the way that chose it. `played` is the scenario itself, or the entry of a
    playlist or mix.
    """

    name: str
    because: str
    kind: str
    played: Scenario
    second: str | None  # `name; because=way` of the runner-up

    @property
    def script(self) -> Script:
        """The script to play."""
        return self.played.script(self.kind)

    def __str__(self) -> str:
        plays = "" if self.played.name == self.name else f"; plays={self.played.name}"
        return f"{self.name}; because={self.because}{plays}"


def choose(new: NewResource, selection: SelectionState, library: Library) -> Choice:
    """Choose a scenario. A name from the queue is removed from it, and a playlist or mix takes its
    next turn.

    Raises:
        ApiError: if the name is unknown or cannot be played here; nothing changes then.

    """
    candidates = _candidates(new, selection, library)
    way, name = next(candidates)
    second = next((f"{other}; because={w}" for w, other in candidates if other != name), None)
    played = _play(library.get(name, WAYS[way]), new, selection, library, WAYS[way])
    if way == "queue":
        selection.queues[new.kind].pop(0)
    return Choice(name, way, new.kind, played, second)


def _candidates(
    new: NewResource, selection: SelectionState, library: Library
) -> Iterator[tuple[str, str]]:
    """Each way that finds a scenario, with its name, in the order of `WAYS`."""
    if new.header:
        yield "header", new.header
    for name in selection.queues.get(new.kind, [])[:1]:
        yield "queue", name
    for rule in selection.rules:
        if rule.resource in (None, new.kind) and rule.when.matches(new.facts):
            yield "rule", rule.scenario
    for fact in ("username", "external_id"):
        found = _MAGIC.fullmatch(str(new.facts.get(fact) or ""))
        scenario = library.find(found["tagged"] or found["plain"]) if found else None
        if scenario and scenario.is_for(new.edition):
            yield "magic_name", scenario.name
    for scenario in library.with_when():
        is_for = scenario.defines(new.kind) and scenario.is_for(new.edition)
        if is_for and scenario.when and scenario.when.matches(new.facts):
            yield "when", scenario.name
    yield "default", selection.default_scenario


def _play(
    scenario: Scenario, new: NewResource, selection: SelectionState, library: Library, where: str
) -> Scenario:
    """The scenario, or for a run the entry of its playlist or mix whose turn it is."""
    raise_problems([*edition_problems(scenario, where, new.edition)])
    if new.kind != "task_run" or not scenario.entries:
        return scenario
    turn = selection.turns.get(scenario.name, 0)
    if scenario.playlist:
        way, entry = "playlist", scenario.playlist[min(turn, len(scenario.playlist) - 1)]
    else:
        way, entry = "mix", _draw(scenario.mix or {}, new.seed, scenario.name, turn)
    place = f"{way} of {scenario.name}"
    played = library.get(entry, place)
    raise_problems([*edition_problems(played, place, new.edition)])
    selection.turns[scenario.name] = turn + 1
    return played


def _draw(mix: dict[str, float], *name: Any) -> str:
    """Draw a name by weight. The smallest weight counts as one part."""
    ends = [*accumulate(max(1, round(weight * _WEIGHTS)) for weight in mix.values())]
    return [*mix][bisect(ends, draw_below(ends[-1], *name))]
