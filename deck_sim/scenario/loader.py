"""Reads scenario files: YAML -> checks -> model. Every mistake of a file is reported at once, with
its place.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from operator import itemgetter
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from deck_sim.base.errors import counted, listed, nearest, quote
from deck_sim.base.limits import MOST_PROBLEMS
from deck_sim.base.validation import Strict, error_message, format_path, show
from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.story import KINDS
from deck_sim.scenario.checks import check_exclusions, check_expressions, check_faults
from deck_sim.scenario.model import Scenario, is_name
from deck_sim.scenario.script_checks import check_scripts
from deck_sim.scenario.steps.step import BRANCHES, REGISTRY, status_steps, step_words
from deck_sim.scenario.yaml.document import Document, Path, YamlError
from deck_sim.scenario.yaml.reader import read_file, read_yaml

Source = TypeVar("Source")

_SCRIPTS = (*KINDS, *BRANCHES, *EDITIONS)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file; `line` and `column` count from 1. The last one of a file may stand for
    `omitted` more that are not shown.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    omitted: int = 0

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{show_file(self.file)}:{self.line}:{self.column}: {place}{self.message}"


def show_file(file: str) -> str:
    """The path of a file in one line: in quotes if it has a line break or the like."""
    return file if file.isprintable() else repr(file)


class ScenarioError(Exception):
    """A file that cannot be used, with its mistakes."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class Mistakes:
    """Collects the mistakes in a document. Messages take time to make, and a file may have many
    thousand mistakes, so they are made only for those that are reported.
    """

    def __init__(self, file: str, document: Document) -> None:
        self.file, self.document = file, document
        self._found: list[tuple[tuple[int, int], str, Callable[[], str]]] = [
            ((error.line, error.column), "", partial(str, error)) for error in document.mistakes
        ]

    def __len__(self) -> int:
        return len(self._found)

    @property
    def paths(self) -> list[str]:
        """The paths of the mistakes."""
        return [path for _, path, _ in self._found]

    def add(
        self,
        place: Path,
        message: str | Callable[[], str],
        *,
        of_key: bool = False,
        path: str = "",
    ) -> None:
        """Add a mistake in the value, or key, at `place`; `path` is what to show for it."""
        position = self.document.position(place, of_key=of_key)
        make = (lambda: message) if isinstance(message, str) else message
        self._found.append((position, path or format_path(place), make))

    def add_errors(self, error: ValidationError, root: type[Strict]) -> None:
        """Add pydantic's errors, except about required names that are there but misspelt."""
        errors, unknown = error.errors(include_url=False), defaultdict[Path, list[str]](list)
        for one in errors:
            if one["type"] == "extra_forbidden":
                unknown[one["loc"][:-1]].append(str(one["loc"][-1]))
        for one in errors:
            path, kind, name = self.document.written(one["loc"]), one["type"], one["loc"][-1:]
            if kind == "missing":
                path = (*path, *name)
                if any(nearest(word, map(str, name)) for word in unknown[one["loc"][:-1]]):
                    continue
            of_key = kind in ("extra_forbidden", "union_tag_invalid")
            position = self.document.position(path, of_key=of_key)
            shown = format_path(path[:-1] if kind == "extra_forbidden" else path)
            self._found.append((position, shown, partial(_message, one, root)))

    def report(self) -> list[Mistake]:
        """The first mistakes in the order of the file, and how many more there are."""
        found = sorted(self._found, key=itemgetter(0))
        shown = [
            Mistake(self.file, *position, path, message())
            for position, path, message in found[:MOST_PROBLEMS]
        ]
        omitted = len(found) - MOST_PROBLEMS
        if omitted > 0:
            verb = "is" if omitted == 1 else "are"
            text = f"{counted(omitted, 'more mistake')} {verb} not shown; fix these first"
            shown.append(Mistake(self.file, shown[-1].line, shown[-1].column, "", text, omitted))
        return shown


def load_scenario(file: FilePath) -> Scenario:
    """Read a scenario file. `ScenarioError` has every mistake in it."""
    return _whole(read_partially(read_file, file, f"{file}"))


