"""The scenarios that a world is told to play: its default, queues and rules. One that the world
cannot play is refused here, before the call that would play it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS
from deck_sim.contract.error_catalog import ApiError, Problem, problem, raise_problems
from deck_sim.engine.story import KINDS
from deck_sim.scenario.library import Library

if TYPE_CHECKING:
    from deck_sim.scenario.conditions import Rule
    from deck_sim.scenario.model import Scenario

DEFAULT_SCENARIO = "success"


@dataclass
class SelectionState:
    """The default, queues and rules of a world, and the turns of its playlists and mixes."""

    default_scenario: str = DEFAULT_SCENARIO
    queues: dict[str, list[str]] = field(default_factory=dict)  # by kind of resource
    rules: list[Rule] = field(default_factory=list)
    turns: dict[str, int] = field(default_factory=dict)  # of each playlist and mix

    def set_default(self, name: str, library: Library, edition: str = DEFAULT_EDITION) -> None:
        """Set the scenario that is played if nothing else chooses one.

        Raises:
            ApiError: if a world of this edition cannot play it; nothing changes then.

        """
        check_scenario(name, "default_scenario", library, edition)
        self.default_scenario = name

    def enqueue(
        self, kind: str, names: list[str], library: Library, edition: str = DEFAULT_EDITION
    ) -> None:
        """Queue scenarios for the next resources of a kind.

        Raises:
            ApiError: if the edition has no such kind or cannot play one; nothing changes then.

        """
        raise_problems([*_kind_problems(kind, "resource", edition)])
        for index, name in enumerate(names):
            check_scenario(name, f"scenarios[{index}]", library, edition, kind)
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

    def set_rules(
        self, rules: Sequence[Rule], library: Library, edition: str = DEFAULT_EDITION
    ) -> None:
        """Replace the rules.

        Raises:
            ApiError: with every rule whose scenario or kind the edition does not have; nothing
                changes then.

        """
        problems: list[Problem] = []
        for index, rule in enumerate(rules):
            kind, place = rule.resource, f"rules[{index}]"
            try:
                check_scenario(rule.scenario, f"{place}.scenario", library, edition, kind)
            except ApiError as error:
                problems += error.problems
            problems += _kind_problems(kind, f"{place}.resource", edition)
        raise_problems(problems)
        self.rules = [*rules]

    def references(self) -> Iterator[tuple[str, str, str | None]]:
        """Where a scenario is named, its name, and the kind that plays it (None: any)."""
        yield "default_scenario", self.default_scenario, None
        for kind, names in self.queues.items():
            yield from ((f"queues.{kind}[{index}]", name, kind) for index, name in enumerate(names))
        for index, rule in enumerate(self.rules):
            yield f"rules[{index}].scenario", rule.scenario, rule.resource

    def check(self, library: Library, edition: str, about: str | None = None) -> None:
        """Check that a world of the edition can play everything named here. Scenarios that are gone
        are skipped. With `about`, only references to that scenario or to a list with it count.

        Raises:
            ApiError: with every place that names something else.

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


def check_scenario(
    name: str, where: str, library: Library, edition: str, kind: str | None = None
) -> None:
    """Check that a world of the edition can play the scenario of this name. `where` is the place of
    the name, `kind` what plays it (None: any).

    Raises:
        ApiError: `input_invalid` if it cannot.

    """
    raise_problems([*_scenario_problems(library.get(name, where), where, library, edition, kind)])


def edition_problems(
    scenario: Scenario, where: str, edition: str, aside: str = ""
) -> Iterator[Problem]:
    """The problem of naming a scenario at `where` that is not for the world's edition."""
    if not scenario.is_for(edition):
        text = (
            f"the scenario {quote(scenario.name)}{aside} is for the edition"
            f" {listed(scenario.editions)}, and this world's is `{edition}`"
        )
        yield problem("request/input_invalid", text, field=where)


def _scenario_problems(
    scenario: Scenario, where: str, library: Library, edition: str, kind: str | None
) -> Iterator[Problem]:
    yield from edition_problems(scenario, where, edition)
    for name in scenario.entries if kind in (None, "task_run") else ():
        entry = library.find(name)
        if entry:
            aside = f", which {quote(scenario.name)} plays,"
            yield from edition_problems(entry, where, edition, aside)


def _kind_problems(kind: str | None, where: str, edition: str) -> Iterator[Problem]:
    kinds = [one for one in KINDS if one in EDITIONS[edition].kinds]
    if kind is not None and kind not in kinds:
        allowed = listed(kinds, last="or")
        text = f"`{where}` is {quote(kind)}{nearest(kind, kinds)}; it can be {allowed}"
        yield problem("request/input_invalid", text, field=where)
