"""Options and look-ups of commands that use scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from deck_sim.base.errors import quote
from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS
from deck_sim.scenario.library import Library, read_files, read_folder, scenario_files, shipped

if TYPE_CHECKING:
    from deck_sim.scenario.model import Scenario

EDITION_NAME = click.Choice(list(EDITIONS))
EDITION = click.option(
    "--edition", type=EDITION_NAME, default=DEFAULT_EDITION, help="The edition of the Deck API."
)
FOLDER = click.option(
    "--scenarios",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with your own scenarios.",
)


def open_library(folder: Path | None) -> Library:
    """The shipped scenarios and those of the folder, which take precedence."""
    return shipped() if folder is None else read_folder(folder, shipped())


def complete_scenario(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of a scenario, also of one in `--scenarios`, or else a file."""
    folder = context.params.get("folder")
    library = shipped() if folder is None else read_files(scenario_files(folder), shipped())[0]
    names = [name for name in library.names() if name.startswith(incomplete)]
    found = [CompletionItem(name, help=library.get(name).summary) for name in names]
    return found or [CompletionItem(incomplete, type="file")]


def find_scenario(wanted: str, library: Library) -> Scenario:
    """Find a scenario by its name or its file. A playlist or mix in a file may name scenarios of
    `library`.

    Raises:
        ScenarioError: if the file has mistakes.

    """
    found = library.find(wanted)
    if found is not None:
        return found
    file = Path(wanted)
    if not file.exists():
        text = f"no scenario and no file is called {quote(wanted)}{library.instead(wanted)}"
        raise click.UsageError(text)
    read, mistakes = read_files([file], library)
    if mistakes:
        from deck_sim.scenario.loader import ScenarioError

        raise ScenarioError(*mistakes)
    return read.own()[0]
