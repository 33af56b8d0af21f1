"""Reads scenario files: YAML -> checks -> model. Every mistake of a file is reported at once, with
its place.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.base.validation import Strict, error_message, format_path, show
from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.story import KINDS
from deck_sim.scenario.checks import check_exclusions, check_expressions, check_scripts
from deck_sim.scenario.model import Scenario, is_name
from deck_sim.scenario.steps.step import BRANCHES, step_words
from deck_sim.scenario.yaml.document import Document, Path, YamlError
from deck_sim.scenario.yaml.reader import read_file, read_yaml

Source = TypeVar("Source")
Found = TypeVar("Found")

MOST_MISTAKES = 100  # reported for one file
_SCRIPTS = (*KINDS, *BRANCHES)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file; `line` and `column` count from 1. The last one of a file may stand for
    `untold` more that are not shown.
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
    """A file that cannot be used, with all its mistakes. `rest` has the name and the entries of a
    broken scenario, for files that refer to it.
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
    """Read a scenario from YAML text; `file` is its name in messages.

    Raises:
        ScenarioError: with every mistake in the text.

    """
    return _check(read_document(read_yaml, source, file), file)


def scenario_from_data(data: Any, name: str = "<data>") -> Scenario:
    """Make a scenario from plain data, as JSON gives it. Its mistakes have no position.

    Raises:
        ScenarioError: with every mistake in the data.

    """
    return _check(Document(data), name)


def read_partially(
    read: Callable[..., Scenario], *source: Any
) -> tuple[Scenario | None, list[Mistake]]:
    """Read a scenario; of a broken one, return `ScenarioError.rest` and the mistakes."""
    try:
        return read(*source), []
    except ScenarioError as error:
        return error.rest, [*error.mistakes]


def read_document(read: Callable[[Source], Document], source: Source, file: str) -> Document:
    """Read a source with `read`.

    Raises:
        ScenarioError: with the mistake after which the rest cannot be read.

    """
    try:
        return read(source)
    except YamlError as error:
        raise ScenarioError(Mistake(file, error.line, error.column, "", error.message)) from None


def _check(document: Document, file: str) -> Scenario:
    mistakes = reading_mistakes(document, file)
    data = document.data
    if not mistakes and (not isinstance(data, dict) or not data):
        begin = "start with `version: 1` and `name: …`"
        text = f"must be an object, not {show(data)}" if data else "there is no scenario"
        raise ScenarioError(Mistake(file, 1, 1, "", f"{text}; {begin}"))
    readable, editions = data, tuple[str, ...]()
    try:
        scenario = Scenario.model_validate(data)
        readable = dict(scenario)
    except ValidationError as error:
        mistakes += _bounded(
            file, errors_to_report(error), lambda one: make_mistake(document, file, one, Scenario)
        )
    found = [*check_expressions(data)]
    if isinstance(readable, dict):
        editions, in_scripts = check_scripts(readable)
        found += [*check_exclusions(readable), *in_scripts]
    mistakes += _bounded(file, found, lambda one: _mistake_at(file, document, *one))
    if mistakes:
        raise ScenarioError(*sort_mistakes(mistakes), rest=_rest(readable))
    scenario._source.update(data)
    scenario._editions = editions
    return scenario


def _rest(data: Any) -> Scenario | None:
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


def reading_mistakes(document: Document, file: str) -> list[Mistake]:
    """The mistakes that did not keep the reader from reading on."""
    found = [Mistake(file, e.line, e.column, "", e.message) for e in document.mistakes]
    return [*found, *_more(file, document.untold)]


def place_mistakes(
    file: str, source: bytes | str, found: Iterable[tuple[Path, str]]
) -> list[Mistake]:
    """Mistakes in a text that was read before, given by path and message."""
    found = [*found]
    document = read_yaml(source) if found else Document()
    return _bounded(
        file,
        found,
        lambda one: _mistake_at(
            file, document, *one, of_key=isinstance(one[0][-1], str) and len(one[0]) > 1
        ),
    )


