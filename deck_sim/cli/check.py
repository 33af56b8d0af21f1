"""`deck-sim check`: validates scenario and world files."""

from collections.abc import Iterator
from dataclasses import asdict
from os.path import realpath
from pathlib import Path

import click

from deck_sim.base.errors import counted
from deck_sim.cli.command import JSON, examples, print_json
from deck_sim.contract.editions import EDITIONS
from deck_sim.runtime.world_file import is_world_file, load_world_file
from deck_sim.scenario.library import Library, read_files, scenario_files, shipped
from deck_sim.scenario.loader import Mistake, ScenarioError
from deck_sim.scenario.yaml.document import YamlError
from deck_sim.scenario.yaml.reader import read_file


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
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Lines for people, or JSON for programs.",
)
@JSON
def command(paths: tuple[Path, ...], shape: str, as_json: bool) -> int:
    """Validate scenario files, world files and folders of them.

    Prints every mistake with its file, line and column. The exit code is 1 if there are any.
    """
    files = list({realpath(file): file for path in paths for file in _files(path)}.values())
    worlds = [file for file in files if _is_world_file(file)]
    stories = [file for file in files if file not in worlds]
    library, mistakes = read_files(stories, shipped())
    if not mistakes:  # a world file may name each scenario
        mistakes = [mistake for file in worlds for mistake in _mistakes_in_world(file, library)]
    show = _print_json if as_json or shape == "json" else _print_text
    show(len(files), mistakes, [] if mistakes else list(_editions(library)))
    return 1 if mistakes else 0


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = scenario_files(path)
    if not found:
        raise click.UsageError(f"no *.yaml or *.yml file in the folder '{path}'")
    return found


def _mistakes_in_world(file: Path, library: Library) -> list[Mistake]:
    """Every mistake in a world file. It may name scenarios that are in the other files."""
    try:
        load_world_file(file, library)
    except ScenarioError as error:
        return [*error.mistakes]
    return []


def _editions(library: Library) -> Iterator[tuple[str, list[str], str]]:
    """For each scenario its name, the editions that can play it, and the reason if
    not all can. A playlist or mix needs an edition that can play all its entries.
    """
    for scenario in library.own():
        parts = [scenario, *map(library.get, scenario.entries)]
        names = [name for name in EDITIONS if all(part.is_for(name) for part in parts)]
        limited = next((part for part in parts if len(part.editions) < len(EDITIONS)), scenario)
        why = limited.why_editions or "its `edition` says so"
        if limited is not scenario:
            why = f"{limited.name} is for {limited.for_editions}"
        yield scenario.name, names, why if len(names) < len(EDITIONS) else ""


def _is_world_file(file: Path) -> bool:
    try:
        return is_world_file(read_file(file))
    except YamlError:
        return False  # reading it as a scenario reports what is wrong


def _print_text(
    files: int, mistakes: list[Mistake], editions: list[tuple[str, list[str], str]]
) -> None:
    for mistake in mistakes:
        click.echo(str(mistake))
    if mistakes:
        wrong = len({mistake.file for mistake in mistakes})
        click.echo(f"{counted(len(mistakes), 'mistake')} in {wrong} of {counted(files, 'file')}")
        return
    for name, names, why in editions:
        if why:
            click.echo(f"{name}: edition {' or '.join(names) or 'none'}, because {why}")
    if number := sum(not why for *_, why in editions):
        click.echo(f"{counted(number, 'scenario')} for any edition")
    click.echo(f"{counted(files, 'file')}, no mistakes")


def _print_json(
    files: int, mistakes: list[Mistake], editions: list[tuple[str, list[str], str]]
) -> None:
    found = [asdict(mistake) for mistake in mistakes]
    scenarios = [
        {"name": name, "editions": names, "because": why or None} for name, names, why in editions
    ]
    print_json({"files": files, "mistakes": found, "scenarios": scenarios})
