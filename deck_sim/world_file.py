"""World files: resources with fixed ids, a default scenario and rules, for worlds to begin with."""

import re
from pathlib import Path as FilePath
from typing import Any, Literal

from pydantic import Field, ValidationError

from deck_sim.complaints import complaint, spell_path
from deck_sim.errors import ApiError, Problem
from deck_sim.scenario.choosing import Rule
from deck_sim.scenario.library import Library
from deck_sim.scenario.loader import Mistake, ScenarioError
from deck_sim.scenario.values import Strict
from deck_sim.scenario.yaml_reader import Document, Path, YamlError, read_yaml
from deck_sim.seeding import seed_resources
from deck_sim.simulation import Settings, Simulation


class WorldFile(Strict):
    """A world file, version 1."""

    version: Literal[1]
    """The version of the format."""
    resources: dict[str, list[dict[str, Any]]] = Field(default_factory=dict)
    """`agents`, `sources`, `tasks`, `connections`: lists of what creates take, with an `id`."""
    default_scenario: str | None = None
    """What is played where nothing else is chosen."""
    rules: list[Rule] = Field(default_factory=list)
    """What matches `when` plays `scenario`; the first that matches counts."""

    def prepare(self, simulation: Simulation) -> None:
        """Let a new world begin with all this.

        Raises:
            ApiError: if it cannot; the places are those of the file.

        """
        if self.default_scenario is not None:
            simulation.library.get(self.default_scenario, "default_scenario")
            simulation.wishes.default_scenario = self.default_scenario
        simulation.wishes.rule(self.rules, simulation.library)
        seed_resources(simulation, self.resources)


def is_world_file(document: Document) -> bool:
    """Whether a file looks like one of these rather than a scenario."""
    data = document.data
    return isinstance(data, dict) and "name" not in data and bool(data.keys() & _TELLING)


_ITEM = re.compile(r"^resources\.\w+\[\d+\]: ")
_TELLING = {"resources", "default_scenario", "rules"}


def load_world_file(file: FilePath, library: Library) -> WorldFile:
    """Read a world file, and see that a world can begin with it.

    Raises:
        ScenarioError: with every mistake, each with its place.

    """
    try:
        return check_world(read_yaml(file.read_bytes()), f"{file}", library)
    except YamlError as error:
        raise ScenarioError(
            Mistake(f"{file}", error.line, error.column, "", error.message)
        ) from None
    except OSError as error:
        raise ScenarioError(Mistake(f"{file}", 1, 1, "", f"{error.strerror}")) from None


def check_world(document: Document, file: str, library: Library) -> WorldFile:
    """Check a document that is to be a world file.

    Raises:
        ScenarioError: with every mistake, each with its place.

    """
    try:
        world = WorldFile.model_validate(document.data)
        world.prepare(Simulation("check", Settings(), Library(library)))
    except ValidationError as error:
        raise ScenarioError(
            *(
                _mistake(document, file, found["loc"], complaint(found, WorldFile))
                for found in error.errors(include_url=False)
            )
        ) from None
    except ApiError as error:
        raise ScenarioError(*(_translate(document, file, p) for p in error.problems)) from None
    return world


def _mistake(document: Document, file: str, path: Path, message: str) -> Mistake:
    return Mistake(file, *document.position(path, of_key=True), spell_path(path), message)


def _translate(document: Document, file: str, problem: Problem) -> Mistake:
    """The place in the file of a problem whose field is spelled as the API spells it."""
    spelled = {spell_path(path): path for path in (*document.keys, *document.values)}
    field = problem.field or ""
    known = field
    while known and known not in spelled:
        known = known[: max(known.rfind("."), known.rfind("["), 0)]
    message = _ITEM.sub("", problem.message)  # the mistake names the place itself
    return Mistake(file, *document.position(spelled.get(known, ())), field, message)
