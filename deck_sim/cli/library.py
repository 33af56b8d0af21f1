"""What commands that play have in common: how worlds begin, and where scenarios are found."""

from pathlib import Path

import click

from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS
from deck_sim.errors import nearest
from deck_sim.scenario.library import Library, read_folder, shipped
from deck_sim.scenario.loader import ScenarioError, load_scenario
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


def open_library(folder: Path | None) -> Library:
    """The scenarios that ship, under those of the folder if there is one; exit code 1, with every
    mistake in a line, if one of those cannot be used.
    """
    try:
        return shipped() if folder is None else read_folder(folder, shipped())
    except ScenarioError as error:
        raise _said(error) from None


def find_scenario(wanted: str, library: Library) -> Scenario:
    """The scenario called `wanted`, or the one in the file of that name."""
    found = library.find(wanted)
    if found is not None:
        return found
    file = Path(wanted)
    if not file.is_file():
        close = nearest(wanted, library.names()) or "; `deck-sim scenarios` lists them all"
        raise click.UsageError(f"there is no scenario and no file {wanted!r}{close}")
    try:
        return load_scenario(file)
    except ScenarioError as error:
        raise _said(error) from None


def _said(error: ScenarioError) -> click.exceptions.Exit:
    for mistake in error.mistakes:
        click.echo(str(mistake), err=True)
    return click.exceptions.Exit(1)
