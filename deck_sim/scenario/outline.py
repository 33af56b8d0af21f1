"""A scenario as readers see it: its steps with their branches and details, and their lines."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from deck_sim.base.durations import Span
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.statuses import Machine
from deck_sim.engine.story import KINDS, Path
from deck_sim.scenario.model import Scenario, written_steps
from deck_sim.scenario.steps.step import Step
from deck_sim.scenario.yaml.reader import read_yaml


def outline(scenario: Scenario, edition: str) -> dict[str, Any]:
    """The scripts that a scenario plays in the edition, or in the first that can play it, by kind
    of resource, and the entries of a playlist or mix. `scripts` names those that are in the file.
    """
    name = edition if scenario.is_for(edition) else scenario.editions[0]
    rules = EDITIONS[name]
    steps = dict[str, Any]()
    for kind in (kind for kind in KINDS if kind in rules.kinds):
        if kind != "task_run" or not scenario.entries:
            script = scenario.script(kind, name)
            path = (kind, *script.head)
            steps[kind] = [*_outline_steps(script.steps, path, rules.machine(kind))]
    return {
        "scripts": [kind for kind in KINDS if scenario.defines(kind, edition)],
        "steps": steps,
        "entries": [*scenario.entries],
    }


def _outline_steps(
    steps: tuple[Any, ...], path: Path, machine: Machine
) -> Iterator[dict[str, Any]]:
    for index, step in enumerate(steps):
        here, span = (*path, index), getattr(step, "length", None)
        details = describe_step(step).items()
        yield {
            "path": [*here],
            "word": step.word,
            "status": step.status(machine) if step.is_status else None,
            "detail": "; ".join(
                text if key == step.shorthand else f"{key}: {text}" for key, text in details
            ),
            "seconds": (
                (span.low + span.high).total_seconds() / 2 if isinstance(span, Span) else None
            ),
            "branches": {
                name: [*_outline_steps(branch, (*here, name), machine)]
                for name, branch in step.branches.items()
            },
        }


def describe_step(step: Step) -> dict[str, str]:
    """The keys of a step except its branches, each with its value as text."""
    return {
        info.alias or name: describe_value(value)
        for name, info in type(step).model_fields.items()
        if name not in step.branches and (value := getattr(step, name)) not in (None, (), "")
    }


def describe_value(value: Any) -> str:
    """A value of a scenario as one line of text."""
    if isinstance(value, BaseModel):
        first, *rest = [describe_value(inner) for _, inner in value if inner is not None]
        return f"{first} ({', '.join(rest)})" if rest else first
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {describe_value(inner)}" for key, inner in value.items())
    if isinstance(value, tuple | list):
        return " | ".join(map(describe_value, value))
    first, *more = str(value).splitlines() or [""]
    return f"{first} …" if more else first


def step_lines(scenario: Scenario) -> dict[str, int]:
    """The line of each step in the scenario's text, by its path, like `task_run.2.on_rejected.0`.
    A branch that is not written has the line of its step.
    """
    marks = read_yaml(scenario.text).values
    inside, lines = dict[Path, Path](), dict[Path, int]()  # where a step's keys are in the file
    for kind, path, step in written_steps(scenario):
        here = (kind, *path)
        parent, place = here[:-2], (*inside.get(here[:-2], here[:-2]), *here[-2:])
        lines[here] = marks[place][0] if place in marks else lines[parent]
        inside[here] = (*place, step.word)
    return {".".join(map(str, path)): line for path, line in lines.items()}
