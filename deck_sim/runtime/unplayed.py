"""Scripts that nothing has played, and what would start them."""

from collections.abc import Iterable
from typing import NamedTuple

from deck_sim.engine.story import KINDS
from deck_sim.engine.world import World
from deck_sim.scenario.library import Library
from deck_sim.scenario.selection import DEFAULT_SCENARIO, SelectionState

# What starts the scripts that a run does not.
STARTS = {
    "connection": "a seeded connection plays none; open one with `deck.ready_task(login=True)` or"
    " `POST /v2/connections`",
    "session": "the session of a run plays none; start one with `POST /v2/sessions`",
}


class UnplayedLogin(NamedTuple):
    """A scenario with scripts for logins only, and the kinds that these are for."""

    scenario: str
    kinds: list[str]


def find_unplayed_login(
    world: World, selection: SelectionState, library: Library
) -> UnplayedLogin | None:
    """The scenario that was set as the default, if it has scripts for logins only and none was
    played. The default of a new world was set by nobody.
    """
    name = selection.default_scenario
    scenario = None if name == DEFAULT_SCENARIO else library.find(name)
    kinds = [kind for kind in KINDS if scenario and scenario.defines(kind, world.edition)]
    played = {kind for played, kind, _ in world.played if played == name}
    if not kinds or "task_run" in kinds or not played.isdisjoint(kinds):
        return None
    return UnplayedLogin(name, kinds)


def explain_unplayed_login(scenario: str, kinds: Iterable[str]) -> list[str]:
    """For each kind, that its script was not played, and what starts it."""
    return [
        f"`{scenario}` has a script for a {kind} and none for a run, and nothing played it:"
        f" {STARTS[kind]}"
        for kind in kinds
    ]
