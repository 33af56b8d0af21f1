"""`deck-sim check`: whether scenario and world files can be used, and what is wrong with them."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from deck_sim.cli.command import Command
from deck_sim.runtime.world_file import is_world_file, load_world_file
from deck_sim.scenario.library import read_files, scenario_files, shipped
from deck_sim.scenario.loader import Mistake, ScenarioError, place_mistakes
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
    help="Lines to read, or JSON for programs.",
)
def command(paths: tuple[Path, ...], shape: str) -> int:
    """Validate scenario files, world files and folders of them.

    Says everything that is wrong, each with its file, line and column. The exit code is 0 if all is
    well, and 1 if not.
    """
    files = list({file.resolve(): file for path in paths for file in _files(path)}.values())
    mistakes = list(_mistakes(files))
    _SHAPES[shape](len(files), mistakes)
    return 1 if mistakes else 0


def _files(path: Path) -> list[Path]:
    """The files of a folder, or the file itself."""
    if not path.is_dir():
        return [path]
    found = scenario_files(path)
    if not found:
        raise click.UsageError(f"the folder '{path}' holds no *.yaml and no *.yml file")
    return found


def _mistakes(files: list[Path]) -> Iterator[Mistake]:
    """All that is wrong with the files; a world file may name scenarios that are among them."""
    worlds = [file for file in files if _is_world_file(file)]
    library, mistakes = read_files([file for file in files if file not in worlds], shipped())
    yield from mistakes
    for file in worlds:
        try:
            world = load_world_file(file, library)
        except ScenarioError as error:
            yield from error.mistakes
        else:
            tasks = world.resources.get("tasks", [])
            faults = output_mismatches(tasks, world.default_scenario, world.rules, library)
            yield from place_mistakes(f"{file}", file.read_bytes(), faults)


def _is_world_file(file: Path) -> bool:
    try:
        return is_world_file(read_file(file))
    except YamlError:
        return False  # what cannot be read is told by whoever reads it


def _print_text(files: int, mistakes: list[Mistake]) -> None:
    for mistake in mistakes:
        click.echo(str(mistake))
    wrong = len({mistake.file for mistake in mistakes})
    number = sum(mistake.untold or 1 for mistake in mistakes)
    found = f"{_count(number, 'mistake')} in {wrong} of " if mistakes else ""
    click.echo(f"{found}{_count(files, 'file')}{'' if mistakes else ', all fine'}")


def _print_json(files: int, mistakes: list[Mistake]) -> None:
    found = [asdict(mistake) for mistake in mistakes if not mistake.untold]
    for one in found:
        del one["untold"]
    untold = {mistake.file: mistake.untold for mistake in mistakes if mistake.untold}
    report = {"files": files, "mistakes": found, "untold": untold}
    click.echo(json.dumps(report, indent=2, ensure_ascii=False))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_SHAPES = {"text": _print_text, "json": _print_json}
