"""Checks of a scenario beyond its keys: expressions, faults, and parts that exclude each
other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deck_sim.base.errors import listed
from deck_sim.contract.editions import EDITIONS, explain_foreign_event
from deck_sim.engine.story import KINDS
from deck_sim.scenario.expressions.templates import is_template, template_problems, texts_in
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.script_checks import Found


def check_expressions(data: Any) -> Iterator[Found]:
    """Report expressions that cannot be read, or that stand where none are computed."""
    for path, text in texts_in(data):
        if not is_template(text) or path == ("summary",):
            continue
        if path[0] in KINDS:
            yield from ((path, message) for message in template_problems(text))
        else:
            yield path, f"expressions are computed only in {listed(KINDS)}; here they stay text"


_LISTS = ("playlist", "mix")
_WAYS = ("task_run", *_LISTS)  # to define the steps of a run; they exclude each other
_OF_A_STORY = ("http", "webhooks", "task_timeout")  # a list has none of its own


def check_exclusions(scenario: Scenario) -> Iterator[Found]:
    """Report parts of a scenario that exclude each other."""
    found = [name for name in _WAYS if getattr(scenario, name)]
    if len(found) > 1:
        yield (found[-1],), f"{listed(found)} exclude each other; keep one of them"
    references = [name for name in found if name in _LISTS]
    if references:
        text = f"has no effect in a `{references[0]}`; move it into the scenarios it names"
        written = (name for name in _OF_A_STORY if getattr(scenario, name) is not None)
        yield from (((name,), f"`{name}` {text}") for name in written)


def check_faults(scenario: Scenario, editions: tuple[str, ...]) -> Iterator[Found]:
    """Report faults of events that no edition that can play the scenario has."""
    names = editions or tuple(EDITIONS)
    for index, fault in enumerate(scenario.webhooks or ()):
        if why := explain_foreign_event(fault.event, names):
            yield ("webhooks", index, "event"), why
