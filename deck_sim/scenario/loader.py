"""Reading scenario files. All that is wrong with a file is found in one go, each with its place."""

from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from deck_sim.complaints import complaint, spell_path
from deck_sim.errors import listed, nearest, quote
from deck_sim.scenario.checks import check_expressions, check_orders
from deck_sim.scenario.kinds import KINDS
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.step import words
from deck_sim.scenario.yaml_reader import MAX_BYTES, Document, Path, YamlError, read_yaml

MOST_MISTAKES = 100  # that are told of one file


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a scenario; `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}:{self.column}: {place}{self.message}"


class ScenarioError(Exception):
    """A scenario that cannot be used, and all that is wrong with it."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


def load_scenario(file: FilePath) -> Scenario:
    """Read a scenario file.

    Raises:
        ScenarioError: with every mistake in the file.

    """
    try:
        with file.open("rb") as opened:
            source = opened.read(MAX_BYTES + 1)  # one too many is enough to be refused
    except OSError as error:
        reason = error.strerror or str(error)
        raise ScenarioError(Mistake(str(file), 1, 1, "", f"cannot be read: {reason}")) from None
    return read_scenario(source, str(file))


def read_scenario(source: bytes | str, file: str = "<text>") -> Scenario:
    """Read a scenario from YAML text; `file` is what errors call it.

    Raises:
        ScenarioError: with every mistake in the text.

    """
    try:
        document = read_yaml(source)
    except YamlError as error:
        raise ScenarioError(Mistake(file, error.line, error.column, "", error.message)) from None
    return _check(document, file)


def name_taken(scenario: Scenario, file: FilePath, other: FilePath) -> Mistake:
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
    mistakes = [Mistake(file, e.line, e.column, "", e.message) for e in document.mistakes]
    try:
        scenario = Scenario.model_validate(document.data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        mistakes += [_place(document, file, details) for details in found[:MOST_MISTAKES]]
    else:
        checked = chain(check_orders(scenario), check_expressions(document.data))
        mistakes += [
            Mistake(file, *document.position(path), spell_path(path), message)
            for path, message in islice(checked, MOST_MISTAKES)
        ]
    if mistakes:
        raise ScenarioError(*sorted(mistakes, key=lambda m: (m.line, m.column)))
    scenario._source.update(document.data)
    return scenario


def _place(document: Document, file: str, error: ErrorDetails) -> Mistake:
    kind, path = error["type"], _written(document.data, error["loc"])
    if kind == "union_tag_invalid":
        message = _unknown_step(error["ctx"]["tag"], path)
    else:
        message = complaint(error, Scenario)
    of_key = kind in ("extra_forbidden", "union_tag_invalid")
    position = document.position(path, of_key=of_key)
    if kind == "missing":
        message = f"`{error['loc'][-1]}` {message}"
    return Mistake(
        file, *position, spell_path(path[:-1] if kind == "extra_forbidden" else path), message
    )


def _written(data: Any, loc: Path) -> Path:
    """The path in the document. pydantic's runs through what is left out where it is written the
    short way, as `errors` and `0` in `failed: source/source_error`.
    """
    path: list[int | str] = []
    for part in loc:
        inside = dict(enumerate(data)) if isinstance(data, list) else data
        if isinstance(inside, dict) and part in inside:
            path.append(part)
            data = inside[part]
    return tuple(path)


def _unknown_step(word: str, path: Path) -> str:
    kind = next(part for part in path if part in KINDS)
    allowed = words(str(kind))
    return (
        f"unknown status {quote(word)}{nearest(word, allowed)};"
        f" a {kind} script takes {listed(allowed)}"
    )


def position_in(source: bytes | str, *path: int | str) -> tuple[int, int]:
    """Where something stands in a text that could be read; in a mapping, where its key does."""
    of_key = isinstance(path[-1], str) and len(path) > 1
    return read_yaml(source).position(path, of_key=of_key)
