"""`deck-sim check`: lists the mistakes in scenario and world files, with line and column."""

from dataclasses import asdict
from os.path import realpath
from pathlib import Path
from typing import Any

import click

from deck_sim.base.errors import counted
from deck_sim.cli.options import FORMAT, JSON
from deck_sim.cli.output import echo, examples, print_json
from deck_sim.contract.editions import EDITIONS
from deck_sim.runtime.world_file import is_world_file, load_world_file
from deck_sim.scenario.file_checks import find_timeouts
from deck_sim.scenario.library import (
    UNREAD,
    Library,
    read_files,
    scenario_files,
    shipped,
    unread_files,
)
from deck_sim.scenario.loader import Mistake, Mistakes, ScenarioError, parse
from deck_sim.scenario.model import Scenario


@click.command(
    epilog=examples(
        "deck-sim check tests/scenarios",
        "deck-sim check world.yaml tests/scenarios",
        "deck-sim check story.yaml --json",
    ),
)
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH...",
    type=click.Path(exists=True, path_type=Path),
)
@FORMAT
@JSON
def command(paths: tuple[Path, ...], shape: str, as_json: bool) -> int:
    """Validate scenario files, world files and folders of them.

    Prints each mistake with its file, line and column. The exit code is 1 if there are mistakes.
    """
    files = dict[str, Path]()
    for path in paths:
        in_path = scenario_files(path) if path.is_dir() else [path]
        if not in_path:
            raise click.UsageError(f"the folder '{path}' has no *.yaml or *.yml directly in it")
        files |= {realpath(file): file for file in in_path}
    world_files = [*filter(is_world_file, files.values())]
    stories = [file for file in files.values() if file not in world_files]
    library, mistakes = read_files(stories, shipped())
    # A world file may name any scenario; `success` stands in for those that could not be read.
    success = shipped().get("success")
    for file in stories:
        if library.find(file.stem) is None:
            library.add(success.model_copy(update={"name": file.stem}))
    for file in world_files:
        try:
            load_world_file(file, library)
        except ScenarioError as error:
            mistakes += error.mistakes
    unread = {realpath(f): f for path in paths for f in unread_files(path)}
    warnings = [
        Mistake(f"{f}", 1, 1, "", UNREAD) for name, f in unread.items() if name not in files
    ]
    scenarios = list[dict[str, Any]]()
    if not mistakes:
        for file in stories:
            places = Mistakes(f"{file}", parse(file, f"{file}"))
            for place, text in find_timeouts(library.get(file.stem)):
                places.add(place, text)
            warnings += places.collected
        scenarios = [_edition_row(scenario, library) for scenario in library.own()]
    if as_json or shape == "json":
        rows = [asdict(mistake) for mistake in mistakes]
        about = {"warnings": [asdict(warning) for warning in warnings], "scenarios": scenarios}
        print_json({"files": len(files), "mistakes": rows, **about})
    elif mistakes:
        for mistake in mistakes:
            echo(str(mistake))
        wrong, of = len({mistake.file for mistake in mistakes}), counted(len(files), "file")
        echo(f"{counted(len(mistakes), 'mistake')} in {wrong} of {of}")
    else:
        for row in scenarios:
            if row["because"]:
                editions = " or ".join(row["editions"])
                limit = f"only for edition {editions}" if editions else "for no edition"
                echo(f"{row['name']}: {limit}, because {row['because']}")
        if number := sum(row["because"] is None for row in scenarios):
            echo(f"{counted(number, 'scenario')} for any edition")
        for warning in warnings:
            echo(f"{warning} (a warning)")
        also = f", {counted(len(warnings), 'warning')}" if warnings else ""
        echo(f"{counted(len(files), 'file')}, no mistakes{also}")
    return 1 if mistakes else 0


def _edition_row(scenario: Scenario, library: Library) -> dict[str, Any]:
    # A playlist or mix is for the editions that can play all its entries.
    parts = [scenario, *map(library.get, scenario.entries)]
    reasons = dict[tuple[str, ...], str]()  # of the first part for each set of editions
    for part in parts:
        if len(part.editions) < len(EDITIONS):
            reason = f"{part.name} is for {part.for_editions}"
            if part is scenario:
                reason = part.why_editions or "the file sets `edition`"
            reasons.setdefault(tuple(part.editions), reason)
    editions = [name for name in EDITIONS if all(name in part.editions for part in parts)]
    because = ", and ".join(reasons.values()) or None
    return {"name": scenario.name, "editions": editions, "because": because}
