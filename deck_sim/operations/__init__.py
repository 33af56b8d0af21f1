"""The operations on worlds: functions that inspect and drive them, without HTTP."""

from deck_sim.operations import (
    clock,
    deliveries,
    faults,
    history,
    holds,
    people,
    reports,
    scenarios,
    schemas,
    worlds,
)
from deck_sim.operations.table import BODY, OPERATIONS, ControlOperation, perform

__all__ = [
    "BODY",
    "OPERATIONS",
    "ControlOperation",
    "clock",
    "deliveries",
    "faults",
    "history",
    "holds",
    "people",
    "perform",
    "reports",
    "scenarios",
    "schemas",
    "worlds",
]
