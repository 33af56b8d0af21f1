"""Which scenario a new connection, session or run plays, and why.

A scenario that a world cannot play is refused when it is named, before the call that would play it.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.base.limits import MOST_PROBLEMS
from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS, how_to_switch
from deck_sim.contract.error_catalog import ApiError, Problem, problem, raise_problems
from deck_sim.engine.chance import draw_below
from deck_sim.engine.records import Immutable
from deck_sim.engine.story import KINDS, Script
from deck_sim.scenario.library import Library

if TYPE_CHECKING:
    from deck_sim.engine.commands import Facts
    from deck_sim.scenario.conditions import Rule
    from deck_sim.scenario.model import Scenario

DEFAULT_SCENARIO = "success"
HEADER = "Deck-Sim-Scenario"
# The ways to choose a scenario; the first that finds one wins. Each has the name of its place in
# messages.
WAYS = {
    "header": HEADER,
    "queue": "queue",
    "rule": "rules",
    "magic_name": "magic_name",
    "when": "when",
    "default": "default_scenario",
}
_PREFIX = "deck-sim-"
_MAGIC = re.compile(r"(?:.*\+(?P<tagged>[a-z0-9_]+)@example\.com)|(?P<plain>[a-z0-9_]+)")
_TAGGED = re.compile(r".*\+([A-Za-z0-9_.-]{1,100})@[^@\s]+")  # may be meant as magic
_ALIKE = 0.81  # how like a name a tag must be to be taken for a misspelling of it
_WEIGHTS = 1_000_000  # weights of a `mix` are counted in these parts


@dataclass
class SelectionState:
    """The default, queues and rules of a world, and the turns of its playlists and mixes."""

    default_scenario: str = DEFAULT_SCENARIO
    queues: dict[str, list[str]] = field(default_factory=dict)  # by kind of resource
    rules: list[Rule] = field(default_factory=list)
    turns: dict[str, int] = field(default_factory=dict)  # of each playlist and mix

    def set_default(self, name: str, library: Library, edition: str) -> None:
        """Set the scenario that is played if nothing else chooses one. If a world of this edition
        cannot play it, it is an `ApiError`, and nothing changes.
        """
        check_scenario(name, "default_scenario", library, edition)
        self.default_scenario = name

    def enqueue(self, kind: str, names: list[str], library: Library, edition: str) -> None:
        """Queue scenarios for the next resources of a kind. If the edition has no such kind or
        cannot play one of them, it is an `ApiError`, and nothing changes.
        """
        raise_problems([*_kind_problems(kind, "resource", edition)])
        for name in dict.fromkeys(names):
            check_scenario(name, f"scenarios[{names.index(name)}]", library, edition, kind)
        self.queues.setdefault(kind, []).extend(names)

    def drop_unplayable(self, kind: str, library: Library, edition: str) -> Iterator[str]:
        """Drop scenarios from the front of a queue that cannot be played since their files were
        edited or removed. Yields a message for each.
        """
        queue = self.queues.get(kind, [])
        while queue:
            try:
                check_scenario(queue[0], "queue", library, edition, kind)
                return
            except ApiError as error:
                yield f"{quote(queue.pop(0))} is dropped from the queue for `{kind}`: {error}"

    def set_rules(self, rules: Sequence[Rule], library: Library, edition: str) -> None:
        """Replace the rules. If the edition does not have the scenario or kind of some, the
        `ApiError` has all of these, and nothing changes.
        """
        problems: list[Problem] = []
        for index, rule in enumerate(rules):
            kind, place = rule.resource, f"rules[{index}]"
            try:
                check_scenario(rule.scenario, f"{place}.scenario", library, edition, kind)
            except ApiError as error:
                problems += error.problems
            problems += _kind_problems(kind, f"{place}.resource", edition)
            if len(problems) > MOST_PROBLEMS:
                break
        raise_problems(problems)
        self.rules = [*rules]

    def references(self) -> Iterator[tuple[str, str, str | None]]:
        """Each setting that names a scenario, the name, and the kind that plays it (None: any)."""
        yield "default_scenario", self.default_scenario, None
        for kind, names in self.queues.items():
            yield from ((f"queues.{kind}[{index}]", name, kind) for index, name in enumerate(names))
        for index, rule in enumerate(self.rules):
            yield f"rules[{index}].scenario", rule.scenario, rule.resource

    def check(self, library: Library, edition: str, about: str | None = None) -> None:
        """Check that the edition can play all that is named here. The `ApiError` has every
        place that names something else. Scenarios that are gone are skipped. With `about`, only
        references to that scenario or to a list with it count.
        """
        problems: list[Problem] = []
        for where, name, kind in self.references():
            scenario = library.find(name)
            if scenario and about in (None, name, *scenario.entries):
                problems += _scenario_problems(scenario, where, library, edition, kind)
        if about is None:
            for kind in (kind for kind, names in self.queues.items() if names):
                problems += _kind_problems(kind, f"queues.{kind}", edition)
            for index, rule in enumerate(self.rules):
                problems += _kind_problems(rule.resource, f"rules[{index}].resource", edition)
        raise_problems(problems)


def find_misspelt_header(names: Iterable[str]) -> str | None:
    """The header that was meant to be `HEADER`; it would be ignored in silence."""
    word = HEADER.lower().removeprefix(_PREFIX)
    sent = (name for name in map(str.lower, names) if name.startswith(_PREFIX))
    return next(
        (n for n in sent if n != HEADER.lower() and nearest(n[len(_PREFIX) :], [word])), None
    )


def check_scenario(
    name: str, where: str, library: Library, edition: str, kind: str | None = None
) -> None:
    """Check that a world of the edition can play the scenario of this name; if not, it is an
    `ApiError`. `where` is the place of the name, `kind` what plays it (None: any).
    """
    raise_problems([*_scenario_problems(library.get(name, where), where, library, edition, kind)])


def _edition_problems(
    scenario: Scenario, where: str, edition: str, aside: str = ""
) -> Iterator[Problem]:
    if not scenario.is_for(edition):
        text = _explain_edition(scenario, edition, aside)
        yield problem("request/input_invalid", text, field=where)


def _explain_edition(scenario: Scenario, edition: str, aside: str = "") -> str:
    return (
        f"the scenario {quote(scenario.name)}{aside} is for {scenario.for_editions}, and this"
        f" world's is `{edition}`; {how_to_switch(scenario.editions[0])}"
    )


def _scenario_problems(
    scenario: Scenario, where: str, library: Library, edition: str, kind: str | None
) -> Iterator[Problem]:
    yield from _edition_problems(scenario, where, edition)
    for name in scenario.entries if kind in (None, "task_run") else ():
        entry = library.find(name)
        if entry:
            aside = f", which {quote(scenario.name)} plays,"
            yield from _edition_problems(entry, where, edition, aside)


def _kind_problems(kind: str | None, where: str, edition: str) -> Iterator[Problem]:
    kinds = [one for one in KINDS if one in EDITIONS[edition].kinds]
    if kind is not None and kind not in kinds:
        allowed = listed(kinds, last="or")
        text = f"`{where}` is {quote(kind)}{nearest(kind, kinds)}; it can be {allowed}"
        yield problem("request/input_invalid", text, field=where)


@dataclass(frozen=True, slots=True)
class NewResource:
    """A resource that needs a scenario: its kind, the request's header, and the facts about it."""

    kind: str
    header: str | None
    facts: Facts
    seed: int
    edition: str = DEFAULT_EDITION


