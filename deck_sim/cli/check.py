"""`deck-sim check`: whether scenario files can be used, and all that is wrong with them."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from deck_sim.cli.command import Command
from deck_sim.scenario.loader import Mistake, ScenarioError, load_scenario
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.yaml_reader import read_yaml


@click.command(
    cls=Command,
    examples=["deck-sim check tests/scenarios", "deck-sim check story.yaml --format json"],
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Lines to read, or JSON for programs.",
)
def command(paths: tuple[Path, ...], shape: str) -> int:
    """Validate scenario files and folders.

    Says everything that is wrong, each with its file, line and column. The exit code is 0 if all is
    well, and 1 if not.
    """
    files = list({file.resolve(): file for path in paths for file in _files(path)}.values())
    mistakes = list(_mistakes(files))
    _SHAPES[shape](files, mistakes)
    return 1 if mistakes else 0


def _files(path: Path) -> list[Path]:
    """The scenario files of a folder, or the file itself."""
    if not path.is_dir():
        return [path]
    found = sorted([*path.glob("*.yaml"), *path.glob("*.yml")])
    if not found:
        raise click.UsageError(f"the folder '{path}' holds no *.yaml and no *.yml file")
    return found


def _mistakes(files: list[Path]) -> Iterator[Mistake]:
    taken: dict[str, Path] = {}
    for file in files:
        try:
            scenario = load_scenario(file)
        except ScenarioError as error:
            yield from error.mistakes
            continue
        other = taken.setdefault(scenario.name, file)
        if other is not file:
            yield _twice(scenario, file, other)


def _twice(scenario: Scenario, file: Path, other: Path) -> Mistake:
    line, column = read_yaml(file.read_bytes()).position(("name",))
    text = f"{scenario.name!r} is the name of {other} too; each scenario has its own"
    return Mistake(str(file), line, column, "name", text)


def _print_text(files: list[Path], mistakes: list[Mistake]) -> None:
    for mistake in mistakes:
        click.echo(str(mistake))
    wrong = len({mistake.file for mistake in mistakes})
    found = f"{_count(len(mistakes), 'mistake')} in {wrong} of " if mistakes else ""
    click.echo(f"{found}{_count(len(files), 'scenario file')}{'' if mistakes else ', all fine'}")


def _print_json(files: list[Path], mistakes: list[Mistake]) -> None:
    found = [asdict(mistake) for mistake in mistakes]
    click.echo(json.dumps({"files": len(files), "mistakes": found}, indent=2, ensure_ascii=False))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_SHAPES = {"text": _print_text, "json": _print_json}
