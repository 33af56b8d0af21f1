"""Reading scenario files. All that is wrong with a file is found in one go, each with its place."""

from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from deck_sim.complaints import complaint, spell_path
from deck_sim.errors import listed, nearest
from deck_sim.scenario.checks import check_expressions, check_orders
from deck_sim.scenario.model import KINDS, Scenario
from deck_sim.scenario.step import words
from deck_sim.scenario.yaml_reader import MAX_BYTES, Document, Path, YamlError, read_yaml


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
    """Read a scenario file, which bears its scenario's name.

    Raises:
        ScenarioError: with every mistake in the file.

    """
    try:
        if file.stat().st_size > MAX_BYTES:
            raise YamlError(f"the file is larger than {MAX_BYTES // 1024} KiB")
        source = file.read_bytes()
    except YamlError as error:
        raise ScenarioError(Mistake(str(file), 1, 1, "", error.message)) from None
    except OSError as error:
        raise ScenarioError(Mistake(str(file), 1, 1, "", f"{error.strerror}")) from None
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


def scenario_from_data(data: Any, name: str = "<data>") -> Scenario:
    """Make a scenario from plain data, as JSON gives it; mistakes have no position in that case.

    Raises:
        ScenarioError: with every mistake in the data.

    """
    return _check(Document(data), name)


def _check(document: Document, file: str) -> Scenario:
    try:
        scenario = Scenario.model_validate(document.data)
    except ValidationError as error:
        found = [_place(document, file, details) for details in error.errors(include_url=False)]
        raise ScenarioError(*sorted(found, key=lambda m: (m.line, m.column))) from None
    mistakes = [
        Mistake(file, *document.position(path), spell_path(path), message)
        for path, message in (*check_orders(scenario), *check_expressions(document.data))
    ]
    if mistakes:
        raise ScenarioError(*mistakes)
    scenario._source.update(document.data)
    return scenario


def _place(document: Document, file: str, error: ErrorDetails) -> Mistake:
    path, of_key = error["loc"], error["type"] in ("extra_forbidden", "union_tag_invalid")
    if error["type"] == "union_tag_invalid":
        message = _unknown_step(error["ctx"]["tag"], path)
    else:
        message = complaint(error, Scenario)
    place = path[:-1] if error["type"] == "extra_forbidden" else path
    return Mistake(file, *document.position(path, of_key=of_key), spell_path(place), message)


def _unknown_step(word: str, path: Path) -> str:
    kind = next(part for part in path if part in KINDS)
    allowed = words(str(kind))
    return (
        f"unknown status {word!r}{nearest(word, allowed)}; a {kind} script takes {listed(allowed)}"
    )


def position_in(file: FilePath, *path: int | str) -> tuple[int, int]:
    """Where something stands in a file that could be read; in a mapping, where its key does."""
    of_key = isinstance(path[-1], str) and len(path) > 1
    return read_yaml(file.read_bytes()).position(path, of_key=of_key)
