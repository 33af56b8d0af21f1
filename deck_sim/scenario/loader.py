"""Reads scenario files in three stages: YAML, model, checks. A stage begins only if the one before
found no mistake. The YAML stage reports its first mistake, the others report all; each has a place.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from deck_sim.base.errors import DeckSimError, format_path, listed, nearest, quote, show
from deck_sim.base.validation import Strict, error_message
from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.scenario import file_checks
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.steps.step import BRANCHES, STEP_CLASSES, step_words
from deck_sim.scenario.yaml_files import Document, YamlError, YamlPath, read_file, read_yaml

_SCRIPTS = (*SCRIPT_KINDS, *BRANCHES, *EDITIONS)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file; `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}:{self.column}: {place}{self.message}"


class ScenarioError(DeckSimError):
    """One or more files that cannot be used, with their mistakes."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class Mistakes:
    """Collects the mistakes in a scenario or world file, with the line and column of each."""

    def __init__(self, file: str, document: Document) -> None:
        self.file, self.document = file, document
        self.collected: list[Mistake] = []

    def add(
        self, place: YamlPath, message: str, *, of_key: bool = False, path: str | None = None
    ) -> None:
        """Add a mistake in the value or key at `place`; messages show `path` instead, if given."""
        position = self.document.position(place, of_key=of_key)
        shown_path = format_path(place) if path is None else path
        self.collected.append(Mistake(self.file, *position, shown_path, message))

    def add_errors(self, error: ValidationError, root: type[Strict]) -> None:
        """Add pydantic's errors in the words of scenario files; `root` is the document's model."""
        for detail in error.errors(include_url=False):
            written, kind, text = detail["loc"], detail["type"], error_message(detail, root)
            path = self.document.written(written)
            if kind == "missing":
                path = (*path, *written[-1:])
            elif kind == "union_tag_invalid":
                word = detail["ctx"]["tag"]
                of = next(f"{part}" for part in written if part in SCRIPT_KINDS)
                words = step_words(of)
                owners = [kind for kind in SCRIPT_KINDS if word in step_words(kind)]
                allowed, near = f"allowed in a {of} script: {listed(words)}", nearest(word, words)
                statuses = [step for step in words if STEP_CLASSES[of, step].is_status]
                noun = "status" if near and near == nearest(word, statuses) else "step"
                text = f"unknown {noun} {quote(word)}{near or f'; {allowed}'}"
                if owners:
                    text = f"`{word}` is a step of a {owners[0]} script; {allowed}"
            elif kind == "union_tag_not_found":
                text += "; write a name like `completed`, or a name and its value: `running: 8s`"
            elif kind == "dict_type" and written[-2:-1] == ("accept",):
                text += '; name the field of the interaction, like `{code: "123456"}`'
            elif kind == "tuple_type" and not {*written[-2:]}.isdisjoint(_SCRIPTS):
                text += "; start each step with `- `"
            of_key = kind in ("extra_forbidden", "union_tag_invalid")
            shown_path = format_path(path[:-1] if kind == "extra_forbidden" else path)
            self.add(path, text, of_key=of_key, path=shown_path)

    @property
    def error(self) -> ScenarioError:
        """The error with all mistakes, in the order of the file."""
        return ScenarioError(
            *sorted(self.collected, key=lambda mistake: (mistake.line, mistake.column))
        )

    def report(self) -> None:
        """Raise a ScenarioError with all mistakes, if there are any."""
        if self.collected:
            raise self.error


def read_scenario(source: bytes | str | Path, file: str = "<text>") -> Scenario:
    """Read a scenario from YAML text or a path; errors name it `file`. Raises ScenarioError."""
    return make_scenario(parse(source, file), file)


def parse(source: bytes | str | Path, file: str) -> Document:
    """Read YAML text or a YAML file; errors name it `file`. Raises ScenarioError."""
    try:
        return read_file(source) if isinstance(source, Path) else read_yaml(source)
    except YamlError as error:
        raise ScenarioError(Mistake(file, error.line, error.column, "", error.message)) from None


def scenario_from_data(data: Any, name: str = "<data>") -> Scenario:
    """Make a scenario from plain data, such as JSON. Mistakes are reported at line 1, column 1."""
    return make_scenario(Document(data), name)


def make_scenario(document: Document, file: str) -> Scenario:
    """Check a document and make its scenario. Raises ScenarioError."""
    mistakes, data = Mistakes(file, document), document.data
    if not data or not isinstance(data, dict):
        text = f"a scenario must be an object, not {show(data)}" if data else "there is no scenario"
        mistakes.add((), f"{text}; start with `version: 1` and `name: …`")
        raise mistakes.error
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        mistakes.add_errors(error, Scenario)
        raise mistakes.error from None
    editions, why, in_scripts = file_checks.check_scripts(scenario)
    outside = [*file_checks.check_expressions(data), *file_checks.check_exclusions(scenario)]
    for place, message in (*outside, *in_scripts, *file_checks.check_faults(scenario, editions)):
        mistakes.add(place, message)
    mistakes.report()
    scenario._source.update(data)
    scenario._text = document.text
    scenario._editions, scenario._why_editions = editions, why
    return scenario
