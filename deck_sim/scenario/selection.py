"""The selection of a scenario for a new connection, session or run, and its reason.

`set_default`, `enqueue` and `set_rules` raise `ApiError` and change nothing if a scenario is
unknown, if the world's edition cannot play it, or if the edition lacks the kind of resource.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from deck_sim.base.errors import nearest, quote, suggest
from deck_sim.contract import DEFAULT_EDITION
from deck_sim.contract.editions import EDITIONS, how_to_switch
from deck_sim.contract.error_catalog import ApiError, Problem, problem, raise_problems
from deck_sim.engine.script import SCRIPT_KINDS, Script
from deck_sim.engine.seeded_draws import draw_below
from deck_sim.engine.world_values import Immutable

if TYPE_CHECKING:
    from deck_sim.engine.commands import Facts
    from deck_sim.scenario.conditions import Rule
    from deck_sim.scenario.library import Library
    from deck_sim.scenario.model import Scenario

DEFAULT_SCENARIO = "success"
SCENARIO_HEADER = "Deck-Sim-Scenario"
# The ways to choose a scenario; the first that finds one wins. Each has the name of its place in
# messages.
WAYS = {
    "header": SCENARIO_HEADER,
    "queue": "queue",
    "rule": "rules",
    "magic_name": "magic_name",
    "default": "default_scenario",
}
_MAGIC = re.compile(
    r"(?:.*\+(?P<tagged>[^\s\x22+@]{1,100})@(?i:example\.com))|(?P<plain>[a-z0-9_]+)"
)
_WEIGHTS = 1_000_000  # weights of a `mix` are counted in these parts


@dataclass(slots=True)
class SelectionState:
    """The default, queues and rules of a world, and how often each playlist and mix was played."""

    default_scenario: str = DEFAULT_SCENARIO
    queues: dict[str, list[str]] = field(default_factory=dict)  # by kind of resource
    rules: list[Rule] = field(default_factory=list)
    turns: dict[str, int] = field(default_factory=dict)  # of each playlist and mix

    def set_default(self, name: str, library: Library, edition: str) -> None:
        """Set the scenario that is played if nothing else selects one."""
        check_scenario(name, "default_scenario", library, edition)
        self.default_scenario = name

    def enqueue(self, kind: str, names: list[str], library: Library, edition: str) -> None:
        raise_problems([*_kind_problems(kind, "resource", edition)])
        for index, name in enumerate(names):
            check_scenario(name, f"scenarios[{index}]", library, edition, kind)
        self.queues.setdefault(kind, []).extend(names)

    def set_rules(self, rules: Sequence[Rule], library: Library, edition: str) -> None:
        """Replace the rules, or raise ApiError with every mistake and keep the old ones."""
        problems: list[Problem] = []
        for index, rule in enumerate(rules):
            kind, place = rule.resource, f"rules[{index}]"
            problems += _kind_problems(kind, f"{place}.resource", edition)
            try:
                check_scenario(rule.scenario, f"{place}.scenario", library, edition, kind)
            except ApiError as error:
                problems += error.problems
        raise_problems(problems)
        self.rules = [*rules]

    def references(self) -> Iterator[tuple[str, str, str | None]]:
        """Yield place and name of each scenario in the settings, and the kind (None: any)."""
        yield "default_scenario", self.default_scenario, None
        for kind, names in self.queues.items():
            yield from ((f"queues.{kind}[{index}]", name, kind) for index, name in enumerate(names))
        for index, rule in enumerate(self.rules):
            yield f"rules[{index}].scenario", rule.scenario, rule.resource

    def check(self, library: Library, edition: str, about: str | None = None) -> None:
        """Check the settings again, after a change of the edition. With `about`, a scenario that
        was changed, check no other scenarios than this, and playlists and mixes with it. Names of
        deleted scenarios are skipped. Raises `ApiError` with every mistake, if there is one.
        """
        problems: list[Problem] = []
        for where, name, kind in self.references():
            scenario = library.find(name)
            if scenario and about in (None, name, *scenario.entries):
                problems += _scenario_problems(scenario, where, library, edition, kind)
            problems += _kind_problems(kind, where, edition)
        raise_problems(problems)


def check_scenario(
    name: str, where: str, library: Library, edition: str, kind: str | None = None
) -> None:
    """Raise `ApiError` if a world of the edition cannot play the scenario named in `where`."""
    raise_problems([*_scenario_problems(library.get(name, where), where, library, edition, kind)])


def _scenario_problems(
    scenario: Scenario, where: str, library: Library, edition: str, kind: str | None
) -> Iterator[Problem]:
    if foreign := _find_foreign(scenario, library, edition, kind):
        yield problem("request/input_invalid", foreign[1], field=where)


def _find_foreign(
    scenario: Scenario, library: Library, edition: str, kind: str | None
) -> tuple[Scenario, str] | None:
    """Return the scenario, or its first entry, that the edition cannot play, and say why."""
    entries = map(library.find, scenario.entries if kind in (None, "task_run") else ())
    for part in (scenario, *entries):
        if part and edition not in part.editions:
            aside = "" if part is scenario else f", which {quote(scenario.name)} plays,"
            return part, (
                f"the scenario {quote(part.name)}{aside} is for {part.for_editions}, but this"
                f" world's edition is `{edition}`; {how_to_switch(part.editions[0])}"
            )
    return None


def _kind_problems(kind: str | None, where: str, edition: str) -> Iterator[Problem]:
    kinds = [name for name in SCRIPT_KINDS if name in EDITIONS[edition].kinds]
    if kind is not None and kind not in kinds:
        text = f"the edition `{edition}` plays no scenarios for {quote(kind)}{suggest(kind, kinds)}"
        yield problem("request/input_invalid", text, field=where, place=f"`{where}`: ")


@dataclass(frozen=True, slots=True)
class NewResource:
    """A new resource that needs a scenario; the `header` of its call may name one."""

    kind: str
    header: str | None
    facts: Facts  # what rules can match
    seed: int
    edition: str = DEFAULT_EDITION


@dataclass(frozen=True, slots=True)
class IgnoredName:
    """A magic name that cannot be played, with the reason in a few words and in a sentence."""

    name: str
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class Choice(Immutable):
    """A scenario and the way that selected it. `played` is the scenario itself, or the entry of a
    playlist or mix. `ignored` are the magic names that would have come first, but cannot be played.
    """

    name: str
    because: str
    played: Scenario
    script: Script
    ignored: tuple[IgnoredName, ...] = ()

    def __str__(self) -> str:
        plays = "" if self.played.name == self.name else f"; plays={self.played.name}"
        names = ", ".join(f"{ascii(magic.name)[1:-1]}: {magic.why}" for magic in self.ignored)
        ignored = f'; ignored="{names}"' if names else ""
        return f"{self.name}; because={self.because}{plays}{ignored}"

    @property
    def warnings(self) -> list[str]:
        played = f"is ignored, and {quote(self.name)} is played"
        return [
            f"the magic name {quote(magic.name)} {played}: {magic.text}" for magic in self.ignored
        ]


def choose(new: NewResource, selection: SelectionState, library: Library) -> Choice:
    """Select a scenario; if from a queue, remove it there. Count each play of a playlist or mix.
    Raises `ApiError` if the scenario is unknown or a world of this edition cannot play it.
    """
    ignored = list[IgnoredName]()
    rules = (rule for rule in selection.rules if rule.resource in (None, new.kind))
    if new.header:
        way, name = "header", new.header
    elif queue := selection.queues.get(new.kind):
        way, name = "queue", queue.pop(0)
    elif rule := next((rule for rule in rules if rule.when.matches(new.facts)), None):
        way, name = "rule", rule.scenario
    elif magic := _read_magic(new, library, ignored):
        way, name = "magic_name", magic
    else:
        way, name = "default", selection.default_scenario
    scenario = played = library.get(name, WAYS[way])
    raise_problems([*_scenario_problems(scenario, WAYS[way], library, new.edition, "")])
    if new.kind == "task_run" and scenario.entries:
        turn, mix = selection.turns.get(name, 0), scenario.mix or {}
        if scenario.playlist:
            entry = scenario.playlist[min(turn, len(scenario.playlist) - 1)]
        else:  # even the smallest weight counts as one part
            ends = [*accumulate(max(1, round(weight * _WEIGHTS)) for weight in mix.values())]
            entry = [*mix][bisect(ends, draw_below(ends[-1], new.seed, f"{name}/{turn}"))]
        place = f"{'playlist' if scenario.playlist else 'mix'} of {name}"
        check_scenario(entry, place, library, new.edition)
        selection.turns[name] = turn + 1
        played = library.get(entry)
    return Choice(name, way, played, played.script(new.kind, new.edition), tuple(ignored))


def _read_magic(new: NewResource, library: Library, ignored: list[IgnoredName]) -> str | None:
    """Return the scenario named in a user name or external id; add names to be `ignored`."""
    for fact in ("username", "external_id"):
        if match := _MAGIC.fullmatch(str(new.facts.get(fact) or "")):
            name = match["tagged"] or match["plain"]
            scenario = library.find(name)
            if scenario is None and match["tagged"]:
                text = f"there is no such scenario{nearest(name, library.names())}"
                ignored.append(IgnoredName(name, "no such scenario", text))
            elif scenario and (foreign := _find_foreign(scenario, library, new.edition, new.kind)):
                part, text = foreign
                plays = "" if part is scenario else f"plays {part.name} of "
                why = f"{plays}edition {' or '.join(part.editions)}"
                ignored.append(IgnoredName(name, why, text))
            elif scenario:
                return name
    return None
