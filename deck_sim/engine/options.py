"""The options of a world: limits and habits of Deck that a test switches on. All are off at first.

A field of `Options` is the only place of an option. The control API, the marker, `Deck.reset`,
`DeckSim` and snapshots take its name and type from here; `docs/control.md` describes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from deck_sim.base.durations import format_duration
from deck_sim.contract.editions import Edition
from deck_sim.contract.error_catalog import Problem, problem
from deck_sim.engine.records import Immutable


@dataclass(frozen=True, slots=True)
class Options(Immutable):
    """Options by name. None or False is off; `needs` is a kind of resource that it is about, and
    `least` the smallest number.
    """

    session_limit: int | None = field(default=None, metadata={"needs": "session"})
    """How many sessions may be open at once."""
    timeout_cap: int | None = field(default=None, metadata={"least": 1})
    """The largest `settings.timeout_seconds` of a task."""
    screenshots: bool = False
    """Whether runs take screenshots by themselves while they are `running`."""
    connection_idle: timedelta | None = field(default=None, metadata={"needs": "connection"})
    """After how long a connection that no run uses becomes `disconnected`."""

    def as_json(self) -> dict[str, Any]:
        """The options as the control API shows them."""
        values = ((row.name, getattr(self, row.name)) for row in fields(self))
        return {n: format_duration(v) if isinstance(v, timedelta) else v for n, v in values}

    def problems(self, edition: Edition) -> Iterator[Problem]:
        """The options that are on, and that nothing in the edition is about."""
        for row in fields(self):
            needs = row.metadata.get("needs")
            if needs and needs not in edition.kinds and getattr(self, row.name) != row.default:
                text = (
                    f"`{row.name}`: the edition `{edition.name}` has no {needs}s;"
                    " leave it out, or use the other edition"
                )
                yield problem("request/input_invalid", text, field=row.name)


OPTION_TYPES: Mapping[str, Any] = {row.name: row.type for row in fields(Options)}
