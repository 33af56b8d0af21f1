"""The subjects of the fidelity ledger: everything in the tables of an edition, and a few more.

A row of the ledger names its subjects under `of`, and `rely_on` gets one of them.
"""

from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from functools import cache

from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.interactions import PROMPTS
from deck_sim.contract.operations import PAGING
from deck_sim.contract.statuses import Machine


class Subject(StrEnum):
    """The subjects that are in no table."""

    SEVERAL = "several problems"  # an error answer with more than one problem
    UNKNOWN_PARAMETER = "unknown parameter"
    DELETED = "what is deleted"
    DELETE_OF_USED = "delete of what is used"
    PATCH = "patch of an object, or of nothing"
    PATCH_OF_DESTINATION = "patch of a destination's object"
    ROTATE_SECRET = "rotate secret"
    SECRET_SHOWN = "secret shown"
    KEY_IGNORED = "idempotency key on another call"
    KEY_EMPTY = "empty idempotency key"
    TWO_AT_ONCE = "two calls with one key"
    HEAD = "HEAD"


# Fields of an edition whose rows have ledger rows of their own.
_NO_BEHAVIOUR = {"name", "kinds", "login", "login_status", "bodies", "operations", "errors"}
_NO_BEHAVIOUR |= {"ledger"}
_PLAIN = ("include", *PAGING[:2])  # parameters that conventions describe


def subject_groups(edition: Edition) -> Iterator[list[str]]:
    """Groups of subjects of an edition; one of each group must have a row."""
    yield from ([error.name] for error in edition.deck_errors)
    for operation in edition.every_operation:
        yield [operation.call]
        asked = set(operation.parameters) - {*_PLAIN}
        yield from ([f"{operation.call}?{name}"] for name in sorted(asked))
    yield from ([f"edition.{f.name}"] for f in fields(Edition) if f.name not in _NO_BEHAVIOUR)
    yield from ([f"interaction.{type_}"] for type_ in PROMPTS)
    for kind in edition.kinds.values():
        yield from ([f"include={name}"] for name in kind.includes)
        yield from _machine_groups(kind.object, kind.machine) if kind.machine else ()


def _machine_groups(kind: str, machine: Machine) -> Iterator[list[str]]:
    yield [kind]
    for name, command in machine.commands.items():  # one row, or one for each status
        yield from ([f"{kind}.{name}", f"{kind}.{name}@{status}"] for status in command.allowed)
    yield from ([f"{kind}@{status}"] for status in machine.auto_transitions)
    leaving = (*machine.fails_users_with, *machine.cancels_users_in)
    yield from ([f"{kind}.users@{status}"] for status in leaving)
    yield from ([f"{kind}.{field}"] for field in machine.leads)
    led = [(status, field) for status in machine.leads_first for field in machine.leads]
    yield from (
        [f"{kind}.{status}@{field}"] for status, field in led if status in machine.leads[field]
    )
    yield from ([f"{kind}.result"] for _ in list(machine.results)[:1])
    yield from ([f"{kind}.event@{status}"] for status in machine.spelled)


@cache
def subjects(edition: str) -> frozenset[str]:
    """Every subject of an edition, also those that need no row."""
    rules = EDITIONS[edition]
    found = {name for group in subject_groups(rules) for name in group}
    for operation in rules.every_operation:
        found |= {operation.method, *(f"{operation.call}?{name}" for name in _PLAIN)}
    for name, kind in rules.kinds.items():
        found |= {f"{name}.users@{status}" for status in kind.statuses}
        if kind.machine and "answer" in kind.machine.commands:
            found |= {f"{name}.answer, {how}" for how in ("again", *kind.statuses)}
    return frozenset(found.union(Subject))
