"""Where scenarios come from: those that ship, a user's folder, and those given to one world."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from deck_sim.errors import listed, nearest, quote, refuse
from deck_sim.later import Later

if TYPE_CHECKING:
    from deck_sim.scenario import loader
    from deck_sim.scenario.model import Scenario
else:
    loader = Later("deck_sim.scenario.loader")

_PACKAGE = Path(__file__).parent.parent
# Inside the package once installed; beside it in a checkout, where people look for it.
SHIPPED = next(f for f in (_PACKAGE / "library", _PACKAGE.parent / "scenarios") if f.is_dir())


class Library:
    """Scenarios by name. What is added here hides what the library underneath calls the same."""

    def __init__(self, below: Library | None = None) -> None:
        self._below = below
        self._own: dict[str, Scenario] = {}

    def names(self) -> list[str]:
        """Every name, sorted."""
        return sorted({*self._own, *(self._below.names() if self._below else ())})

    def get(self, name: str, field: str = "scenario") -> Scenario:
        """The scenario called `name`; `field` is where the caller wrote that name.

        Raises:
            ApiError: `input_invalid` if there is none.

        """
        found = self.find(name)
        if found is None:
            text = f"`{field}` names no scenario: {quote(name)}{nearest(name, self.names())}"
            raise refuse("request/input_invalid", text + self._instead(name), field=field)
        return found

    def find(self, name: str) -> Scenario | None:
        """The scenario called `name`, if there is one."""
        return self._own.get(name) or (self._below.find(name) if self._below else None)

    def add(self, scenario: Scenario) -> None:
        """Add a scenario, or replace the one of that name."""
        self._own[scenario.name] = scenario

    def remove(self, name: str) -> bool:
        """Take out a scenario that was added here; say whether it was."""
        return self._own.pop(name, None) is not None

    def _instead(self, name: str) -> str:
        return "" if nearest(name, self.names()) else f"; there are {listed(self.names())}"


class _Shipped(Library):
    """The scenarios that ship. A file is read when its name is first asked for."""

    def names(self) -> list[str]:
        return sorted(file.stem for file in SHIPPED.glob("*.yaml"))

    def find(self, name: str) -> Scenario | None:
        if name not in self._own and name in self.names():
            self.add(loader.load_scenario(SHIPPED / f"{name}.yaml"))
        return self._own.get(name)


@cache
def shipped() -> Library:
    """The scenarios that ship with deck-sim; nothing is ever added to them."""
    return _Shipped()


def read_folder(folder: Path, below: Library) -> Library:
    """The scenarios of a user's folder, `*.yaml` and `*.yml`, over those `below`.

    Raises:
        ScenarioError: with every mistake of every file.

    """
    library, mistakes = Library(below), list[loader.Mistake]()
    if not folder.is_dir():
        raise loader.ScenarioError(loader.Mistake(str(folder), 1, 1, "", "no such folder"))
    seen: dict[str, Path] = {}
    for file in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        try:
            scenario = loader.load_scenario(file)
        except loader.ScenarioError as error:
            mistakes += error.mistakes
            continue
        other = seen.setdefault(scenario.name, file)
        if other is not file:
            mistakes.append(loader.name_taken(scenario, file, other))
        library.add(scenario)
    if mistakes:
        raise loader.ScenarioError(*mistakes)
    return library
