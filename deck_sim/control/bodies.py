"""The request bodies of the control API."""

from typing import Any, Literal

from pydantic import Field

from deck_sim.contract.bodies import Body, Text
from deck_sim.scenario.choosing import Rule


class NewWorld(Body):
    """`POST /_sim/reset`: what is not said is as the server was started."""

    edition: Literal["connections"] | None = None
    seed: int | None = None
    mode: Literal["real", "frozen", "on_poll"] | None = None
    speed: float | None = Field(default=None, gt=0, le=1_000_000)
    now: Text | None = None
    default_scenario: Text | None = None


class ChangeWorld(Body):
    """`PATCH /_sim/world`."""

    default_scenario: Text | None = None
    edition: Literal["connections"] | None = None
    seed: int | None = None


class SetClock(Body):
    """`PUT /_sim/clock`."""

    mode: Literal["real", "frozen", "on_poll"]
    now: Text | None = None
    speed: float = Field(default=1, gt=0, le=1_000_000)


class UntilEvent(Body):
    """An event to wait for."""

    event: Text
    id: Text | None = None


class Advance(Body):
    """`POST /_sim/clock/advance`: exactly one of `by`, `to` and `until`."""

    by: Text | None = None
    to: Text | None = None
    until: Literal["idle"] | UntilEvent | None = None
    limit: Text = "1d"


class Queue(Body):
    """`POST /_sim/queue`."""

    resource: Text
    scenarios: list[str] = Field(min_length=1)


class Rules(Body):
    """`PUT /_sim/rules`."""

    rules: list[Rule]


class Seed(Body):
    """`POST /_sim/seed`."""

    resources: dict[str, list[dict[str, Any]]]
