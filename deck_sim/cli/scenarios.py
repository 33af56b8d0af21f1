"""`deck-sim scenarios`: lists scenarios, or shows one as a tree of steps and branches."""

from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from deck_sim.base.durations import format_duration
from deck_sim.cli.command import JSON, Command, print_json
from deck_sim.cli.drawing import colored, console
from deck_sim.cli.scenario_options import FOLDER, complete_scenario, find_scenario, open_library
from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.story import KINDS
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.outline import describe_step, describe_value


@click.command(
    cls=Command,
    examples=[
        "deck-sim scenarios",
        "deck-sim scenarios mfa_then_success",
        "deck-sim scenarios --scenarios tests/scenarios",
    ],
)
@click.argument("name", required=False, metavar="[NAME-or-FILE]", shell_complete=complete_scenario)
@FOLDER
@JSON
def command(name: str | None, folder: Path | None, as_json: bool) -> None:
    """List the scenarios, or show one with its branches."""
    library, screen = open_library(folder), console()
    if name:
        found = find_scenario(name, library)
        if as_json:
            print_json(found.overview | {"scenario": found.source})
        else:
            screen.print(draw(found))
        return
    if as_json:
        print_json([library.get(each).overview for each in library.names()])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("name", style="cyan", no_wrap=True)
    table.add_column("summary")
    table.add_column("editions", style="dim")
    table.add_column("tags", style="dim", max_width=12 if screen.is_terminal else None)
    for scenario in map(library.get, library.names()):
        editions = "any" if len(scenario.editions) == len(EDITIONS) else " ".join(scenario.editions)
        table.add_row(scenario.name, scenario.summary, editions, " ".join(scenario.tags))
    screen.print(table)


def draw(scenario: Scenario) -> Tree:
    """Draw a scenario as a tree of its scripts, steps and branches."""
    title = Text(scenario.name, "bold")
    if scenario.summary:
        title.append(f"\n{scenario.summary}", "not bold")
    tree = Tree(title, guide_style="dim")
    rows = {}
    if scenario.when:
        rows["when"] = describe_value(scenario.when.model_dump(exclude_none=True))
    if scenario.task_timeout:
        rows["task_timeout"] = format_duration(scenario.task_timeout)
    for name, text in rows.items():
        tree.add(Text(name, "bold").append(f"  {text}", "not bold"))
    first = EDITIONS[scenario.editions[0]]
    for kind in (kind for kind in KINDS if scenario.defines(kind) or kind in first.kinds):
        usual = "" if scenario.defines(kind) else "  (the default; not in the file)"
        usual_steps = {None: scenario.script(kind).steps}
        for edition, steps in (scenario.scripts(kind) or usual_steps).items():
            note = f"  (edition {edition})" if edition else usual
            trunk = tree.add(Text(kind, "bold").append(note, "dim not bold"))
            if kind == "task_run" and scenario.entries:
                _add_entries(trunk, scenario)
            else:
                for step in steps:
                    _add_step(trunk, step)
    for key, faults in (("http", scenario.http), ("webhooks", scenario.webhooks)):
        trunk = tree.add(Text(key, "bold")) if faults else tree
        for fault in faults or ():
            label = Text(f"{fault}")
            for name in ("after", "times"):
                if value := getattr(fault, name):
                    label.append(f"\n  {name}: ", "dim").append(f"{value}")
            trunk.add(label)
    return tree


def _add_entries(tree: Tree, scenario: Scenario) -> None:
    if scenario.mix:
        total = sum(scenario.mix.values())
        twig = tree.add(Text("mix", "italic").append("  drawn for each run", "dim not italic"))
        for name, weight in scenario.mix.items():
            twig.add(f"{weight / total:7.2%}  {name}")
    else:
        twig = tree.add(Text("playlist", "italic").append("  one for each run", "dim not italic"))
        *names, last = scenario.playlist or ()
        for name in names:
            twig.add(name)
        twig.add(Text(last).append("  from then on", "dim"))


def _add_step(tree: Tree, step: Any) -> None:
    details = describe_step(step)
    label = colored(step.word)
    if step.shorthand in details:
        label.append(f"  {details.pop(step.shorthand)}")
    for key, text in details.items():
        label.append(f"\n  {key}: ", "dim").append(text)
    here = tree.add(label)
    for name, branch in step.branches.items():
        twig = here.add(Text(name, "italic"))
        for inner in branch:
            _add_step(twig, inner)
