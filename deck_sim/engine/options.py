"""The options of a world: limits and behaviours of Deck, which are off until they are switched on.

A field of `Options` is the only place of an option. The control API, the marker, `Deck.reset`,
and `DeckSim` take its name and type from here; `docs/control.md` describes it.
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
    """Options by name; None, False or `()` is off. `needs` names the kind of resource that one
    needs, and `least` the smallest number.
    """

    session_limit: int | None = field(default=None, metadata={"needs": "session"})
    """How many sessions may be open at once."""
    timeout_cap: int | None = field(default=None, metadata={"least": 1})
    """The largest `settings.timeout_seconds` of a task."""
    screenshots: bool = False
    """Whether runs take screenshots by themselves while they are `running`."""
    connection_idle: timedelta | None = field(default=None, metadata={"needs": "connection"})
    """After how long a connection that no run uses becomes `disconnected`."""
    keep_headers: tuple[str, ...] = ()
    """The headers that the journal keeps in addition to its usual ones, in lower case."""

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
