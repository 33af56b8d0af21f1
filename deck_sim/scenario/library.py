"""Libraries of scenarios: shipped, in a user's folder, or added to one world."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deck_sim.base.errors import for_python, listed, nearest, quote
from deck_sim.contract.error_catalog import refuse

if TYPE_CHECKING:
    from deck_sim.scenario import loader
    from deck_sim.scenario.model import Scenario
    from deck_sim.scenario.yaml_files import YamlPath

    # Called with the error of each edit that cannot be read, and with None after the edit that
    # repairs it.
    ReportReload = Callable[[loader.ScenarioError | None], None]

_PACKAGE = Path(__file__).parent.parent
# The folder is `library` in an installed package, and `scenarios` at the top of a checkout.
SHIPPED = next(f for f in (_PACKAGE / "library", _PACKAGE.parent / "scenarios") if f.is_dir())

UNREAD = "is not read: scenarios are *.yaml and *.yml files directly in the folder"
_SUFFIXES = (".yaml", ".yml", ".json")
_FEW = 10  # names that a message may list
_FOLDER = "yours must be directly in the folder of --scenarios"
_IN_PYTEST = ", in pytest of --deck-scenarios or the ini value `deck_scenarios`"


class Library:
    """Scenarios by name, which hide scenarios of the same name in the library `below`."""

    __slots__ = ("_below", "_folder", "_scenarios")

    def __init__(self, below: Library | None = None, folder: Path | None = None) -> None:
        self._below, self._folder = below, folder
        self._scenarios: dict[str, Scenario] = {}

    def _current(self) -> dict[str, Scenario]:
        return self._scenarios

    def names(self) -> list[str]:
        return sorted({*self._current(), *(self._below.names() if self._below else ())})

    def get(self, name: str, field: str = "scenario") -> Scenario:
        """Return a scenario. Raises `ApiError` (`input_invalid`, with `field`) if it is unknown."""
        scenario = self.find(name)
        if scenario is None:
            text = f"names an unknown scenario: {quote(name)}{self.instead(name)}"
            raise refuse("request/input_invalid", text, field=field, place=f"`{field}` ")
        return scenario

    def find(self, name: str) -> Scenario | None:
        return self._current().get(name) or (self._below.find(name) if self._below else None)

    def added(self) -> list[Scenario]:
        """Return every scenario that does not ship with deck-sim, including those of `below`."""
        below = self._below.added() if self._below else []
        return [*({scenario.name: scenario for scenario in below} | self._current()).values()]

    def emitted(self) -> Iterator[str]:
        """Yield the types of the `event` steps of added scenarios; `*` stands for an expression."""
        from deck_sim.scenario.model import written_steps

        steps: Iterable[Any] = (
            step for scenario in self.added() for _, _, step in written_steps(scenario)
        )
        return (re.sub("{{.*?}}", "*", step.type) for step in steps if step.word == "event")

    def own(self) -> list[Scenario]:
        """Return the scenarios of this library alone; playlists and mixes come last."""
        return sorted(self._current().values(), key=lambda scenario: bool(scenario.entries))

    def add(self, scenario: Scenario) -> None:
        self._scenarios[scenario.name] = scenario

    def remove(self, name: str) -> bool:
        return self._scenarios.pop(name, None) is not None

    def instead(self, name: str) -> str:
        """Return how a message about an unknown name ends: its file that is not read, near names,
        all, or how to list them.
        """
        if file := self._find_unread(name):
            return f"; {file} {UNREAD}"
        names = self.names()
        near = nearest(name, names)
        if near or len(names) <= _FEW:
            return near or f"; known: {listed(names)}"
        return f"; `deck-sim scenarios` lists the shipped; {_FOLDER}{for_python(_IN_PYTEST)}"

    def _find_unread(self, name: str) -> Path | None:
        if self._folder is None or not name.isidentifier():
            return self._below._find_unread(name) if self._below else None
        files = {*self._folder.rglob(f"{name}.*")} - {*scenario_files(self._folder)}
        return min((file for file in files if file.suffix in _SUFFIXES), default=None)


class _Shipped(Library):
    """The shipped scenarios. A file is read when its name is first used."""

    @cached_property
    def _names(self) -> list[str]:
        return sorted(file.stem for file in SHIPPED.glob("*.yaml"))

    def names(self) -> list[str]:
        return [*self._names]

    def added(self) -> list[Scenario]:
        return []

    def find(self, name: str) -> Scenario | None:
        if name not in self._scenarios and name in self._names:
            from deck_sim.scenario.loader import read_scenario

            self.add(read_scenario(SHIPPED / f"{name}.yaml", name))
        return self._scenarios.get(name)


@cache
def shipped() -> Library:
    """Return the library of shipped scenarios. All worlds share it, so nothing is added to it."""
    return _Shipped()


class WatchedFolder(Library):
    """The library of a user's folder, which is read again after an edit. While its files have
    mistakes, the last good version stays in use. `report` is called after each edit with mistakes,
    and after their repair.
    """

    def __init__(self, folder: Path, report: ReportReload) -> None:
        super().__init__(shipped(), folder)
        self._folder: Path = folder
        self._report = report
        self._scenarios = read_folder(folder)._scenarios
        self._files, self._is_broken = self._look(), False

    def _current(self) -> dict[str, Scenario]:
        from deck_sim.scenario.loader import ScenarioError

        if (files := self._look()) == self._files:
            return self._scenarios
        self._files = files
        try:
            self._scenarios = read_folder(self._folder)._scenarios
        except ScenarioError as error:
            self._report(error)
            self._is_broken = True
        else:
            if self._is_broken:
                self._report(None)
            self._is_broken = False
        return self._scenarios

    def _look(self) -> list[tuple[str, int, int]]:
        files = ((file.name, file.stat()) for file in scenario_files(self._folder))
        return [(name, stat.st_mtime_ns, stat.st_size) for name, stat in files]


def scenario_files(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])


def unread_files(folder: Path) -> list[Path]:
    """Return the files that look like scenarios and are not read: one level down, or JSON."""
    files = [*folder.glob("*/*.y*ml"), *folder.glob("*.json")]
    # `init` writes a scenario.schema.json, and a name has no dot.
    return sorted(file for file in files if len(file.suffixes) == 1)


def read_folder(folder: Path | None) -> Library:
    """Return the shipped scenarios and those of a user's folder, if given, which replace those of
    the same name. Raises `ScenarioError`.
    """
    from deck_sim.scenario.loader import Mistake, ScenarioError

    if folder is None:
        return shipped()
    if not folder.is_dir():
        text = f"this is a file; give its folder, '{folder.parent}'"
        text = text if folder.exists() else "no such folder"
        raise ScenarioError(Mistake(str(folder), 1, 1, "", text))
    library, mistakes = read_files(scenario_files(folder), shipped())
    if mistakes:
        raise ScenarioError(*mistakes)
    library._folder = folder
    return library


def read_files(files: Iterable[Path], below: Library) -> tuple[Library, list[loader.Mistake]]:
    """Return a library of the scenario files without mistakes of their own, and the mistakes of all
    files. The entries of playlists and mixes are checked only if no file has a mistake of its own.
    """
    from deck_sim.scenario import loader

    library, read, broken = Library(below), dict[str, loader.Mistakes](), list[loader.Mistake]()
    for file in files:
        try:
            document = loader.parse(file, f"{file}")
            scenario = loader.make_scenario(document, f"{file}")
            mistakes = loader.Mistakes(f"{file}", document)
            if scenario.name in read:
                text = f"the name {scenario.name!r} is already used in {read[scenario.name].file}"
                mistakes.add(("name",), f"{text}; rename one of the two")
            elif scenario.name != file.stem:
                text = f"{scenario.name!r} is not the name of the file; give both the same name"
                mistakes.add(("name",), text)
            mistakes.report()
        except loader.ScenarioError as error:
            broken += error.mistakes
        else:
            read[scenario.name] = mistakes
            library.add(scenario)
    if not broken:
        for name, mistakes in read.items():
            check_entries(library.get(name), library, mistakes)
            broken += mistakes.collected
    return library, broken


def check_entries(scenario: Scenario, library: Library, mistakes: loader.Mistakes) -> None:
    """Add the entries of a playlist or mix that are unknown, or are one themselves."""
    for index, name in enumerate(scenario.entries):
        place: YamlPath = ("playlist", index) if scenario.playlist else ("mix", name)
        entry, of_key = library.find(name), not scenario.playlist
        if entry is None:
            text = f"unknown scenario {quote(name)}{library.instead(name)}"
            mistakes.add(place, text, of_key=of_key)
        elif entry.entries:
            text = f"{quote(name)} is itself a playlist or mix; name its entries instead"
            mistakes.add(place, text, of_key=of_key)
