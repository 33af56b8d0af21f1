"""Which scenario a new connection or run plays, and why. The first way that finds one wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deck_sim.engine.story import Script
from deck_sim.errors import listed, nearest, quote, refuse
from deck_sim.scenario.kinds import KINDS
from deck_sim.scenario.library import Library

if TYPE_CHECKING:
    from deck_sim.scenario.model import Scenario

HEADER = "Deck-Sim-Scenario"
DEFAULT_SCENARIO = "success"


@dataclass
class Wishes:
    """What a world was told about the scenarios to come."""

    default_scenario: str = DEFAULT_SCENARIO
    queues: dict[str, list[str]] = field(default_factory=dict)

    def queue(self, kind: str, names: list[str], library: Library) -> None:
        """Let the next ones of a kind play these, in this order.

        Raises:
            ApiError: if the kind plays no scenarios or a name is unknown; nothing is queued then.

        """
        if kind not in KINDS:
            allowed = listed(KINDS, last="or")
            text = f"`resource` is {quote(kind)}{nearest(kind, KINDS)}; it can be {allowed}"
            raise refuse("request/input_invalid", text, field="resource")
        for index, name in enumerate(names):
            library.get(name, f"scenarios[{index}]")
        self.queues.setdefault(kind, []).extend(names)


@dataclass(frozen=True, slots=True)
class Choice:
    """A scenario, and why it was chosen."""

    scenario: Scenario
    kind: str
    because: str

    @property
    def script(self) -> Script:
        """What is to be played."""
        return self.scenario.script(self.kind)

    def __str__(self) -> str:
        return f"{self.scenario.name}; because={self.because}"


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of the connection or run for which a scenario is looked for."""

    kind: str
    header: str | None
    wishes: Wishes


def _from_header(opening: Opening) -> str | None:
    return opening.header


def _from_queue(opening: Opening) -> str | None:
    queue = opening.wishes.queues.get(opening.kind)
    return queue[0] if queue else None


def _from_default(opening: Opening) -> str | None:
    return opening.wishes.default_scenario


WAYS: dict[str, Callable[[Opening], str | None]] = {
    "header": _from_header,
    "queue": _from_queue,
    "default": _from_default,
}


def choose(opening: Opening, library: Library) -> Choice:
    """Choose; a name that came from the queue leaves it.

    Raises:
        ApiError: if the name is unknown; the queue is as it was.

    """
    because, name = next((way, name) for way, find in WAYS.items() if (name := find(opening)))
    choice = Choice(library.get(name, HEADER), opening.kind, because)
    if because == "queue":
        opening.wishes.queues[opening.kind].pop(0)
    return choice
