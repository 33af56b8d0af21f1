"""The options of a world: limits and behaviours of Deck, which are off until they are switched on.

A field of `Options` is the only place of an option. The control API, the marker, `Deck.reset`,
`DeckSim` and the inspector take its name, type and description from here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, Self

from deck_sim.base.durations import format_duration
from deck_sim.contract.editions import Edition
from deck_sim.contract.error_catalog import Problem, problem
from deck_sim.engine.records import Immutable

MOST = 1_000_000_000  # the largest number of an option


@dataclass(frozen=True, slots=True)
class Options(Immutable):
    """Options by name; None, False or `()` is off. Their metadata: the `description`, the kind of
    resource that one `needs`, and the `least` number.
    """

    session_limit: int | None = field(
        default=None,
        metadata={
            "description": "How many sessions may be open at once; null is no limit.",
            "needs": "session",
        },
    )
    timeout_cap: int | None = field(
        default=None,
        metadata={"description": "The largest timeout of a task, in seconds.", "least": 1},
    )
    screenshots: bool = field(
        default=False,
        metadata={"description": "Runs take screenshots by themselves while they run."},
    )
    connection_idle: timedelta | None = field(
        default=None,
        metadata={
            "description": "After this time without a run a connection is disconnected, like 10m.",
            "needs": "connection",
        },
    )
    keep_headers: tuple[str, ...] = field(
        default=(),
        metadata={"description": 'More headers that the journal keeps, like ["x-trace"].'},
    )

    def changes(self, before: Self) -> set[str]:
        """The names of the options with another value than before."""
        names = (row.name for row in fields(self))
        return {name for name in names if getattr(self, name) != getattr(before, name)}

    def as_json(self) -> dict[str, Any]:
        """The options as the control API shows them."""
        values = ((row.name, getattr(self, row.name)) for row in fields(self))
        return {n: format_duration(v) if isinstance(v, timedelta) else v for n, v in values}

    def problems(self, edition: Edition) -> Iterator[Problem]:
        """The options that are on, but need a kind of resource that the edition does not have."""
        for row in fields(self):
            needs = row.metadata.get("needs")
            if needs and needs not in edition.kinds and getattr(self, row.name) != row.default:
                text = (
                    f"`{row.name}`: the edition `{edition.name}` has no {needs}s;"
                    " leave the option off (`null`), or use the other edition"
                )
                yield problem("request/input_invalid", text, field=row.name)


OPTION_TYPES: Mapping[str, Any] = {row.name: row.type for row in fields(Options)}
