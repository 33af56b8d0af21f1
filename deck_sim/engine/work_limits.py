"""Limits on the work of one check against a JSON Schema, and of making one output from it.

Work is counted in steps and not in seconds, so that every machine refuses the same schemas.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

MOST_STEPS = 200_000  # about half a second
MOST_SECONDS = 1.0


class OutOfSteps(Exception):
    """The work needs more steps than its limit."""


@dataclass(slots=True)
class Work:
    """The steps left of one limit."""

    limit: int = MOST_STEPS
    seconds: float = MOST_SECONDS  # for matching patterns: `regex_limits` says why not in steps
    spent: int = 0
    depth: int = 0  # of the references of a schema that are followed now
    patterns: dict[str, Any] = field(default_factory=dict)  # that were compiled


_WORK: ContextVar[Work | None] = ContextVar("_WORK", default=None)


@contextmanager
def limit_work(steps: int = MOST_STEPS, seconds: float = MOST_SECONDS) -> Iterator[None]:
    """Limit the work inside the block. If an outer block limits it, that limit holds."""
    token = _WORK.set(_WORK.get() or Work(steps, seconds))
    try:
        yield
    finally:
        _WORK.reset(token)


def current_work() -> Work:
    """The work that the surrounding block limits."""
    return _WORK.get() or Work()


def spend(steps: int = 1) -> None:
    """Count steps, of a few microseconds each; raises `OutOfSteps` beyond the limit."""
    work = _WORK.get() or Work()
    work.spent += steps
    if work.spent > work.limit:
        raise OutOfSteps(f"more than {work.limit:,} steps")
