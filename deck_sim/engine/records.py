"""The values that a world is made of. They are frozen: a change makes a new value.

That is what makes the rest cheap and safe. An event keeps the resource as it was by keeping it; a
refused call has nothing to undo; a snapshot shares what has not changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from deck_sim.contract.error_catalog import Problem


class Immutable:
    """A value that nothing changes, so that the copies of a world share it."""

    __slots__ = ()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


@dataclass(frozen=True, slots=True)
class Resource(Immutable):
    """One agent, source, task, connection or task run, as it is at one moment."""

    kind: str
    id: str
    created_at: datetime
    updated_at: datetime
    status: str | None
    fields: Mapping[str, Any]  # what the API prints; never changed in place
    hidden: Mapping[str, Any] = field(default_factory=dict)  # what it knows and does not print
    started_at: datetime | None = None  # when a run began to work
    deleted: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]

    def with_fields(self, at: datetime, **changes: Any) -> "Resource":
        """The resource after a change of fields at that moment."""
        return replace(self, updated_at=at, fields={**self.fields, **changes})


@dataclass(frozen=True, slots=True)
class Event(Immutable):
    """Something that the API tells its subscribers."""

    id: str
    type: str
    data: Resource
    created_at: datetime
    beside: Mapping[str, Any] = field(default_factory=dict)  # what it shows of others, as then


@dataclass(frozen=True, slots=True)
class TimelineEntry(Immutable):
    """One line of the timeline: at that moment, what happened to what."""

    at: datetime
    kind: str  # a resource's kind, or `call`, `clock` or `queue`
    id: str
    what: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A point to stop at: before an event, of one resource or of any, or before a call's answer."""

    id: str
    event: str | None = None
    resource: str | None = None
    call: str | None = None  # a pattern, as `POST /v2/tasks/*/run`
    met: int = 0  # how many stories and answers it has stopped


@dataclass(frozen=True, slots=True)
class AdditiveChanges:
    """What a world shows that no page documents, as Deck itself may begin to at any time."""

    fields: bool = False
    event_type: str | None = None
    interaction_type: str | None = None

    @property
    def unknown_fields(self) -> Mapping[str, Any]:
        """What is printed beside the fields of every resource."""
        return _UNKNOWN_FIELDS if self.fields else {}

    @property
    def unknown_prompt(self) -> Mapping[str, str]:
        """What is said in the place of a prompt's type."""
        return {"type": self.interaction_type} if self.interaction_type else {}


_UNKNOWN_FIELDS = {"deck_sim_surprise": {"why": "clients must tolerate unknown fields"}}


def failure(problems: tuple[Problem, ...]) -> list[dict[str, str]]:
    """The `errors` of a failed run."""
    return [problem.as_json() for problem in problems]
