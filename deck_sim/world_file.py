"""World files: resources with fixed ids, a default scenario and rules, for worlds to begin with."""

import copy
import re
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic import Field, ValidationError

from deck_sim.complaints import spell_path
from deck_sim.errors import ApiError, Problem
from deck_sim.scenario.document import Document, Path
from deck_sim.scenario.library import Library
from deck_sim.scenario.loader import Mistake, ScenarioError, document_of, in_order, place, telling
from deck_sim.scenario.matching import Rule
from deck_sim.scenario.values import Strict, Version
from deck_sim.scenario.yaml_reader import read_file
from deck_sim.seeding import seed_resources
from deck_sim.simulation import Settings, Simulation


class WorldFile(Strict):
    """A world file, version 1."""

    version: Version
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
            ApiError: with every reason why it cannot, in the places of the file; nothing changes.

        """
        before = copy.copy(simulation.wishes), simulation.world
        problems: list[Problem] = []
        for part in (self._play, self._rule, self._seed):
            try:
                part(simulation)
            except ApiError as error:
                problems += error.problems
        if problems:
            simulation.wishes, simulation.world = before
            raise ApiError(*problems)

    def _play(self, simulation: Simulation) -> None:
        if self.default_scenario is not None:
            simulation.library.get(self.default_scenario, "default_scenario")
            simulation.wishes.default_scenario = self.default_scenario

    def _rule(self, simulation: Simulation) -> None:
        simulation.wishes.rule(self.rules, simulation.library)

    def _seed(self, simulation: Simulation) -> None:
        seed_resources(simulation, self.resources)


def is_world_file(document: Document) -> bool:
    """Whether a file looks like one of these rather than a scenario."""
    data = document.data
    return isinstance(data, dict) and "name" not in data and bool(data.keys() & _TELLING)


_PLACE = re.compile(r"^(resources\.\w+\[\d+\]: )?(`[\w.\[\]]+`: )?")
_TELLING = {"resources", "default_scenario", "rules"}


def load_world_file(file: FilePath, library: Library) -> WorldFile:
    """Read a world file, and see that a world can begin with it.

    Raises:
        ScenarioError: with every mistake, each with its place.

    """
    return check_world(document_of(read_file, file, f"{file}"), f"{file}", library)


def check_world(document: Document, file: str, library: Library) -> WorldFile:
    """Check a document that is to be a world file.

    Raises:
        ScenarioError: with every mistake, each with its place.

    """
    try:
        world = WorldFile.model_validate(document.data)
        world.prepare(Simulation("check", Settings(), Library(library)))
    except ValidationError as error:
        mistakes = [place(document, file, found, WorldFile) for found in telling(error)]
    except ApiError as error:
        spelled = {spell_path(path): path for path in (*document.keys, *document.values)}
        mistakes = [_translate(document, file, problem, spelled) for problem in error.problems]
    else:
        return world
    raise ScenarioError(*in_order(mistakes))


def _translate(
    document: Document, file: str, problem: Problem, spelled: Mapping[str, Path]
) -> Mistake:
    """The place in the file of a problem whose field is spelled as the API spells it."""
    field = problem.field or ""
    known = field
    while known and known not in spelled:
        known = known[: max(known.rfind("."), known.rfind("["), 0)]
    message = _PLACE.sub("", problem.message)  # the mistake names the place itself
    return Mistake(file, *document.position(spelled.get(known, ())), field, message)
