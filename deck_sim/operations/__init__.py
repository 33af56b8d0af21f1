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
from deck_sim.operations.operation import BODY, OPERATIONS, Operation, perform

__all__ = [
    "BODY",
    "OPERATIONS",
    "Operation",
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
