"""The values of `deck_every_scenario` and `deck_every_failure`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deck_sim import ERRORS, Deck, ErrorInfo
from deck_sim.contract.editions import DEFAULT_EDITION
from pytest_deck_sim import find_folder
from pytest_deck_sim.worlds import make_failure, read_folder, read_marker

if TYPE_CHECKING:
    import pytest

_FAILURE = "deck_every_failure_"  # the beginning of the names of scenarios


def values_of(fixture: str, item: pytest.Item, edition: str | None) -> list[Any]:
    """The values of one of the two fixtures for a test; `edition` is that of the option."""
    folder, options = find_folder(item.config), read_marker(item)
    chosen = options.edition or edition or DEFAULT_EDITION
    if fixture == "deck_every_failure":
        return [error for error in ERRORS if error.ends_run and chosen in error.editions]
    only_own = options.scenarios == "own"
    if only_own and folder is None:
        raise make_failure("`scenarios='own'` needs a folder of your own: --deck-scenarios DIR")
    library = read_folder(folder)
    names = sorted(scenario.name for scenario in library.own()) if only_own else library.names()
    return [name for name in names if chosen in library.get(name).editions]


def fail_runs(deck: Deck, error: ErrorInfo) -> None:
    """Make every run of a world start and then fail with an error."""
    script = [{"queued": "1s"}, {"running": "5s"}, {"failed": error.name}]
    name = f"{_FAILURE}{error.name.replace('/', '_')}"
    deck.use(deck.scenario({"name": name, "task_run": script}))


def is_made_up(name: str) -> bool:
    """Whether a scenario of this name was made by `fail_runs`."""
    return name.startswith(_FAILURE)
