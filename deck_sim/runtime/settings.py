"""The settings of a new world, and the names of the clock modes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from deck_sim.contract import DEFAULT_EDITION

if TYPE_CHECKING:
    from deck_sim.engine.world_values import Options

ON_POLL, FROZEN, REAL = "on_poll", "frozen", "real"
MODES = (REAL, FROZEN, ON_POLL)
WEBHOOK_TIMES = ("wall", "world")  # which clock gives a webhook's timestamp


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a new world.

    Without `now`, a `real` clock starts at the present, others in 2025 (`FROZEN_START`).
    """

    edition: str = DEFAULT_EDITION
    mode: str = FROZEN
    speed: float = 1
    step: timedelta | None = None  # of an `on_poll` clock; other modes ignore it
    now: datetime | None = None
    seed: int | None = 0  # None: one that follows from the key of the world
    webhook_time: str = "wall"  # one of `WEBHOOK_TIMES`
    rate_limit: bool = False
    options: Options | None = None  # None: all are off
