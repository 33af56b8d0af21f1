"""World files: resources with fixed ids, a default scenario and rules, for worlds to begin with."""

import copy
import re
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic import Field, JsonValue, ValidationError

from deck_sim.base.errors import nearest
from deck_sim.base.validation import UNKNOWN_NAME, format_path
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import ApiError, Problem
from deck_sim.runtime.seeding import seed_resources, seedable
from deck_sim.runtime.simulation import Settings, Simulation
from deck_sim.scenario.conditions import Rule, When
from deck_sim.scenario.fields import Strict, Version
from deck_sim.scenario.library import Library
from deck_sim.scenario.loader import (
    Mistake,
    ScenarioError,
    errors_to_report,
    make_mistake,
    read_document,
    reading_mistakes,
    sort_mistakes,
)
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.schema import schema_of
from deck_sim.scenario.selection_state import DEFAULT_SCENARIO
from deck_sim.scenario.yaml.document import Document, Path
from deck_sim.scenario.yaml.reader import read_file

SEEDABLE: list[JsonValue] = [
    *dict.fromkeys(path for edition in EDITIONS.values() for path in seedable(edition))
]


class WorldFile(Strict):
    """A world file, version 1."""

    version: Version
    """The version of the format."""
    resources: dict[str, list[dict[str, Any]]] = Field(
        default_factory=dict, json_schema_extra={"propertyNames": {"enum": SEEDABLE}}
    )
    """`agents`, `sources`, `tasks`, and `connections` or `credentials`, whichever the edition has:
    lists of what creates take, with an `id`."""
    default_scenario: str | None = None
    """What is played where nothing else is chosen."""
    rules: list[Rule] = Field(default_factory=list)
    """What matches `when` plays `scenario`; the first that matches counts."""

    def prepare(self, simulation: Simulation) -> None:
        """Let a new world begin with all this.

        Raises:
            ApiError: with every reason why it cannot, in the places of the file; nothing changes.

        """
        before = copy.copy(simulation.selection), simulation.world
        problems: list[Problem] = []
        for part in (self._play, self._rule, self._seed):
            try:
                part(simulation)
            except ApiError as error:
                problems += error.problems
        if problems:
            simulation.selection, simulation.world = before
            raise ApiError(*problems)

    def _play(self, simulation: Simulation) -> None:
        if self.default_scenario is not None:
            simulation.selection.set_default(
                self.default_scenario, simulation.library, simulation.world.edition
            )

    def _rule(self, simulation: Simulation) -> None:
        simulation.selection.set_rules(self.rules, simulation.library, simulation.world.edition)

    def _seed(self, simulation: Simulation) -> None:
        seed_resources(simulation, self.resources)


def world_schema() -> dict[str, Any]:
    """The JSON Schema of world files; what a resource takes is for `deck-sim check`."""
    return schema_of(WorldFile, "deck-sim world, version 1")


def is_world_file(document: Document) -> bool:
    """Whether a file looks like one of these rather than a scenario, misspelt or not."""
    keys = document.data.keys() if isinstance(document.data, dict) else set()
    return keys.isdisjoint(Scenario.model_fields.keys() - {"version"}) and any(
        nearest(key, _TELLING) for key in keys
    )


_PLACE = re.compile(
    r"^(`default_scenario` |`rules[^`]*` |resources\.\w+\[\d+\]: )?(`[\w.\[\]]+`: )?"
)
_TELLING = {"resources", "default_scenario", "rules"}


def load_world_file(file: FilePath, library: Library, *editions: str) -> WorldFile:
    """Read a world file, and see that a world of one of the editions can begin with it; of any, if
    none is named.

    Raises:
        ScenarioError: with every mistake, each with its place.

    """
    return check_world(read_document(read_file, file, f"{file}"), f"{file}", library, *editions)


def check_world(document: Document, file: str, library: Library, *editions: str) -> WorldFile:
    """Check a document that is to be a world file, as `load_world_file` does.

    Raises:
        ScenarioError: with every mistake, each with its place.

    """
    mistakes = reading_mistakes(document, file)
    try:
        world = WorldFile.model_validate(document.data)
    except ValidationError as error:
        mistakes += [
            make_mistake(document, file, found, WorldFile) for found in errors_to_report(error)
        ]
        world = _readable(document.data)
    none = tuple(f"{one.path}." for one in mistakes if one.path.startswith("resources"))
    spelled = {format_path(path): path for path in (*document.keys, *document.values)}
    for problem in _problems(world, library, editions or (*EDITIONS,)):
        if not f"{problem.field}".startswith(none):  # what is no resource lacks everything
            mistakes.append(_translate(document, file, problem, spelled))
    if mistakes:
        raise ScenarioError(*sort_mistakes(mistakes))
    return world


def _problems(world: WorldFile, library: Library, editions: tuple[str, ...]) -> tuple[Problem, ...]:
    """Why no world could begin with this: in the edition that it comes closest to."""
    return min((_problems_in(name, world, library) for name in editions), key=_distance)


def _distance(problems: tuple[Problem, ...]) -> tuple[int, int]:
    """How far a world file is from an edition: by the names and kinds that this does not have."""
    unknown = (
        UNKNOWN_NAME in problem.message or f"{problem.field}".endswith("].resource")
        for problem in problems
    )
    return min(len(problems), 1), sum(unknown)


def _problems_in(edition: str, world: WorldFile, library: Library) -> tuple[Problem, ...]:
    try:
        world.prepare(Simulation("check", Settings(edition), Library(library)))
    except ApiError as error:
        return error.problems
    return ()


def _readable(data: Any) -> WorldFile:
    """The parts of a world file that can be read, whatever is wrong with the rest."""
    whole = _dict(data)
    default, rules = whole.get("default_scenario"), whole.get("rules")
    return WorldFile.model_construct(
        version=1,
        resources={
            kind: [_dict(item) for item in items] if isinstance(items, list) else []
            for kind, items in _dict(whole.get("resources")).items()
        },
        default_scenario=default if isinstance(default, str) else None,
        rules=[_readable_rule(_dict(rule)) for rule in rules] if isinstance(rules, list) else [],
    )


def _readable_rule(rule: dict[str, Any]) -> Rule:
    """The names in a rule, or what is right, where they cannot be read."""
    scenario, resource = rule.get("scenario"), rule.get("resource")
    return Rule.model_construct(
        when=When(),
        scenario=scenario if isinstance(scenario, str) else DEFAULT_SCENARIO,
        resource=resource if isinstance(resource, str) else None,
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _translate(
    document: Document, file: str, problem: Problem, spelled: Mapping[str, Path]
) -> Mistake:
    """The place in the file of a problem whose field is spelled as the API spells it."""
    field = problem.field or ""
    known = field
    while known and known not in spelled:
        known = known[: max(known.rfind("."), known.rfind("["), 0)]
    message = _PLACE.sub("", problem.message)  # the mistake names the place itself
    position = document.position(spelled.get(known, ()), of_key=message.startswith(UNKNOWN_NAME))
    return Mistake(file, *position, field, message)
