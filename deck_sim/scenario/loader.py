"""Reading scenario files. All that is wrong with a file is found in one go, each with its place."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.base.validation import complaint, show, spell_path
from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.story import KINDS
from deck_sim.scenario.checks import check_expressions, check_orders, check_ways
from deck_sim.scenario.fields import Strict
from deck_sim.scenario.model import Scenario, is_name
from deck_sim.scenario.partial_steps import BRANCHES
from deck_sim.scenario.steps.step import words
from deck_sim.scenario.yaml.document import Document, Path, YamlError
from deck_sim.scenario.yaml.reader import read_file, read_yaml

Source = TypeVar("Source")

MOST_MISTAKES = 100  # that are told of one file


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a scenario; `line` and `column` count from 1. The last of many
    may stand for so many more (`untold`) that have no places.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    untold: int = 0

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}:{self.column}: {place}{self.message}"


class ScenarioError(Exception):
    """A scenario that cannot be used, and all that is wrong with it. `rest` is what else of it
    others may ask for: its name, and what it names.
    """

    def __init__(self, *mistakes: Mistake, rest: Scenario | None = None) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes, self.rest = mistakes, rest


def load_scenario(file: FilePath) -> Scenario:
    """Read a scenario file.

    Raises:
        ScenarioError: with every mistake in the file.

    """
    return _check(read_document(read_file, file, f"{file}"), f"{file}")


def read_scenario(source: bytes | str, file: str = "<text>") -> Scenario:
    """Read a scenario from YAML text; `file` is what errors call it.

    Raises:
        ScenarioError: with every mistake in the text.

    """
    return _check(read_document(read_yaml, source, file), file)


def read_document(read: Callable[[Source], Document], source: Source, file: str) -> Document:
    """What `read` makes of a source.

    Raises:
        ScenarioError: with the mistake behind which nothing can be understood.

    """
    try:
        return read(source)
    except YamlError as error:
        raise ScenarioError(Mistake(file, error.line, error.column, "", error.message)) from None


def duplicate_name(scenario: Scenario, file: FilePath, other: FilePath) -> Mistake:
    """What is wrong with a scenario whose name another file has, too."""
    line, column = read_yaml(file.read_bytes()).position(("name",))
    text = f"{scenario.name!r} is the name of {other} too; each scenario has its own"
    return Mistake(str(file), line, column, "name", text)


def scenario_from_data(data: Any, name: str = "<data>") -> Scenario:
    """Make a scenario from plain data, as JSON gives it; mistakes have no position in that case.

    Raises:
        ScenarioError: with every mistake in the data.

    """
    return _check(Document(data), name)


def _check(document: Document, file: str) -> Scenario:
    """The scenario in a document."""
    mistakes = mistakes_of(document, file)
    if not mistakes and (not isinstance(document.data, dict) or not document.data):
        raise ScenarioError(Mistake(file, 1, 1, "", _no_scenario(document.data)))
    readable = document.data
    try:
        scenario = Scenario.model_validate(document.data)
        readable = dict(scenario)
    except ValidationError as error:
        told = errors_to_report(error)
        mistakes += (make_mistake(document, file, one, Scenario) for one in told[:MOST_MISTAKES])
        mistakes += _more(file, len(told) - MOST_MISTAKES)
    found = [*check_expressions(document.data)]
    if isinstance(readable, dict):
        editions, faults = check_orders(readable)
        found += [*check_ways(readable), *faults]
    mistakes += [
        Mistake(file, *document.position(path), spell_path(path), message)
        for path, message in found[:MOST_MISTAKES]
    ]
    mistakes += _more(file, len(found) - MOST_MISTAKES)
    if mistakes:
        raise ScenarioError(*sort_mistakes(mistakes), rest=_rest(readable))
    scenario._source.update(document.data)
    scenario._editions = editions
    return scenario


def read_partially(
    read: Callable[..., Scenario], *source: Any
) -> tuple[Scenario | None, list[Mistake]]:
    """A scenario, or what else of a broken one others may ask for; and what is wrong with it."""
    try:
        return read(*source), []
    except ScenarioError as error:
        return error.rest, [*error.mistakes]


def _rest(data: Any) -> Scenario | None:
    """A scenario of the name and the entries that a broken one has; its steps are not known. An
    entry that is no name is empty.
    """
    found = data if isinstance(data, dict) else {}
    name, playlist, mix = (found.get(key) for key in ("name", "playlist", "mix"))
    if not isinstance(name, str):
        return None
    entries = playlist if isinstance(playlist, list | tuple) else ()
    return Scenario.model_construct(
        version=1,
        name=name,
        playlist=tuple(entry if is_name(entry) else "" for entry in entries),
        mix={entry: 1 for entry in mix if is_name(entry)} if isinstance(mix, dict) else None,
    )


def mistakes_of(document: Document, file: str) -> list[Mistake]:
    """What the reader found wrong with a file, although it could read on."""
    found = [Mistake(file, e.line, e.column, "", e.message) for e in document.mistakes]
    return [*found, *_more(file, document.untold)]


def sort_mistakes(mistakes: list[Mistake]) -> list[Mistake]:
    """The mistakes of one file in the order in which they stand in it; of many the first, and how
    many more there are.
    """
    placed = [mistake for mistake in mistakes if not mistake.untold]
    placed.sort(key=lambda mistake: (mistake.line, mistake.column))
    untold = sum(mistake.untold for mistake in mistakes) + max(len(placed) - MOST_MISTAKES, 0)
    told = placed[:MOST_MISTAKES]
    return told + [more for last in told[-1:] for more in _more(last.file, untold, last)]


def _more(file: str, untold: int, last: Mistake | None = None) -> Iterator[Mistake]:
    """What stands for mistakes that are not told, if there are any, behind the last that is."""
    if untold > 0:
        place = (last.line, last.column) if last else (1, 1)
        noun = "mistakes are" if untold > 1 else "mistake is"
        yield Mistake(file, *place, "", f"{untold} more {noun} not told; mend these first", untold)


def _no_scenario(data: Any) -> str:
    found = f"not {show(data)}" if data else "and there is nothing here"
    return f"a scenario is made of keys, the first `version: 1` and `name: …`, {found}"


def errors_to_report(error: ValidationError) -> list[ErrorDetails]:
    """Its errors, without the names that are missing because they are misspelt."""
    errors, unknown = error.errors(include_url=False), defaultdict[Path, list[str]](list)
    for one in errors:
        if one["type"] == "extra_forbidden":
            unknown[one["loc"][:-1]].append(str(one["loc"][-1]))

    def is_misspelt(path: Path) -> bool:
        return any(nearest(name, [str(path[-1])]) for name in unknown[path[:-1]])

    return [one for one in errors if one["type"] != "missing" or not is_misspelt(one["loc"])]


def make_mistake(document: Document, file: str, error: ErrorDetails, root: type[Strict]) -> Mistake:
    """One of pydantic's errors as a mistake: where it stands in the file, and what is wrong."""
    path, kind = document.written(error["loc"]), error["type"]
    position = document.position(path, of_key=kind in ("extra_forbidden", "union_tag_invalid"))
    if kind == "missing":
        path = (*path, error["loc"][-1])
    elif kind == "extra_forbidden":
        path = path[:-1]
    return Mistake(file, *position, spell_path(path), _say(error, root))