def _mistake_at(
    file: str, document: Document, path: Path, message: str, *, of_key: bool = False
) -> Mistake:
    return Mistake(file, *document.position(path, of_key=of_key), format_path(path), message)


def duplicate_name(scenario: Scenario, file: FilePath, other: FilePath) -> Mistake:
    """The mistake of a scenario whose name is already used in another file."""
    text = f"the name {scenario.name!r} is already used in {other}; rename one of the two"
    return _mistake_at(str(file), read_yaml(file.read_bytes()), ("name",), text)


def sort_mistakes(mistakes: list[Mistake]) -> list[Mistake]:
    """The first mistakes of one file in the order of the file, and how many more there are."""
    placed = [mistake for mistake in mistakes if not mistake.untold]
    placed.sort(key=lambda mistake: (mistake.line, mistake.column))
    untold = sum(mistake.untold for mistake in mistakes) + max(len(placed) - MOST_MISTAKES, 0)
    shown = placed[:MOST_MISTAKES]
    return shown + [more for last in shown[-1:] for more in _more(last.file, untold, last)]


def _bounded(file: str, found: Sequence[Found], make: Callable[[Found], Mistake]) -> list[Mistake]:
    # Messages take time to make, and a file may have many thousand mistakes.
    shown = [make(one) for one in found[:MOST_MISTAKES]]
    return [*shown, *_more(file, len(found) - MOST_MISTAKES)]


def _more(file: str, untold: int, last: Mistake | None = None) -> list[Mistake]:
    if untold <= 0:
        return []
    place = (last.line, last.column) if last else (1, 1)
    noun = "mistakes are" if untold > 1 else "mistake is"
    return [Mistake(file, *place, "", f"{untold} more {noun} not shown; fix these first", untold)]


def errors_to_report(error: ValidationError) -> list[ErrorDetails]:
    """The errors, except required names that are there but misspelt."""
    errors, unknown = error.errors(include_url=False), defaultdict[Path, list[str]](list)
    for one in errors:
        if one["type"] == "extra_forbidden":
            unknown[one["loc"][:-1]].append(str(one["loc"][-1]))

    def is_misspelt(path: Path) -> bool:
        return any(nearest(name, [str(path[-1])]) for name in unknown[path[:-1]])

    return [one for one in errors if one["type"] != "missing" or not is_misspelt(one["loc"])]


def make_mistake(document: Document, file: str, error: ErrorDetails, root: type[Strict]) -> Mistake:
    """The mistake for one of pydantic's errors; `root` is the model of the file."""
    path, kind = document.written(error["loc"]), error["type"]
    position = document.position(path, of_key=kind in ("extra_forbidden", "union_tag_invalid"))
    if kind == "missing":
        path = (*path, error["loc"][-1])
    elif kind == "extra_forbidden":
        path = path[:-1]
    return Mistake(file, *position, format_path(path), _message(error, root))


def _message(error: ErrorDetails, root: type[Strict]) -> str:
    if error["type"] == "union_tag_invalid":
        return _unknown_step(error["ctx"]["tag"], error["loc"])
    text = error_message(error, root)
    if error["type"] == "union_tag_not_found":
        return f"{text}; write a name like `completed`, or a name and its value: `running: 8s`"
    if error["type"] == "dict_type" and error["loc"][-2:-1] == ("accept",):
        return f'{text}; name the field of the interaction, like `{{code: "123456"}}`'
    if error["type"] == "tuple_type" and error["loc"][-1] in _SCRIPTS:
        return f"{text}; start each step with `- `"
    return text


def _unknown_step(word: str, path: Path) -> str:
    kind = str(next(part for part in path if part in KINDS))
    words = step_words(kind)
    allowed = f"allowed in a {kind} script: {listed(words)}"
    for other in KINDS:
        if word in step_words(other):
            return f"`{word}` is a step of a {other} script; {allowed}"
    near = nearest(word, words)
    for status in (s for edition in EDITIONS.values() for s in edition.statuses(kind)):
        if word == status or (not near and nearest(word, [status])):
            return f"`{status}` is the effect of a call, so a script cannot enter it; {allowed}"
    return f"unknown status {quote(word)}{near or f'; {allowed}'}"
