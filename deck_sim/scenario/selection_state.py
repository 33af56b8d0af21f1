"""What a world was told about the scenarios to come. What it could not play is refused when it is
told, rather than by the call that would play it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS
from deck_sim.contract.error_catalog import ApiError, Problem, check, problem
from deck_sim.engine.story import KINDS
from deck_sim.scenario.library import Library

if TYPE_CHECKING:
    from deck_sim.scenario.conditions import Rule
    from deck_sim.scenario.model import Scenario

DEFAULT_SCENARIO = "success"


@dataclass
class SelectionState:
    """The default, the queues and the rules of a world, and whose turn it is."""

    default_scenario: str = DEFAULT_SCENARIO
    queues: dict[str, list[str]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    turns: dict[str, int] = field(default_factory=dict)  # of each playlist and mix

    def default(self, name: str, library: Library, edition: str = DEFAULT_EDITION) -> None:
        """Let a scenario be played where nothing else is chosen.

        Raises:
            ApiError: if there is none of that name, or not for the edition; nothing changes then.

        """
        check_scenario(name, "default_scenario", library, edition)
        self.default_scenario = name

    def queue(
        self, kind: str, names: list[str], library: Library, edition: str = DEFAULT_EDITION
    ) -> None:
        """Let the next ones of a kind play these, in this order.

        Raises:
            ApiError: if the edition has no such kind that plays scenarios, or a name is unknown or
                for another edition; nothing is queued then.

        """
        check([*_other_kind(kind, "resource", edition)])
        for index, name in enumerate(names):
            check_scenario(name, f"scenarios[{index}]", library, edition, kind)
        self.queues.setdefault(kind, []).extend(names)

    def drop_unplayable(self, kind: str, library: Library, edition: str) -> Iterator[str]:
        """Take out of the front of a queue what cannot be played any more, since its file was
        edited or removed; says why of each. What stands behind may be mended until its turn comes.
        """
        queue = self.queues.get(kind, [])
        while queue:
            try:
                check_scenario(queue[0], "queue", library, edition, kind)
                return
            except ApiError as error:
                yield f"{quote(queue.pop(0))} is dropped from the queue for `{kind}`: {error}"

    def rule(self, rules: Sequence[Rule], library: Library, edition: str = DEFAULT_EDITION) -> None:
        """Let these rules take the place of those there are.

        Raises:
            ApiError: if one names a kind or a scenario that there is not, or one of another
                edition; nothing changes then.

        """
        problems: list[Problem] = []
        for index, wanted in enumerate(rules):
            kind, place = wanted.resource, f"rules[{index}]"
            try:
                check_scenario(wanted.scenario, f"{place}.scenario", library, edition, kind)
            except ApiError as error:
                problems += error.problems
            problems += _other_kind(kind, f"{place}.resource", edition)
        check(problems)
        self.rules = [*rules]

    def named(self) -> Iterator[tuple[str, str, str | None]]:
        """Each scenario that is wished for: where, its name, and for which kind; None: for any."""
        yield "default_scenario", self.default_scenario, None
        for kind, names in self.queues.items():
            yield from ((f"queues.{kind}[{index}]", name, kind) for index, name in enumerate(names))
        for index, rule in enumerate(self.rules):
            yield f"rules[{index}].scenario", rule.scenario, rule.resource

    def check(self, library: Library, edition: str, about: str | None = None) -> None:
        """See that a world of that edition can play all that is wished for and still there; with
        `about`, only what that scenario has a part in.

        Raises:
            ApiError: if it cannot, with every place.

        """
        problems: list[Problem] = []
        for where, name, kind in self.named():
            scenario = library.find(name)
            if scenario and about in (None, name, *scenario.entries):
                problems += _foreign(scenario, where, library, edition, kind)
        for where, kind in self._kinds() if about is None else ():
            problems += _other_kind(kind, where, edition)
        check(problems)

    def _kinds(self) -> Iterator[tuple[str, str | None]]:
        """Each kind for which something is wished, and where."""
        yield from ((f"queues.{kind}", kind) for kind, names in self.queues.items() if names)
        for index, rule in enumerate(self.rules):
            yield f"rules[{index}].resource", rule.resource


def _other_kind(kind: str | None, where: str, edition: str) -> Iterator[Problem]:
    """A kind of resource that plays no scenarios in that edition."""
    kinds = [one for one in KINDS if one in EDITIONS[edition].kinds]
    if kind is not None and kind not in kinds:
        allowed = listed(kinds, last="or")
        text = f"`{where}` is {quote(kind)}{nearest(kind, kinds)}; it can be {allowed}"
        yield problem("request/input_invalid", text, field=where)


def check_scenario(
    name: str, where: str, library: Library, edition: str, kind: str | None = None
) -> None:
    """See that there is a scenario of that name which a world of that edition can play; `where` is
    where the name is written, and `kind` what is to play it, if that is known.

    Raises:
        ApiError: `input_invalid` if there is not.

    """
    check([*_foreign(library.get(name, where), where, library, edition, kind)])


def _foreign(
    scenario: Scenario, where: str, library: Library, edition: str, kind: str | None
) -> Iterator[Problem]:
    """A scenario that is for another edition; of a playlist or mix, which runs play, its entries,
    too.
    """
    if is_for_other_edition(scenario, edition):
        yield foreign(scenario, where, edition)
    for name in scenario.entries if kind in (None, "task_run") else ():
        entry = library.find(name)
        if entry and is_for_other_edition(entry, edition):
            yield foreign(entry, where, edition, f", which {quote(scenario.name)} plays,")


def is_for_other_edition(scenario: Scenario, edition: str) -> bool:
    """Whether a scenario is for other editions. Of one that could not be read nobody knows."""
    return bool(scenario.editions) and edition not in scenario.editions


def foreign(scenario: Scenario, where: str, edition: str, aside: str = "") -> Problem:
    """What is wrong with naming a scenario of another edition in that place."""
    text = (
        f"the scenario {quote(scenario.name)}{aside} is for the edition"
        f" {listed(scenario.editions)}, and this world's is `{edition}`"
    )
    return problem("request/input_invalid", text, field=where)
