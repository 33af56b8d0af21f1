"""Options and look-ups of commands that use scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click
from click.shell_completion import CompletionItem

from deck_sim.base.errors import quote
from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS
from deck_sim.scenario.library import (
    Library,
    explain_file,
    read_files,
    read_folder,
    scenario_files,
    shipped,
)

if TYPE_CHECKING:
    from deck_sim.scenario.loader import Mistake
    from deck_sim.scenario.model import Scenario


class _Folder(click.Path):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if Path(value).is_file():
            self.fail(f"{value!r}: {explain_file(Path(value))}", param, ctx)
        return super().convert(value, param, ctx)


EDITION = click.option(
    "--edition",
    type=click.Choice(list(EDITIONS)),
    default=DEFAULT_EDITION,
    help="The edition of the Deck API.",
)
FOLDER = click.option(
    "--scenarios",
    "folder",
    type=_Folder(exists=True, file_okay=False, path_type=Path),
    help="A folder with your own scenarios.",
)


Read = ParamSpec("Read")
Found = TypeVar("Found")


def read_or_exit(read: Callable[Read, Found], *args: Read.args, **named: Read.kwargs) -> Found:
    """Call `read`; if it raises `ScenarioError`, print the mistakes and exit with 1."""
    from deck_sim.scenario.loader import ScenarioError

    try:
        return read(*args, **named)
    except ScenarioError as error:
        print_mistakes(error.mistakes)
        raise click.exceptions.Exit(1) from None


def print_mistakes(mistakes: Iterable[Mistake]) -> None:
    """Print each mistake on a line of stderr."""
    for mistake in mistakes:
        click.echo(str(mistake), err=True)


def open_library(folder: Path | None) -> Library:
    """The shipped scenarios and those of the folder, which take precedence."""
    return shipped() if folder is None else read_or_exit(read_folder, folder, shipped())


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
    """Find a scenario by its name or its file; exit with 1 if the file has mistakes.

    A playlist or mix in a file may name scenarios of `library`.
    """
    found = library.find(wanted)
    if found is not None:
        return found
    file = Path(wanted)
    if file.is_dir():
        text = f"{quote(wanted)} is a folder; name one of its files, or give --scenarios {wanted}"
        raise click.UsageError(f"{text} and the name of a scenario")
    if not file.exists():
        text = f"no scenario and no file is called {quote(wanted)}{library.instead(wanted)}"
        raise click.UsageError(text)
    read, mistakes = read_files([file], library)
    if mistakes:
        print_mistakes(mistakes)
        raise click.exceptions.Exit(1)
    return read.own()[0]
