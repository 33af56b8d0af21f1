"""The values of `deck_every_scenario` and `deck_every_failure`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from deck_sim import ERRORS, Deck, ErrorInfo
from deck_sim.contract.editions import DEFAULT_EDITION
from pytest_deck_sim import find_folder
from pytest_deck_sim.worlds import make_failure, read_folder, read_marker

if TYPE_CHECKING:
    import pytest

_FAILURE = "deck_every_failure_"  # the beginning of the names of scenarios


def _scenario_names(item: pytest.Item, edition: str | None) -> list[str]:
    folder, options = find_folder(item.config), read_marker(item)
    only_own = options.scenarios == "own"
    if only_own and folder is None:
        raise make_failure("`scenarios='own'` needs a folder of your own: --deck-scenarios DIR")
    library = read_folder(folder)
    names = sorted(scenario.name for scenario in library.own()) if only_own else library.names()
    chosen = options.edition or edition or DEFAULT_EDITION
    return [name for name in names if chosen in library.get(name).editions]


def _failures(item: pytest.Item, edition: str | None) -> list[ErrorInfo]:
    chosen = read_marker(item).edition or edition or DEFAULT_EDITION
    return [error for error in ERRORS if error.ends_run and chosen in error.editions]


VALUES: Mapping[str, Callable[[pytest.Item, str | None], list[Any]]] = {
    "deck_every_scenario": _scenario_names,
    "deck_every_failure": _failures,
}


def fail_runs(deck: Deck, error: ErrorInfo) -> None:
    """Make every run of a world start and then fail with an error."""
    script = [{"queued": "1s"}, {"running": "5s"}, {"failed": error.name}]
    name = f"{_FAILURE}{error.name.replace('/', '_')}"
    deck.use(deck.scenario({"name": name, "task_run": script}))


def is_made_up(name: str) -> bool:
    """Whether a scenario of this name was made by `fail_runs`."""
    return name.startswith(_FAILURE)
