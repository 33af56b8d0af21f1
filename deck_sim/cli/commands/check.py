"""`deck-sim check`: lists the mistakes in scenario and world files, with line and column."""

from dataclasses import asdict
from os.path import realpath
from pathlib import Path
from typing import Any

import click

from deck_sim.base.errors import counted
from deck_sim.cli.options import FORMAT, JSON
from deck_sim.cli.output import examples, print_json
from deck_sim.contract.editions import EDITIONS
from deck_sim.runtime.world_file import is_world_file, load_world_file
from deck_sim.scenario.library import read_files, scenario_files, shipped
from deck_sim.scenario.loader import ScenarioError
from deck_sim.scenario.yaml_files import YamlError, read_file


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

    Prints each mistake with its file, line and column. World files are checked only if scenario
    files have no mistake. The exit code is 1 if there are mistakes.
    """
    files = dict[str, Path]()
    for path in paths:
        found = scenario_files(path) if path.is_dir() else [path]
        if not found:
            raise click.UsageError(f"the folder '{path}' has no *.yaml or *.yml file")
        files |= {realpath(file): file for file in found}
    worlds, stories = list[Path](), list[Path]()
    for file in files.values():
        try:
            is_world = is_world_file(read_file(file))
        except YamlError:
            is_world = False  # reading it as a scenario reports what is wrong
        (worlds if is_world else stories).append(file)
    library, mistakes = read_files(stories, shipped())
    for file in [] if mistakes else worlds:  # a world file may name any scenario
        try:
            load_world_file(file, library)
        except ScenarioError as error:
            mistakes += error.mistakes
    scenarios = list[dict[str, Any]]()
    for scenario in [] if mistakes else library.own():
        # A playlist or mix is for the editions that can play all its entries.
        parts = [scenario, *map(library.get, scenario.entries)]
        editions = [name for name in EDITIONS if all(name in part.editions for part in parts)]
        limited = [part for part in reversed(parts) if len(part.editions) < len(EDITIONS)]
        whys = [  # of the first part for each set of editions
            part.why_editions or "the file sets `edition`"
            if part is scenario
            else f"{part.name} is for {part.for_editions}"
            for part in reversed({tuple(part.editions): part for part in limited}.values())
        ]
        why = ", and ".join(whys) or None
        scenarios.append({"name": scenario.name, "editions": editions, "because": why})
    if as_json or shape == "json":
        rows = [asdict(mistake) for mistake in mistakes]
        print_json({"files": len(files), "mistakes": rows, "scenarios": scenarios})
    elif mistakes:
        for mistake in mistakes:
            click.echo(str(mistake))
        wrong, of = len({mistake.file for mistake in mistakes}), counted(len(files), "file")
        click.echo(f"{counted(len(mistakes), 'mistake')} in {wrong} of {of}")
    else:
        for one in scenarios:
            if one["because"]:
                named = " or ".join(one["editions"])
                only = f"only for edition {named}" if named else "for no edition"
                click.echo(f"{one['name']}: {only}, because {one['because']}")
        if number := sum(one["because"] is None for one in scenarios):
            click.echo(f"{counted(number, 'scenario')} for any edition")
        click.echo(f"{counted(len(files), 'file')}, no mistakes")
    return 1 if mistakes else 0
