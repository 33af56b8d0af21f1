"""The registered editions. To add one, add a package here and its name to `EDITION_NAMES`."""

import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from importlib import import_module

from deck_sim.base.call_pattern import CallPattern
from deck_sim.base.errors import for_python, listed, nearest, nearest_type, quote
from deck_sim.contract import EDITION_NAMES
from deck_sim.contract.editions.edition import Edition, Idempotency, RateLimit
from deck_sim.contract.error_catalog import CATALOG

__all__ = ["EDITIONS", "Edition", "Idempotency", "RateLimit"]

EDITIONS: dict[str, Edition] = {}


def register(edition: Edition) -> None:
    """Register an edition, and add its errors to the catalog."""
    assert edition.name not in EDITIONS, f"two editions are called {edition.name}"
    EDITIONS[edition.name] = edition
    CATALOG.update((row.name, row) for row in edition.errors)


def how_to_switch(edition: str) -> str:
    """Explain how to give a world this edition: in a test, on the command line, and over HTTP."""
    pytest = f'@pytest.mark.deck(edition="{edition}"), --deck-edition={edition} of pytest, '
    return (
        f"to switch: {for_python(pytest)}--edition {edition} of deck-sim, or PATCH /_sim/world"
        f' {{"edition": "{edition}"}} while the world is empty'
    )


def every_event_type() -> tuple[str, ...]:
    return (*dict.fromkeys(name for e in EDITIONS.values() for name in e.event_names),)


def explain_misspelt_event(pattern: str) -> str | None:
    """Return a message if `pattern` matches no event of any edition but resembles one; else None.
    A scenario may emit other types.
    """
    near = nearest_type(pattern, every_event_type())
    return f"unknown event type {quote(pattern)}{near}" if near else None


def explain_foreign_event(
    pattern: str, editions: Collection[str], *, in_world: bool = False
) -> str | None:
    """Return a message if `pattern` matches events, but none in `editions`; else None. With
    `in_world`, the message also says how to switch a world to an edition that has such events.
    """
    having = [
        edition.name
        for edition in EDITIONS.values()
        if any(fnmatchcase(name, pattern) for name in edition.event_names)
    ]
    return _explain_foreign("an event", pattern, having, editions, in_world) if having else None


def explain_unknown_call(
    pattern: str, editions: Collection[str] = EDITIONS, *, in_world: bool = False
) -> str | None:
    """Return a message if `pattern` matches no call in `editions`; else None. With `in_world`, the
    message also says how to switch a world to an edition that has such a call.
    """
    may_match, having, calls = CallPattern.read(pattern).may_match, list[str](), set[str]()
    for name, edition in EDITIONS.items():
        calls_of_edition = [f"{row.method} /v2{row.path}" for row in edition.every_operation]
        calls.update(calls_of_edition)
        if any(map(may_match, calls_of_edition)):
            having.append(name)
    if not having:
        near = nearest(pattern, sorted({re.sub(r"{\w+}", "*", call) for call in calls}))
        return f"no call of the Deck API is {quote(pattern)}{near}"
    return _explain_foreign("a call", pattern, having, editions, in_world)


def _explain_foreign(
    noun: str, pattern: str, having: list[str], editions: Collection[str], in_world: bool
) -> str | None:
    if {*having} & {*editions}:
        return None
    text = f"the edition {listed(editions)} has no {noun.split()[1]} {quote(pattern)}"
    switch = f"; {how_to_switch(having[0])}" if in_world else ""
    return f"{text}; it is {noun} of {listed(having)}{switch}"


for _name in EDITION_NAMES:
    register(import_module(f"{__name__}.{_name}").EDITION)
