"""Options that several commands share, the types of their values, and the lookup of scenarios."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from deck_sim.base.durations import parse_duration
from deck_sim.base.errors import DeckSimError, quote
from deck_sim.contract import DEFAULT_EDITION, EDITION_NAMES
from deck_sim.contract.error_catalog import ApiError
from deck_sim.handle.connect.address import DEFAULT_URL, read_url
from deck_sim.runtime.moment_text import read_moment
from deck_sim.runtime.settings import MODES
from deck_sim.scenario.library import Library, read_files, scenario_files, shipped

if TYPE_CHECKING:
    from deck_sim.scenario.model import Scenario

# The key that `deck-sim serve` proposes. Without `--keys`, any other key works, too.
ANY_KEY = "sk_sim_local"


class Value(click.ParamType):  # type: ignore[type-arg]  # not generic in older versions of click
    """A type of option values. `read` converts the text; the help shows `name` for the value."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name, self._read = name, read

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self._read(value)
        except (ValueError, TypeError, ApiError, DeckSimError) as error:
            self.fail(str(error), param, ctx)


def _positive(text: str) -> timedelta:
    length = parse_duration(text)
    if not length:
        raise ValueError(f"must be longer than zero, not {text!r}")
    return length


def _read_variable(text: str) -> str:
    if not re.fullmatch("[^=-][^=]*", text):
        raise ValueError(f"'{text}' is not the name of an environment variable; was it left out?")
    return text


FILE = click.Path(dir_okay=False, path_type=Path)
MODE = click.Choice(MODES)
DURATION, POSITIVE_DURATION = Value("DURATION", parse_duration), Value("DURATION", _positive)
MOMENT = Value("MOMENT", lambda text: read_moment(text, "MOMENT"))
URL = Value("URL", read_url)
VARIABLE = Value("NAME", _read_variable)

SPEED = click.option(
    "--speed",
    type=click.FloatRange(0, 1_000_000, min_open=True),
    help="The speed of the `real` clock; with 60, a minute passes in one second.",
)
STEP = click.option(
    "--step",
    type=POSITIVE_DURATION,
    help="How far a read of an unfinished resource moves the `on_poll` clock.",
)
SERVER_URL = click.option(
    "--url",
    envvar="DECK_BASE_URL",
    show_envvar=True,
    default=DEFAULT_URL,
    type=URL,
    help="The server's URL, with or without /v2.",
)
SERVER_KEY = click.option(
    "--key",
    envvar="DECK_API_KEY",
    show_envvar=True,
    default=ANY_KEY,
    help="The API key, which selects the world.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
FORMAT = click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Lines for people, or JSON for programs.",
)
EDITION_NAME = click.Choice(EDITION_NAMES)
EDITION = click.option(
    "--edition", type=EDITION_NAME, default=DEFAULT_EDITION, help="The edition of the Deck API."
)
FOLDER = click.option(
    "--scenarios",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with your own scenarios.",
)


def complete_scenario(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the scenarios that the shell offers for `incomplete`; it offers files if none fits."""
    folder = context.params.get("folder")
    library = shipped() if folder is None else read_files(scenario_files(folder), shipped())[0]
    names = [name for name in library.names() if name.startswith(incomplete)]
    proposals = [CompletionItem(name, help=library.get(name).summary) for name in names]
    return proposals or [CompletionItem(incomplete, type="file")]


def find_scenario(name: str, library: Library) -> Scenario:
    """Return the scenario named `name`, or that in the file `name`, which may use others of
    `library`. Raises UsageError if there is neither, and ScenarioError if the file has mistakes.
    """
    scenario = library.find(name)
    if scenario is not None:
        return scenario
    file = Path(name)
    if not file.exists():
        text = f"no scenario and no file is called {quote(name)}{library.instead(name)}"
        raise click.UsageError(text)
    read, mistakes = read_files([file], library)
    if mistakes:
        from deck_sim.scenario.loader import ScenarioError

        raise ScenarioError(*mistakes)
    return read.own()[0]
