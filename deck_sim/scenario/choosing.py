"""Which scenario a new connection or run plays, and why. The first way that finds one wins.

The ways, in order: the request's header, the queue, rules, a magic user name or external id, a
scenario's own `when:`, the world's default. What came second is kept, too, so that a surprised
reader can see what it lost to.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from deck_sim.contract.editions import DEFAULT_EDITION
from deck_sim.engine.chance import draw_below
from deck_sim.engine.story import Script
from deck_sim.errors import ApiError, Problem, listed, nearest, quote, refuse
from deck_sim.scenario.kinds import KINDS
from deck_sim.scenario.library import Library

if TYPE_CHECKING:
    from deck_sim.scenario.matching import Facts, Rule
    from deck_sim.scenario.model import Scenario

HEADER = "Deck-Sim-Scenario"
DEFAULT_SCENARIO = "success"

_MAGIC = re.compile(r"(?:.*\+(?P<tagged>[a-z0-9_]+)@example\.com)|(?P<plain>[a-z0-9_]+)")
_WEIGHTS = 1_000_000  # how finely the weights of a `mix` are counted


@dataclass
class Wishes:
    """What a world was told about the scenarios to come."""

    default_scenario: str = DEFAULT_SCENARIO
    queues: dict[str, list[str]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    turns: dict[str, int] = field(default_factory=dict)  # of each playlist and mix

    def queue(
        self, kind: str, names: list[str], library: Library, edition: str | None = None
    ) -> None:
        """Let the next ones of a kind play these, in this order.

        Raises:
            ApiError: if the kind plays no scenarios, or a name is unknown or that of a scenario for
                another edition; nothing is queued then.

        """
        check_kind(kind, "resource")
        for index, name in enumerate(names):
            get_playable(name, library, edition, f"scenarios[{index}]")
        self.queues.setdefault(kind, []).extend(names)

    def rule(self, rules: Sequence[Rule], library: Library, edition: str | None = None) -> None:
        """Let these rules take the place of those there are.

        Raises:
            ApiError: if one names a kind or a scenario that there is not, or that is for another
                edition; nothing changes then.

        """
        problems: list[Problem] = []
        for index, wanted in enumerate(rules):
            try:
                get_playable(wanted.scenario, library, edition, f"rules[{index}].scenario")
                check_kind(wanted.resource or KINDS[0], f"rules[{index}].resource")
            except ApiError as error:
                problems += error.problems
        if problems:
            raise ApiError(*problems)
        self.rules = [*rules]


def get_playable(name: str, library: Library, edition: str | None, where: str) -> Scenario:
    """The scenario of that name, for a world of that edition if one is given; `where` is where it
    was named.

    Raises:
        ApiError: `input_invalid` if there is none, or it is for another edition.

    """
    scenario = library.get(name, where)
    if edition is None or edition in scenario.editions:
        return scenario
    text = (
        f"the scenario {quote(scenario.name)} is for the edition {listed(scenario.editions)},"
        f" and this world's is `{edition}`"
    )
    raise refuse("request/input_invalid", text, field=where)


def check_kind(kind: str, where: str) -> None:
    """See that a kind of resource plays scenarios.

    Raises:
        ApiError: `input_invalid` if it does not.

    """
    if kind not in KINDS:
        allowed = listed(KINDS, last="or")
        text = f"`{where}` is {quote(kind)}{nearest(kind, KINDS)}; it can be {allowed}"
        raise refuse("request/input_invalid", text, field=where)


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of the connection or run for which a scenario is looked for."""

    kind: str
    header: str | None
    facts: Facts
    seed: int
    edition: str = DEFAULT_EDITION

    def can_play(self, scenario: Scenario) -> bool:
        """Whether the world's edition can play it."""
        return self.edition in scenario.editions


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


Way = Callable[[Opening, Wishes, Library], Iterator[str]]


def _from_header(opening: Opening, wishes: Wishes, library: Library) -> Iterator[str]:
    if opening.header:
        yield opening.header


def _from_queue(opening: Opening, wishes: Wishes, library: Library) -> Iterator[str]:
    yield from wishes.queues.get(opening.kind, [])[:1]


def _from_rules(opening: Opening, wishes: Wishes, library: Library) -> Iterator[str]:
    for rule in wishes.rules:
        if rule.resource in (None, opening.kind) and rule.when.matches(opening.facts):
            yield rule.scenario


def _from_magic_names(opening: Opening, wishes: Wishes, library: Library) -> Iterator[str]:
    for fact in ("username", "external_id"):
        found = _MAGIC.fullmatch(str(opening.facts.get(fact) or ""))
        name = found and (found["tagged"] or found["plain"])
        scenario = library.find(name) if name else None
        if scenario and opening.can_play(scenario):
            yield scenario.name


def _from_when(opening: Opening, wishes: Wishes, library: Library) -> Iterator[str]:
    for scenario in library.choosable():
        when = scenario.when
        says = scenario.says(opening.kind) and opening.can_play(scenario)
        if when and says and when.matches(opening.facts):
            yield scenario.name


def _from_default(opening: Opening, wishes: Wishes, library: Library) -> Iterator[str]:
    yield wishes.default_scenario


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


def choose(opening: Opening, wishes: Wishes, library: Library) -> Choice:
    """Choose; a name that came from the queue leaves it, a playlist or mix goes to its next turn.

    Raises:
        ApiError: if a name is unknown or plays nothing here; what was wished for is as it was.

    """
    found = ((name, way) for way, find in WAYS.items() for name in find(opening, wishes, library))
    name, because = next(found)
    second = next((f"{n}; because={w}" for n, w in found if n != name), None)
    scenario = library.get(name, _NAMED_IN[because])
    played = _turn(scenario, opening, wishes, library, _NAMED_IN[because])
    if because == "queue":
        wishes.queues[opening.kind].pop(0)
    return Choice(name, because, opening.kind, played, second)


def _turn(
    scenario: Scenario, opening: Opening, wishes: Wishes, library: Library, where: str
) -> Scenario:
    """The scenario itself, or the entry of its playlist or mix whose turn it is. For runs alone.
    `where` is where its name was written.
    """
    if opening.kind != "task_run" or not scenario.entries:
        return get_playable(scenario.name, library, opening.edition, where)
    turn = wishes.turns.get(scenario.name, 0)
    if scenario.playlist:
        way, entry = "playlist", scenario.playlist[min(turn, len(scenario.playlist) - 1)]
    else:
        way, entry = "mix", _drawn(scenario.mix or {}, opening.seed, scenario.name, turn)
    place = f"{way} of {scenario.name}"
    played = get_playable(entry, library, opening.edition, place)
    wishes.turns[scenario.name] = turn + 1
    return played


def _drawn(mix: dict[str, float], *name: Any) -> str:
    """One name of a mix, as likely as its weight says; the smallest weight counts, too."""
    ends = [*accumulate(max(1, round(weight * _WEIGHTS)) for weight in mix.values())]
    return [*mix][bisect(ends, draw_below(ends[-1], *name))]
