"""Whether the outputs that scenarios bring fit the tasks that they are chosen for. A run whose
output does not fails with `task/output_invalid`; where a world file says which tasks there are,
that can be told before any run.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deck_sim.base.errors import quote
from deck_sim.base.validation import spell_path
from deck_sim.contract.error_catalog import Problem
from deck_sim.engine.json_schema import violations
from deck_sim.scenario.conditions import Rule, matches_text
from deck_sim.scenario.coverage import written_steps
from deck_sim.scenario.expressions.templates import has_template
from deck_sim.scenario.library import Library
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.steps.statuses import Completed
from deck_sim.scenario.yaml.document import Path

MOST_TOLD = 3  # of what one output breaks

Task = Mapping[str, Any]  # as a world file has it


def output_mismatches(
    tasks: Sequence[Task], default: str | None, rules: Sequence[Rule], library: Library
) -> Iterator[tuple[Path, str]]:
    """What no task that a scenario is chosen for can take, each with its place in the world file.

    An output that fits one of these tasks is right, and what expressions make nobody knows yet.
    """
    for place, scenario, glob in _chosen(default, rules, library):
        concerned = [
            (index, task)
            for index, task in enumerate(tasks)
            if glob is None or matches_text([task["id"], task["name"]], glob)
        ]
        for played in map(library.get, scenario.entries or (scenario.name,)):
            for where, output in _outputs(played):
                broken = {index: _broken(task, output) for index, task in concerned}
                if broken and all(broken.values()):
                    nearest = min(broken, key=lambda index: len(broken[index]))
                    text = _spell(played, where, tasks[nearest], broken[nearest])
                    yield place or ("resources", "tasks", nearest, "output_schema"), text


def _chosen(
    default: str | None, rules: Sequence[Rule], library: Library
) -> Iterator[tuple[Path, Scenario, str | None]]:
    """Which scenario is chosen for the tasks of which name, and where the world file says so."""
    if default is not None:
        yield ("default_scenario",), library.get(default), None
    for index, rule in enumerate(rules):
        if rule.resource in (None, "task_run"):
            yield ("rules", index, "scenario"), library.get(rule.scenario), rule.when.task
    for scenario in library.with_when():
        if scenario.when is not None and scenario.when.task is not None:
            yield (), scenario, scenario.when.task


def _outputs(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    """Each output that a scenario spells out, branches included, and where."""
    script = scenario.script("task_run")
    for kind, path in written_steps(scenario):
        step = script.at(path) if kind == "task_run" else None
        output = step.output if isinstance(step, Completed) else None
        if output is not None and not has_template(output):
            yield spell_path((kind, *path)), output


def _broken(task: Task, output: Any) -> list[Problem]:
    return violations(task.get("output_schema"), output, "output")


def _spell(scenario: Scenario, where: str, task: Task, broken: Sequence[Problem]) -> str:
    told = [problem.message for problem in broken[:MOST_TOLD]]
    more = [f"{len(broken) - MOST_TOLD} more"] if len(broken) > MOST_TOLD else []
    return (
        f"the output of the scenario {quote(scenario.name)}, {where}, breaks the `output_schema` of"
        f" {quote(task['id'])}: {'; '.join([*told, *more])}"
    )
