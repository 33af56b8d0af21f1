"""Checks the outputs in scenarios against the tasks of a world file. A run whose output breaks its
task's schema fails with `task/output_invalid`, so `deck-sim check` reports it before.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deck_sim.base.errors import quote
from deck_sim.base.validation import format_path
from deck_sim.engine.json_schema import violations
from deck_sim.scenario.conditions import Rule, matches_text
from deck_sim.scenario.expressions.templates import has_template
from deck_sim.scenario.library import Library
from deck_sim.scenario.model import Scenario, written_steps
from deck_sim.scenario.steps.statuses import Completed
from deck_sim.scenario.yaml.document import Path

MOST_SHOWN = 3  # problems of one output

Task = Mapping[str, Any]  # as a world file has it


def output_mismatches(
    tasks: Sequence[Task], default: str | None, rules: Sequence[Rule], library: Library
) -> Iterator[tuple[Path, str]]:
    """Report outputs that fit none of the tasks for which their scenario is chosen, each with its
    place in the world file. Outputs with expressions are skipped.
    """
    for place, scenario, glob in _chosen(default, rules, library):
        concerned = [
            (index, task) for index, task in enumerate(tasks) if glob is None or _is_for(task, glob)
        ]
        for played in map(library.get, scenario.entries or (scenario.name,)):
            for where, output in _outputs(played):
                broken = {
                    index: violations(task.get("output_schema"), output, "output")
                    for index, task in concerned
                }
                if not broken or not all(broken.values()):
                    continue
                nearest = min(broken, key=lambda index: len(broken[index]))
                shown = [problem.message for problem in broken[nearest][:MOST_SHOWN]]
                if (more := len(broken[nearest]) - MOST_SHOWN) > 0:
                    shown.append(f"{more} more")
                text = (
                    f"the output of the scenario {quote(played.name)}, {where}, breaks the"
                    f" `output_schema` of {quote(tasks[nearest]['id'])}: {'; '.join(shown)}"
                )
                yield place or ("resources", "tasks", nearest, "output_schema"), text


def _chosen(
    default: str | None, rules: Sequence[Rule], library: Library
) -> Iterator[tuple[Path, Scenario, str | None]]:
    """Each place in the world file that chooses a scenario, the scenario, and the tasks as a glob
    (None: all). The place is empty for a scenario chosen by its own `when`.
    """
    if default is not None:
        yield ("default_scenario",), library.get(default), None
    for index, rule in enumerate(rules):
        if rule.resource in (None, "task_run"):
            yield ("rules", index, "scenario"), library.get(rule.scenario), rule.when.task
    for scenario in library.with_when():
        if scenario.when is not None and scenario.when.task is not None:
            yield (), scenario, scenario.when.task


def _is_for(task: Task, glob: str) -> bool:
    return matches_text([task["id"], task["name"]], glob)


def _outputs(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    for kind, path, step in written_steps(scenario):
        output = step.output if isinstance(step, Completed) else None
        if output is not None and not has_template(output):
            yield format_path((kind, *path)), output
