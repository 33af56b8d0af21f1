"""A scenario as a checked model, and the scripts that it gives to connections and runs."""

from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, field_validator

from deck_sim.complaints import show
from deck_sim.contract.editions import EDITIONS
from deck_sim.durations import Span, parse_duration
from deck_sim.engine.story import Script
from deck_sim.errors import listed, nearest, quote
from deck_sim.scenario.step import Many, Step, Strict
from deck_sim.scenario.steps import (
    Completed,
    Connected,
    Connecting,
    ConnectionStep,
    Queued,
    Running,
    RunStep,
)
from deck_sim.scenario.values import fault


class Scenario(Strict):
    """One scenario file."""

    version: Literal[1]
    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=100)]
    summary: str = ""
    tags: Annotated[tuple[str, ...], Many] = ()
    edition: str | None = None
    connection: Annotated[tuple[ConnectionStep, ...] | None, Many] = None
    task_run: Annotated[tuple[RunStep, ...] | None, Many] = None
    _source: dict[str, Any] = PrivateAttr(default_factory=dict)

    @field_validator("version", mode="before")
    @classmethod
    def _not_merely_equal(cls, value: Any) -> Any:
        """Refuse what is equal to 1 and is not 1: `true`, `1.0`."""
        if value == 1 and type(value) is not int:
            raise fault(f"must be 1, not {show(value)}")
        return value

    @field_validator("edition")
    @classmethod
    def _known(cls, value: Any) -> Any:
        if value is not None and value not in EDITIONS:
            known = f"{nearest(value, EDITIONS)}; there is {listed(EDITIONS)}"
            raise fault(f"unknown edition {quote(value)}{known}")
        return value

    @property
    def source(self) -> dict[str, Any]:
        """The scenario as it was written, as plain data."""
        return self._source

    def script(self, kind: str) -> Script:
        """What a new connection or run plays: the part written for it, or the usual one."""
        return Script(self.name, kind, getattr(self, kind) or USUAL[kind])


def _for(length: str) -> Span:
    return Span(parse_duration(length), parse_duration(length))


# What happens if a scenario does not say.
USUAL: dict[str, tuple[Step, ...]] = {
    "connection": (Connecting.model_construct(length=_for("1s")), Connected.model_construct()),
    "task_run": (
        Queued.model_construct(length=_for("2s")),
        Running.model_construct(length=_for("8s")),
        Completed.model_construct(),
    ),
}