def read_scenario(source: bytes | str, file: str = "<text>") -> Scenario:
    """Read a scenario from YAML text as `load_scenario` does; `file` is its name in messages."""
    return _whole(read_partially(read_yaml, source, file))


def scenario_from_data(data: Any, name: str = "<data>") -> Scenario:
    """Make a scenario from plain data, as JSON gives it. Its mistakes have no position."""
    return _whole(read_partially(Document, data, name))


def _whole(found: tuple[Scenario | None, Mistakes]) -> Scenario:
    scenario, mistakes = found
    if scenario is None or mistakes:
        raise ScenarioError(*mistakes.report())
    return scenario


def read_partially(
    read: Callable[[Source], Document], source: Source, file: str
) -> tuple[Scenario | None, Mistakes]:
    """Read a scenario and its mistakes. A broken scenario has only its name and its entries, for
    files that refer to it.
    """
    try:
        document = read(source)
    except YamlError as error:
        return None, Mistakes(file, Document(mistakes=[error]))
    mistakes, data = Mistakes(file, document), document.data
    if not data or not isinstance(data, dict):
        if data or not mistakes:
            text = f"must be an object, not {show(data)}" if data else "there is no scenario"
            mistakes.add((), f"{text}; start with `version: 1` and `name: …`")
        return None, mistakes
    scenario, readable = None, data
    try:
        scenario = Scenario.model_validate(data)
        readable = dict(scenario)
    except ValidationError as error:
        mistakes.add_errors(error, Scenario)
    editions, why, in_scripts = check_scripts(readable)
    for found in chain(
        check_expressions(data),
        check_exclusions(readable),
        in_scripts,
        check_faults(data, editions),
    ):
        mistakes.add(*found)
    if scenario is None or mistakes:
        return _rest(readable), mistakes
    scenario._source.update(data)
    scenario._source.text = document.text
    scenario._editions, scenario._why_editions = editions, why
    return scenario, mistakes


def _rest(data: dict[str, Any]) -> Scenario | None:
    name, playlist, mix = (data.get(key) for key in ("name", "playlist", "mix"))
    if not isinstance(name, str):
        return None
    entries = playlist if isinstance(playlist, list | tuple) else ()
    return Scenario.model_construct(
        version=1,
        name=name,
        playlist=tuple(entry if is_name(entry) else "" for entry in entries),
        mix={entry: 1 for entry in mix if is_name(entry)} if isinstance(mix, dict) else None,
    )


def _message(error: ErrorDetails, root: type[Strict]) -> str:
    if error["type"] == "union_tag_invalid":
        return _unknown_step(error["ctx"]["tag"], error["loc"])
    text = error_message(error, root)
    if error["type"] == "union_tag_not_found":
        return f"{text}; write a name like `completed`, or a name and its value: `running: 8s`"
    if error["type"] == "dict_type" and error["loc"][-2:-1] == ("accept",):
        return f'{text}; name the field of the interaction, like `{{code: "123456"}}`'
    if error["type"] == "tuple_type" and not {*error["loc"][-2:]}.isdisjoint(_SCRIPTS):
        return f"{text}; start each step with `- `"
    return text


def _unknown_step(word: str, path: Path) -> str:
    kind = str(next(part for part in path if part in KINDS))
    words = step_words(kind)
    allowed = f"allowed in a {kind} script: {listed(words)}"
    for other in KINDS:
        if word in step_words(other):
            return f"`{word}` is a step of a {other} script; {allowed}"
    for edition in (edition for edition in EDITIONS.values() if kind in edition.kinds):
        if step := status_steps(kind, edition.machine(kind)).get(word):
            return f"`{word}` comes with the step `{step.word}`; write `{step.word}`"
    near = nearest(word, words)
    for status in (s for edition in EDITIONS.values() for s in edition.statuses(kind)):
        if word == status or (not near and nearest(word, [status])):
            return f"`{status}` is the effect of a call, so a script cannot enter it; {allowed}"
    statuses = [step for step in words if REGISTRY[kind, step].is_status]
    noun = "status" if near and near == nearest(word, statuses) else "step"
    return f"unknown {noun} {quote(word)}{near or f'; {allowed}'}"
