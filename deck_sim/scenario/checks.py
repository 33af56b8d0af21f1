"""Checks of a scenario beyond its keys: expressions, faults, and parts that exclude each
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from deck_sim.base.errors import listed
from deck_sim.contract.editions import EDITIONS, explain_foreign_event
from deck_sim.engine.story import KINDS
from deck_sim.scenario.expressions.templates import is_template, template_problems, texts_in
from deck_sim.scenario.script_checks import Found
from deck_sim.scenario.steps.refusals import Refused
from deck_sim.scenario.steps.statuses import step_word
from deck_sim.scenario.yaml.document import Path


def check_expressions(data: Any) -> Iterator[Found]:
    """Report expressions that cannot be read, or that stand where none are computed."""
    for path, text in texts_in(data):
        if not is_template(text) or path == ("summary",):
            continue
        if path[0] in KINDS:
            yield from ((path, message) for message in template_problems(text))
        else:
            yield path, f"expressions are computed only in {listed(KINDS)}; here they stay text"


def _refuses(steps: Any) -> bool:
    if isinstance(steps, dict):  # a script for each edition
        return all(map(_refuses, steps.values()))
    first = steps[0] if steps and isinstance(steps, list | tuple) else None
    return isinstance(first, Refused) or step_word(first) == Refused.word


REFERENCES = ("playlist", "mix")  # they play other scenarios
WAYS = ("task_run", *REFERENCES)  # to define the steps of a run; they exclude each other
OF_A_STORY = ("http", "webhooks", "task_timeout")  # a list has none of its own


def check_exclusions(data: Mapping[str, Any]) -> Iterator[Found]:
    """Report parts of a scenario that exclude each other."""
    found = [name for name in WAYS if data.get(name) is not None]
    if len(found) > 1:
        yield (found[-1],), f"{listed(found)} exclude each other; keep one of them"
    references = [name for name in found if name in REFERENCES]
    scripts = [data[kind] for kind in KINDS if data.get(kind)]
    if references:
        why = f" in a `{references[0]}`; move it into the scenarios it names"
    elif scripts and all(map(_refuses, scripts)):
        why = ", because nothing is created; leave it out"
    else:
        return
    for name in (name for name in OF_A_STORY if data.get(name) is not None):
        yield (name,), f"`{name}` has no effect{why}"


def check_faults(
    data: Mapping[str, Any], editions: tuple[str, ...]
) -> Iterator[tuple[Path, str | Callable[[], str]]]:
    """Report faults of events that no edition that can play the scenario has."""
    faults = data.get("webhooks")
    for index, fault in enumerate(faults if isinstance(faults, list) else ()):
        # A value that is no event is reported by its field.
        with suppress(AttributeError, KeyError, TypeError, ValueError):
            if why := explain_foreign_event(fault["event"], editions or tuple(EDITIONS)):
                yield ("webhooks", index, "event"), why
