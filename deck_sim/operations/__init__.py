"""The operations on worlds: functions that inspect and drive them, without HTTP."""

from deck_sim.operations import (  # each registers its functions
    clock,
    deliveries,
    faults,
    holds,
    people,
    records,
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
    "holds",
    "people",
    "perform",
    "records",
    "reports",
    "scenarios",
    "schemas",
    "worlds",
]
