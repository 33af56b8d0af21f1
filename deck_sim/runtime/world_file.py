"""World files: the resources, the default scenario and the rules of a new world."""

from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

from pydantic import Field, JsonValue, ValidationError

from deck_sim.base.errors import format_path, nearest
from deck_sim.base.validation import UNKNOWN_KEY, Strict
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import ApiError, Problem, raise_problems
from deck_sim.runtime.seeding import seed_resources, seedable
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.conditions import Rule
from deck_sim.scenario.library import Library
from deck_sim.scenario.loader import Mistakes, parse
from deck_sim.scenario.model import Scenario, Version, schema_of
from deck_sim.scenario.yaml_files import YamlError, read_file

SEEDABLE: list[JsonValue] = [
    *dict.fromkeys(path for edition in EDITIONS.values() for path in seedable(edition))
]


class WorldFile(Strict):
    """A world file, version 1: the content of a new world."""

    version: Version
    """The version of the format, always `1`."""
    resources: dict[str, list[dict[str, Any]]] = Field(
        default_factory=dict, json_schema_extra={"propertyNames": {"enum": SEEDABLE}}
    )
    """Lists of resources by kind: `agents`, `sources`, `tasks`, `task_runs`; in one edition
    `connections`, in the other `credentials` and `sessions`. Each resource has an `id`, and the
    fields of its create call."""
    default_scenario: str | None = None
    """The scenario that is played if nothing else is chosen."""
    rules: list[Rule] = Field(default_factory=list)
    """The first rule whose `when` matches decides the scenario."""

    def prepare(self, simulation: Simulation) -> None:
        """Put the file's content into a new world. Raises ApiError with all problems, by field."""
        problems: list[Problem] = []
        edition, library = simulation.world.edition, simulation.library
        parts: list[Callable[[], object]] = [
            lambda: simulation.selection.set_rules(self.rules, library, edition),
            lambda: seed_resources(simulation, self.resources),
        ]
        if (default := self.default_scenario) is not None:
            parts.insert(0, lambda: simulation.selection.set_default(default, library, edition))
        for prepare_part in parts:
            try:
                prepare_part()
            except ApiError as error:
                problems += error.problems
        raise_problems(problems)


def world_schema() -> dict[str, Any]:
    """Return the JSON Schema of world files. It does not check the fields of resources."""
    return schema_of(WorldFile, "deck-sim world, version 1")


def is_world_file(file: FilePath) -> bool:
    """Whether a file is a world file rather than a scenario. Its keys decide, even if misspelt. A
    file that is not YAML counts as a scenario.
    """
    try:
        data = read_file(file).data
    except YamlError:
        return False
    keys = data.keys() if isinstance(data, dict) else set()
    return keys.isdisjoint(Scenario.model_fields.keys() - {"version"}) and any(
        nearest(key, _OWN_KEYS) for key in keys
    )


_OWN_KEYS = {"resources", "default_scenario", "rules"}


def load_world_file(file: FilePath, library: Library, *editions: str) -> WorldFile:
    """Read a world file. The file must fit one of `editions`; if none are given, any edition.
    Raises ScenarioError with every mistake and its position.
    """
    document = parse(file, f"{file}")
    mistakes = Mistakes(f"{file}", document)
    try:
        world = WorldFile.model_validate(document.data)
    except ValidationError as error:
        mistakes.add_errors(error, WorldFile)
        raise mistakes.error from None
    problems_by_edition = list[tuple[Problem, ...]]()
    for edition in editions or EDITIONS:
        try:
            world.prepare(Simulation("check", Settings(edition), Library(library)))
            return world
        except ApiError as error:
            problems_by_edition.append(error.problems)
    paths = {format_path(path): path for path in (*document.keys, *document.values)}
    # The problems of the edition that the file fits best: it knows most of the names.
    problems = min(
        problems_by_edition,
        key=lambda problems: sum(
            problem.text.startswith(UNKNOWN_KEY) or f"{problem.field}".endswith("].resource")
            for problem in problems
        ),
    )
    for problem in problems:
        field = written = problem.field or ""
        while written and written not in paths:
            written = written[: max(written.rfind("."), written.rfind("["), 0)]
        of_key = problem.text.startswith(UNKNOWN_KEY)
        mistakes.add(paths.get(written, ()), problem.text, of_key=of_key, path=field)
    raise mistakes.error
