"""Libraries of scenarios: shipped ones, a user's folder, and those added to one world."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.contract.error_catalog import refuse

if TYPE_CHECKING:
    from deck_sim.scenario import loader
    from deck_sim.scenario.model import Scenario
    from deck_sim.scenario.yaml.document import Path as Place

    # Called with the error of each edit that cannot be read, and with None after the edit that
    # repairs it.
    Report = Callable[[loader.ScenarioError | None], None]

_PACKAGE = Path(__file__).parent.parent
# In an installed package `library`; in a checkout, at the top.
SHIPPED = next(f for f in (_PACKAGE / "library", _PACKAGE.parent / "scenarios") if f.is_dir())

_STEM = "[a-z0-9_]{1,250}"  # a file has no longer name, and looking for one would take seconds
_SUFFIXES = (".yaml", ".yml")
_NEAR = ("", "*/", "*/*/")  # where a file that is not configured is looked for
_FEW = 10  # names that a message may list
_ALIKE = 5  # of more names, those that a message may give as examples


class Library:
    """Scenarios by name, over the library `below`. A scenario here hides the one below of the same
    name.
    """

    def __init__(self, below: Library | None = None) -> None:
        self._below = below
        self._own: dict[str, Scenario] = {}
        self._files = frozenset[Path]()  # that were read, without mistakes or with some

    def _current(self) -> dict[str, Scenario]:
        return self._own

    def names(self) -> list[str]:
        """Every name, sorted."""
        return sorted({*self._current(), *(self._below.names() if self._below else ())})

    def get(self, name: str, field: str = "scenario") -> Scenario:
        """The scenario of this name.

        Raises `ApiError` (`input_invalid`) for an unknown name, which stands at `field`.
        """
        found = self.find(name)
        if found is None:
            text = f"`{field}` names an unknown scenario: {quote(name)}{self.instead(name)}"
            raise refuse("request/input_invalid", text, field=field)
        return found

    def find(self, name: str) -> Scenario | None:
        """The scenario of this name, or None."""
        return self._current().get(name) or (self._below.find(name) if self._below else None)

    def added(self) -> list[Scenario]:
        """Every scenario that does not ship, those below included."""
        below = self._below.added() if self._below else []
        return [*({scenario.name: scenario for scenario in below} | self._current()).values()]

    def own(self) -> list[Scenario]:
        """The scenarios of this library alone; playlists and mixes follow their entries."""
        return sorted(self._current().values(), key=lambda scenario: bool(scenario.entries))

    def add(self, scenario: Scenario) -> None:
        """Add a scenario, or replace the one of that name."""
        self._own[scenario.name] = scenario

    def remove(self, name: str) -> bool:
        """Remove a scenario that was added here; return whether it was there."""
        return self._own.pop(name, None) is not None

    def instead(self, name: str) -> str:
        """The end of a message about an unknown name: the file that it may mean, the nearest
        spelling, all names if they are few, or names with a word in common.
        """
        names, words = self.names(), {*name.split("_")}
        stem = re.sub(r"^.*[/\\\\]|\.ya?ml$", "", name)
        if stem != name and stem in names:
            return f"; write the scenario's name, not its file: {stem!r}"
        near = self._find_file(stem) or nearest(name, names)
        if near or len(names) <= _FEW:
            return near or f"; known: {listed(names)}"
        alike = [known for known in names if not words.isdisjoint(known.split("_"))][:_ALIKE]
        such = f"known are {len(names)}, such as {listed(alike)}; " if alike else ""
        return f"; {such}`deck-sim scenarios` lists them (`--scenarios DIR` adds those of a folder)"

    def _find_file(self, stem: str) -> str:
        """Advice about a file of that name in or near the working directory, or an empty string."""
        if not re.fullmatch(_STEM, stem):
            return ""
        near = (file for place in _NEAR for file in Path().glob(f"{place}{stem}.y*ml"))
        file = next((one for one in near if one.suffix in _SUFFIXES and one.is_file()), None)
        if file is None:
            return ""
        text = file.read_text(encoding="utf-8", errors="replace")
        named = re.search(rf"^name: *[\"']?({_STEM})", text, re.MULTILINE)
        if named and named[1] != stem:
            return f"; the scenario in '{file}' has the name {named[1]!r}"
        if self._reads(file.absolute()):
            return f"; its file is broken: `deck-sim check {file}` shows where"
        return (
            f"; '{file}' is in a folder that is not configured. Configure it with"
            f" `pytest --deck-scenarios {file.parent}` (ini `deck_scenarios`),"
            f' `DeckSim(scenarios="{file.parent}")` or `deck-sim --scenarios {file.parent}`'
        )

    def _reads(self, file: Path) -> bool:
        """Whether the file is one of this library, or of one below."""
        return file in self._files or (self._below is not None and self._below._reads(file))


class _Shipped(Library):
    """The shipped scenarios. A file is read when its name is first used."""

    def __init__(self) -> None:
        super().__init__()
        self._names = sorted(file.stem for file in SHIPPED.glob("*.yaml"))

    def names(self) -> list[str]:
        return [*self._names]

    def added(self) -> list[Scenario]:
        return []

    def find(self, name: str) -> Scenario | None:
        if name not in self._own and name in self._names:
            from deck_sim.scenario.loader import load_scenario

            self.add(load_scenario(SHIPPED / f"{name}.yaml"))
        return self._own.get(name)


@cache
def shipped() -> Library:
    """The shipped scenarios; nothing is ever added to them."""
    return _Shipped()


class WatchedFolder(Library):
    """A user's folder that is read again after an edit. After an edit that cannot be read, the last
    good version stays, and `report` is called.
    """

    def __init__(self, folder: Path, below: Library, report: Report) -> None:
        super().__init__(below)
        self._folder, self._report = folder, report
        self._own = read_folder(folder, below)._own
        self._seen, self._is_broken = self._look(), False

    def _current(self) -> dict[str, Scenario]:
        from deck_sim.scenario.loader import ScenarioError

        if (seen := self._look()) == self._seen:
            return self._own
        self._seen = seen
        try:
            self._own = read_folder(self._folder, self._below)._own
        except ScenarioError as error:
            self._report(error)
            self._is_broken = True
        else:
            if self._is_broken:
                self._report(None)
            self._is_broken = False
        return self._own

    def _reads(self, file: Path) -> bool:
        return file.parent == self._folder.absolute() or super()._reads(file)

    def _look(self) -> list[tuple[str, int, int]]:
        found = []
        for file in scenario_files(self._folder):
            try:
                about = file.stat()
            except FileNotFoundError:  # an editor may be replacing it
                continue
            except OSError:  # such as a link to itself; reading it reports the error
                found.append((file.name, 0, 0))
            else:
                found.append((file.name, about.st_mtime_ns, about.st_size))
        return found


def scenario_files(folder: Path) -> list[Path]:
    """The scenario files of a folder, sorted."""
    return sorted(file for suffix in _SUFFIXES for file in folder.glob(f"*{suffix}"))


def explain_file(file: Path) -> str:
    """The advice for a file that is given instead of a folder."""
    return f"this is a file; give the folder that it is in, '{file.parent}'"


def read_folder(folder: Path, below: Library | None) -> Library:
    """Read the scenarios of a user's folder, `*.yaml` and `*.yml`, over those `below`.
    `ScenarioError` has every mistake of every file.
    """
    from deck_sim.scenario.loader import Mistake, ScenarioError

    if not folder.is_dir():
        text = explain_file(folder) if folder.exists() else "no such folder"
        raise ScenarioError(Mistake(str(folder), 1, 1, "", text))
    library, mistakes = read_files(scenario_files(folder), below)
    if mistakes:
        raise ScenarioError(*mistakes)
    return library


def read_files(
    files: Iterable[Path], below: Library | None
) -> tuple[Library, list[loader.Mistake]]:
    """Read scenario files; return their library and every mistake, in the order of the files. A
    broken scenario is in the library too, so that naming it is no mistake.
    """
    from deck_sim.scenario import loader
    from deck_sim.scenario.yaml.reader import read_file

    library, found, first = Library(below), list[loader.Mistakes](), dict[str, loader.Mistakes]()
    files = [*files]
    library._files = frozenset(file.absolute() for file in files)
    for file in files:
        scenario, mistakes = loader.read_partially(read_file, file, f"{file}")
        found.append(mistakes)
        if scenario is None:
            continue
        other = first.setdefault(scenario.name, mistakes)
        if other is not mistakes:
            used = loader.show_file(other.file)
            text = f"the name {scenario.name!r} is already used in {used}"
            mistakes.add(("name",), f"{text}; rename one of the two")
        library.add(scenario)
    for name, mistakes in first.items():
        check_entries(library.get(name), library, mistakes)
    return library, [mistake for mistakes in found for mistake in mistakes.report()]


def _explain_unknown(name: str, library: Library) -> str:
    return f"unknown scenario {quote(name)}{library.instead(name)}"


def check_entries(scenario: Scenario, library: Library, mistakes: loader.Mistakes) -> None:
    """Report entries of a playlist or mix that are unknown, or are themselves a playlist or mix;
    and other lists that name this one. `library` has the scenario too.
    """
    for index, entry in enumerate(scenario.entries):
        place: Place = ("playlist", index) if scenario.playlist else ("mix", entry)
        found, of_key = library.find(entry), not scenario.playlist
        if not entry:  # not a name, which is reported by the reader
            continue
        if found is None:
            mistakes.add(place, partial(_explain_unknown, entry, library), of_key=of_key)
        elif found.entries:
            text = f"{quote(entry)} is itself a playlist or mix; name its entries instead"
            mistakes.add(place, text, of_key=of_key)
    names = set(library.names()) - {scenario.name} if scenario.entries else set()
    users = [name for name in sorted(names) if scenario.name in library.get(name).entries]
    if users:
        text = f"`{scenario.name}` is an entry of {listed(users)}; it cannot be a playlist or mix"
        mistakes.add(("name",), text)
