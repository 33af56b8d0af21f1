"""`deck-sim check`: validates scenario and world files."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from deck_sim.cli.command import Command
from deck_sim.runtime.world_file import is_world_file, load_world_file
from deck_sim.scenario.library import read_files, scenario_files, shipped
from deck_sim.scenario.loader import Mistake, Mistakes, ScenarioError
from deck_sim.scenario.output_checks import output_mismatches
from deck_sim.scenario.yaml.document import YamlError
from deck_sim.scenario.yaml.reader import read_file


@click.command(
    cls=Command,
    examples=[
        "deck-sim check tests/scenarios",
        "deck-sim check world.yaml tests/scenarios",
        "deck-sim check story.yaml --format json",
    ],
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
    show_default=True,
    help="Lines for people, or JSON for programs.",
)
def command(paths: tuple[Path, ...], shape: str) -> int:
    """Validate scenario files, world files and folders of them.

    Prints every mistake with its file, line and column. The exit code is 1 if there are any.
    """
    files = list({file.resolve(): file for path in paths for file in _files(path)}.values())
    mistakes = list(_mistakes(files))
    _SHAPES[shape](len(files), mistakes)
    return 1 if mistakes else 0


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = scenario_files(path)
    if not found:
        raise click.UsageError(f"no *.yaml or *.yml file in the folder '{path}'")
    return found


def _mistakes(files: list[Path]) -> Iterator[Mistake]:
    """Every mistake in the files. World files may name scenarios that are in the other files."""
    worlds = [file for file in files if _is_world_file(file)]
    library, mistakes = read_files([file for file in files if file not in worlds], shipped())
    yield from mistakes
    for file in worlds:
        try:
            world = load_world_file(file, library)
        except ScenarioError as error:
            yield from error.mistakes
            continue
        found, tasks = Mistakes(f"{file}", read_file(file)), world.resources.get("tasks", [])
        for place, text in output_mismatches(tasks, world.default_scenario, world.rules, library):
            found.add(place, text, of_key=len(place) > 1)
        yield from found.report()


def _is_world_file(file: Path) -> bool:
    try:
        return is_world_file(read_file(file))
    except YamlError:
        return False  # reading it as a scenario reports what is wrong


def _print_text(files: int, mistakes: list[Mistake]) -> None:
    for mistake in mistakes:
        click.echo(str(mistake))
    of_files = f"{files} file{'s' * (files != 1)}"
    if mistakes:
        wrong = len({mistake.file for mistake in mistakes})
        number = sum(mistake.untold or 1 for mistake in mistakes)
        click.echo(f"{number} mistake{'s' * (number != 1)} in {wrong} of {of_files}")
    else:
        click.echo(f"{of_files}, no mistakes")


def _print_json(files: int, mistakes: list[Mistake]) -> None:
    found = [
        {name: value for name, value in asdict(mistake).items() if name != "untold"}
        for mistake in mistakes
        if not mistake.untold
    ]
    untold = {mistake.file: mistake.untold for mistake in mistakes if mistake.untold}
    report = {"files": files, "mistakes": found, "untold": untold}
    click.echo(json.dumps(report, indent=2, ensure_ascii=False))


_SHAPES = {"text": _print_text, "json": _print_json}