@dataclass(frozen=True, slots=True)
class IgnoredName:
    """A magic name that cannot be played; why, in a few words and in a sentence."""

    name: str
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class Choice(Immutable):
    """A scenario and the way that chose it. `played` is the scenario itself, or the entry of a
    playlist or mix. `ignored` are magic names that came before that way and cannot be played.
    """

    name: str
    because: str
    kind: str
    played: Scenario
    second: str | None  # `name; because=way` of the runner-up
    ignored: tuple[IgnoredName, ...] = ()
    edition: str = DEFAULT_EDITION

    @property
    def script(self) -> Script:
        """The script to play."""
        return self.played.script(self.kind, self.edition)

    def __str__(self) -> str:
        plays = "" if self.played.name == self.name else f"; plays={self.played.name}"
        names = ", ".join(f"{one.name}: {one.why}" for one in self.ignored)
        ignored = f'; ignored="{names}"' if names else ""
        return f"{self.name}; because={self.because}{plays}{ignored}"

    @property
    def warnings(self) -> list[str]:
        """A message for each ignored name."""
        played = f"is ignored, and {quote(self.name)} is played"
        return [f"the magic name {quote(one.name)} {played}: {one.text}" for one in self.ignored]


def choose(new: NewResource, selection: SelectionState, library: Library) -> Choice:
    """Choose a scenario. A name from the queue is removed from it, and a playlist or mix takes its
    next turn. If the name is unknown or cannot be played here, it is an `ApiError`, and nothing
    changes.
    """
    found = list[IgnoredName]()
    candidates = _candidates(new, selection, library, found)
    way, name = next(candidates)
    ignored = tuple(found)
    others = (f"{other}; because={w}" for w, other in candidates if other != name)
    second = next(others, None)
    played = _play(library.get(name, WAYS[way]), new, selection, library, WAYS[way])
    if way == "queue":
        selection.queues[new.kind].pop(0)
    return Choice(name, way, new.kind, played, second, ignored, new.edition)