def _say(error: ErrorDetails, root: type[Strict]) -> str:
    if error["type"] == "union_tag_invalid":
        return _unknown_step(error["ctx"]["tag"], error["loc"])
    text = complaint(error, root)
    if error["type"] == "union_tag_not_found":
        return f"{text}; a step is a word like `completed`, or a word and its value, `running: 8s`"
    if error["type"] == "dict_type" and error["loc"][-2:-1] == ("accept",):
        return f'{text}; name the field that is asked for, like `{{code: "123456"}}`'
    if error["type"] == "tuple_type" and error["loc"][-1] in _SCRIPTS:
        return f"{text}; begin each step with `- `"
    return text


_SCRIPTS = (*KINDS, *BRANCHES)


def _unknown_step(word: str, path: Path) -> str:
    kind = str(next(part for part in path if part in KINDS))
    allowed = words(kind)
    takes = f"a {kind} script takes {listed(allowed)}"
    for other in KINDS:
        if word in words(other):
            return f"`{word}` belongs in a {other} script; {takes}"
    near = nearest(word, allowed)
    for status in (s for edition in EDITIONS.values() for s in edition.statuses(kind)):
        if word == status or (not near and nearest(word, [status])):
            return f"`{status}` is what a caller does, and never a script; {takes}"
    return f"unknown status {quote(word)}{near}; {takes}"


def place_mistakes(
    file: str, source: bytes | str, faults: Iterable[tuple[Path, str]]
) -> list[Mistake]:
    """What else is wrong with a text that could be read, in its place; in a mapping, where the key
    stands.
    """
    found = list(faults)
    document = read_yaml(source) if found else Document()
    placed = [
        Mistake(file, *_position(document, path), spell_path(path), message)
        for path, message in found[:MOST_MISTAKES]
    ]
    return [*placed, *_more(file, len(found) - MOST_MISTAKES)]


def _position(document: Document, path: Path) -> tuple[int, int]:
    return document.position(path, of_key=isinstance(path[-1], str) and len(path) > 1)
