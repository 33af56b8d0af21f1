"""What commands that play have in common: how worlds begin, and where scenarios are found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from deck_sim.base.errors import quote
from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS
from deck_sim.scenario.library import Library, read_files, read_folder, shipped

if TYPE_CHECKING:
    from deck_sim.scenario import loader
    from deck_sim.scenario.model import Scenario

EDITION = click.option(
    "--edition",
    type=click.Choice(list(EDITIONS)),
    default=DEFAULT_EDITION,
    show_default=True,
    help="Which Deck API to be.",
)
SEED = click.option(
    "--seed", type=int, default=0, show_default=True, help="What ids and durations follow from."
)
FOLDER = click.option(
    "--scenarios",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of scenarios of your own.",
)


Read = ParamSpec("Read")
Found = TypeVar("Found")


def read_or_exit(read: Callable[Read, Found], *args: Read.args, **named: Read.kwargs) -> Found:
    """What `read` makes of its arguments; exit code 1, with every mistake in a line on stderr, if
    that cannot be used.
    """
    from deck_sim.scenario import loader

    try:
        return read(*args, **named)
    except loader.ScenarioError as error:
        print_mistakes(error)
        raise click.exceptions.Exit(1) from None


def print_mistakes(error: loader.ScenarioError) -> None:
    """Write every mistake in a line on stderr."""
    for mistake in error.mistakes:
        click.echo(str(mistake), err=True)


def open_library(folder: Path | None) -> Library:
    """The scenarios that ship, under those of the folder if there is one."""
    return shipped() if folder is None else read_or_exit(read_folder, folder, shipped())


def find_scenario(wanted: str, library: Library) -> Scenario:
    """The scenario called `wanted`, or the one in the file of that name."""
    found = library.find(wanted)
    if found is not None:
        return found
    file = Path(wanted)
    if file.is_dir() or not file.exists():
        text = f"there is no scenario and no file {quote(wanted)}{library.instead(wanted)}"
        raise click.UsageError(text)
    return read_or_exit(read_file, file, library)


def read_file(file: Path, library: Library) -> Scenario:
    """The scenario in a file; what it names as a playlist or mix is in `library`.

    Raises:
        ScenarioError: with every mistake.

    """
    from deck_sim.scenario import loader

    found, mistakes = read_files([file], library)
    if mistakes:
        raise loader.ScenarioError(*mistakes)
    return found.own()[0]