def _candidates(
    new: NewResource, selection: SelectionState, library: Library, ignored: list[IgnoredName]
) -> Iterator[tuple[str, str]]:
    """Each way that finds a scenario, with its name, in the order of `WAYS`. Adds the magic names
    that it passes over to `ignored`.
    """
    if new.header:
        yield "header", new.header
    for name in selection.queues.get(new.kind, [])[:1]:
        yield "queue", name
    for rule in selection.rules:
        if rule.resource in (None, new.kind) and rule.when.matches(new.facts):
            yield "rule", rule.scenario
    for fact in ("username", "external_id"):
        found = _read_magic(str(new.facts.get(fact) or ""), new, library)
        if isinstance(found, IgnoredName):
            ignored.append(found)
        elif found is not None:
            yield "magic_name", found
    for scenario in library.with_when():
        is_for = scenario.defines(new.kind, new.edition) and scenario.is_for(new.edition)
        if is_for and scenario.when and scenario.when.matches(new.facts):
            yield "when", scenario.name
    yield "default", selection.default_scenario


def _read_magic(text: str, new: NewResource, library: Library) -> str | IgnoredName | None:
    """The scenario that a user name or external id names, if it is magic or is meant to be."""
    found, tagged = _MAGIC.fullmatch(text), _TAGGED.fullmatch(text)
    scenario = library.find(found["tagged"] or found["plain"]) if found else None
    if scenario is not None:
        entries = map(library.find, scenario.entries if new.kind == "task_run" else ())
        parts = (one for one in (scenario, *entries) if one and not one.is_for(new.edition))
        if (part := next(parts, None)) is None:
            return scenario.name
        plays = "" if part is scenario else f"plays {part.name} of "
        why = f"{plays}edition {' or '.join(part.editions)}"
        return IgnoredName(scenario.name, why, _explain_edition(part, new.edition))
    tag = tagged[1] if tagged else ""
    if library.find(tag):
        text = f"a magic address ends in @example.com; write x+{tag}@example.com"
        return IgnoredName(tag, "not at example.com", text)
    spelled = tag.lower().replace("-", "_")
    for near in get_close_matches(spelled, library.names(), n=1, cutoff=_ALIKE):
        text = f"there is no such scenario; did you mean {near!r}?"
        return IgnoredName(tag, f"did you mean {near}?", text)
    return None


def _play(
    scenario: Scenario, new: NewResource, selection: SelectionState, library: Library, where: str
) -> Scenario:
    """The scenario, or for a run the entry of its playlist or mix whose turn it is."""
    raise_problems([*_edition_problems(scenario, where, new.edition)])
    if new.kind != "task_run" or not scenario.entries:
        return scenario
    turn = selection.turns.get(scenario.name, 0)
    if scenario.playlist:
        way, entry = "playlist", scenario.playlist[min(turn, len(scenario.playlist) - 1)]
    else:
        way, entry = "mix", _draw(scenario.mix or {}, new.seed, scenario.name, turn)
    place = f"{way} of {scenario.name}"
    played = library.get(entry, place)
    raise_problems([*_edition_problems(played, place, new.edition)])
    selection.turns[scenario.name] = turn + 1
    return played


def _draw(mix: dict[str, float], *name: Any) -> str:
    """Draw a name by weight. The smallest weight counts as one part."""
    ends = [*accumulate(max(1, round(weight * _WEIGHTS)) for weight in mix.values())]
    return [*mix][bisect(ends, draw_below(ends[-1], *name))]
