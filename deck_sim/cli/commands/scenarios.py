"""`deck-sim scenarios`: lists scenarios, or shows one with its steps and branches."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import cut
from deck_sim.cli.options import FOLDER, JSON, complete_scenario, find_scenario
from deck_sim.cli.output import echo, examples, print_json, print_text, wrap
from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.scenario.library import read_folder
from deck_sim.scenario.model import Scenario


@click.command(
    epilog=examples(
        "deck-sim scenarios",
        "deck-sim scenarios mfa_then_success",
        "deck-sim scenarios --scenarios tests/scenarios",
        "deck-sim scenarios mfa_then_success --svg > flow.svg",
    )
)
@click.argument("name", required=False, metavar="[NAME-or-FILE]", shell_complete=complete_scenario)
@FOLDER
@JSON
@click.option("--svg", "as_svg", is_flag=True, help="Print the picture of the scenario NAME.")
def command(name: str | None, folder: Path | None, as_json: bool, as_svg: bool) -> None:
    """List the scenarios, or show one with its branches."""
    library = read_folder(folder)
    if as_svg and not name:
        raise click.UsageError("--svg: name the scenario")
    if name:
        scenario = find_scenario(name, library)
        if as_svg:
            from deck_sim.scenario.flow import draw_flow

            echo(draw_flow(scenario, scenario.editions[0]), nl=False)
        elif as_json:
            print_json(scenario.overview | {"scenario": scenario.source})
        else:
            print_text("\n".join(_lines_of(scenario)))
        return
    scenarios = [library.get(name) for name in library.names()]
    if as_json:
        print_json([scenario.overview for scenario in scenarios])
        return
    width = max(len(scenario.name) for scenario in scenarios)
    for scenario in scenarios:
        is_any = len(scenario.editions) == len(EDITIONS)
        only = "" if is_any else f"({' '.join(scenario.editions)}) "
        line = f"{scenario.name:<{width}}  {only}{scenario.summary}".rstrip()
        echo(wrap(line) if sys.stdout.isatty() else cut(line, 100))


def _lines_of(scenario: Scenario) -> Iterator[str]:
    yield scenario.name
    if scenario.summary:
        yield scenario.summary
    if scenario.tags:
        yield f"  tags: {' '.join(scenario.tags)}"
    if scenario.task_timeout:
        yield f"  task_timeout: {format_duration(scenario.task_timeout)}"
    first = EDITIONS[scenario.editions[0]]
    for kind in (kind for kind in SCRIPT_KINDS if scenario.defines(kind) or kind in first.kinds):
        usual = "" if scenario.defines(kind) else "  (the default; not in the file)"
        usual_steps = {None: scenario.script(kind).steps}
        for edition, steps in (scenario.scripts(kind) or usual_steps).items():
            yield f"  {kind}" + (f"  (edition {edition})" if edition else usual)
            if kind == "task_run" and scenario.mix:
                yield "    mix: each run plays one of these, drawn at random"
                total = sum(scenario.mix.values())
                for name, weight in scenario.mix.items():
                    yield f"      {weight / total:7.2%}  {name}"
            elif kind == "task_run" and scenario.playlist:
                yield "    playlist: each run plays the next of these"
                *names, last = scenario.playlist
                yield from (f"      {name}" for name in names)
                yield f"      {last}  (also every later run)"
            else:
                yield from _step_lines(steps, "    ")
    for key, faults in (("http", scenario.http), ("webhooks", scenario.webhooks)):
        if faults:
            yield f"  {key}"
        for fault in faults or ():
            limits = [f"{name}: {n}" for name in ("after", "times") if (n := getattr(fault, name))]
            yield "    " + "  ".join([f"{fault}", *limits])


def _step_lines(steps: Iterable[Any], indent: str) -> Iterator[str]:
    for step in steps:
        details = {
            info.alias or name: _describe_value(value)
            for name, info in type(step).model_fields.items()
            if name not in step.branches and (value := getattr(step, name)) not in (None, (), "")
        }
        yield f"{indent}{step.word}  {details.pop(step.shorthand or '', '')}".rstrip()
        yield from (f"{indent}  {key}: {text}" for key, text in details.items())
        for name, branch in step.branches.items():
            yield f"{indent}  {name}"
            yield from _step_lines(branch, f"{indent}    ")


def _describe_value(value: Any) -> str:
    if isinstance(value, BaseModel):
        first, *rest = [_describe_value(inner) for _, inner in value if inner is not None]
        return f"{first} ({', '.join(rest)})" if rest else first
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_describe_value(inner)}" for key, inner in value.items())
    if isinstance(value, tuple | list):
        return " | ".join(map(_describe_value, value))
    first, *more = str(value).splitlines() or [""]
    return f"{first} …" if more else first
