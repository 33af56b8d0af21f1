"""Where scenarios come from: those that ship, a user's folder, and those given to one world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.contract.error_catalog import refuse

if TYPE_CHECKING:
    from deck_sim.scenario import loader
    from deck_sim.scenario.model import Scenario
    from deck_sim.scenario.yaml.document import Path as Place

    # Told of each change that cannot be read, and with None of the one that mends it.
    Report = Callable[[loader.ScenarioError | None], None]

_PACKAGE = Path(__file__).parent.parent
# Inside the package once installed; beside it in a checkout, where people look for it.
SHIPPED = next(f for f in (_PACKAGE / "library", _PACKAGE.parent / "scenarios") if f.is_dir())


FEW = 10  # scenarios, which a message may list
_ALIKE = 5  # of more than a few, those that it may name
_WHERE = "`deck-sim scenarios` lists them, and with `--scenarios DIR` those of a folder, too"


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
            text = f"`{field}` names no scenario: {quote(name)}{self.instead(name)}"
            raise refuse("request/input_invalid", text, field=field)
        return found

    def find(self, name: str) -> Scenario | None:
        """The scenario called `name`, if there is one."""
        return self._own.get(name) or (self._below.find(name) if self._below else None)

    def with_when(self) -> list[Scenario]:
        """The scenarios that have a `when:`, by name; none of those that ship has."""
        below = self._below.with_when() if self._below else []
        known = {scenario.name: scenario for scenario in below} | self._own
        return [known[name] for name in sorted(known) if known[name].when]

    def added(self) -> list[Scenario]:
        """Every scenario that does not ship, those underneath included."""
        below = self._below.added() if self._below else []
        return [*({scenario.name: scenario for scenario in below} | self._own).values()]

    def own(self) -> list[Scenario]:
        """Those that were added here; playlists and mixes come after what they may name."""
        return sorted(self._own.values(), key=lambda scenario: bool(scenario.entries))

    def add(self, scenario: Scenario) -> None:
        """Add a scenario, or replace the one of that name."""
        self._own[scenario.name] = scenario

    def remove(self, name: str) -> bool:
        """Take out a scenario that was added here; say whether it was."""
        return self._own.pop(name, None) is not None

    def instead(self, name: str) -> str:
        """What to name instead of a scenario that there is not: the nearest spelling; or all of
        them, if they are few; or those that have a word in common, and where to see the others.
        """
        names, words = self.names(), {*name.split("_")}
        near = nearest(name, names)
        if near or len(names) <= FEW:
            return near or f"; there are {listed(names)}"
        alike = [known for known in names if not words.isdisjoint(known.split("_"))][:_ALIKE]
        such = f", such as {listed(alike)}" if alike else ""
        return f"; there are {len(names)}{such}; {_WHERE}"


class _Shipped(Library):
    """The scenarios that ship. A file is read when its name is first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._names = sorted(file.stem for file in SHIPPED.glob("*.yaml"))

    def names(self) -> list[str]:
        return [*self._names]

    def with_when(self) -> list[Scenario]:
        return []

    def added(self) -> list[Scenario]:
        return []

    def find(self, name: str) -> Scenario | None:
        if name not in self._own and name in self._names:
            from deck_sim.scenario import loader

            self.add(loader.load_scenario(SHIPPED / f"{name}.yaml"))
        return self._own.get(name)


@cache
def shipped() -> Library:
    """The scenarios that ship with deck-sim; nothing is ever added to them."""
    return _Shipped()


class WatchedFolder(Library):
    """A user's folder, read again when a file in it has changed.

    A change that cannot be read is reported once, and the last good version stays; so is the change
    that mends it.
    """

    def __init__(self, folder: Path, below: Library, report: Report) -> None:
        super().__init__(below)
        self._folder, self._under, self._report = folder, below, report
        self._own = read_folder(folder, below)._own
        self._seen, self._broken = self._look(), False

    def names(self) -> list[str]:
        """Every name, sorted."""
        self._refresh()
        return super().names()

    def find(self, name: str) -> Scenario | None:
        """The scenario called `name`, if there is one."""
        self._refresh()
        return super().find(name)

    def with_when(self) -> list[Scenario]:
        """The scenarios that have a `when:`, by name."""
        self._refresh()
        return super().with_when()

    def _look(self) -> list[tuple[str, int, int]]:
        """What tells that a file was edited: its time and size."""
        found = []
        for file in scenario_files(self._folder):
            with suppress(FileNotFoundError):  # an editor may be just replacing it
                about = file.stat()
                found.append((file.name, about.st_mtime_ns, about.st_size))
        return found

    def _refresh(self) -> None:
        looks = self._look()
        if looks != self._seen:
            self._seen = looks
            self._read()

    def _read(self) -> None:
        from deck_sim.scenario import loader

        try:
            self._own = read_folder(self._folder, self._under)._own
        except loader.ScenarioError as error:
            self._report(error)
            self._broken = True
        else:
            if self._broken:
                self._report(None)
            self._broken = False


def scenario_files(folder: Path) -> list[Path]:
    """The scenario files of a folder, sorted."""
    return sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])


def read_folder(folder: Path, below: Library) -> Library:
    """The scenarios of a user's folder, `*.yaml` and `*.yml`, over those `below`.

    Raises:
        ScenarioError: with every mistake of every file.

    """
    from deck_sim.scenario import loader

    if not folder.is_dir():
        raise loader.ScenarioError(loader.Mistake(str(folder), 1, 1, "", "no such folder"))
    library, mistakes = read_files(scenario_files(folder), below)
    if mistakes:
        raise loader.ScenarioError(*mistakes)
    return library


def read_files(files: Iterable[Path], below: Library) -> tuple[Library, list[loader.Mistake]]:
    """The scenarios of these files, and everything that is wrong with them, in their order. What is
    known of a broken one is in the library, too, so that nobody is blamed for naming it.
    """
    from deck_sim.scenario import loader

    files = [*files]
    library, seen = Library(below), dict[str, Path]()
    mistakes: dict[Path, list[loader.Mistake]] = {}
    for file in files:
        scenario, mistakes[file] = loader.read_partially(loader.load_scenario, file)
        if scenario is None:
            continue
        other = seen.setdefault(scenario.name, file)
        if other is not file:
            mistakes[file].append(loader.duplicate_name(scenario, file, other))
        library.add(scenario)
    for name, file in seen.items():
        faults = entry_problems(library.get(name), library)
        mistakes[file] += loader.place_mistakes(f"{file}", file.read_bytes(), faults)
    return library, [one for found in mistakes.values() for one in loader.sort_mistakes(found)]


def entry_problems(scenario: Scenario, library: Library) -> Iterator[tuple[Place, str]]:
    """What a playlist or mix names that there is not, or that is one itself, and whether another
    names it; each with its place. `library` has the scenario, too.
    """
    for index, entry in enumerate(scenario.entries):
        place: Place = ("playlist", index) if scenario.playlist else ("mix", entry)
        found = library.find(entry)
        if not entry:  # it is no name, which is told by whoever read it
            continue
        if found is None:
            yield place, f"there is no scenario {quote(entry)}{library.instead(entry)}"
        elif found.entries:
            yield place, f"{quote(entry)} is a playlist or mix itself; name what it names"
    names = set(library.names()) - {scenario.name} if scenario.entries else set()
    users = [name for name in sorted(names) if scenario.name in library.get(name).entries]
    if users:
        text = f"`{scenario.name}` is named by {listed(users)}, so it can be no playlist or mix"
        yield ("name",), f"{text} itself"
