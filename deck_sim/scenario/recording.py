"""Turns the history of a connection, session or run, as a client saw it, into a script.

The script does not have the users' answers: a prompt that was answered accepts every answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from typing import Any

from deck_sim.base.durations import format_duration
from deck_sim.base.redaction import redact
from deck_sim.contract.machines import Machine
from deck_sim.scenario.expressions import is_template
from deck_sim.scenario.steps.prompts import InteractionRequired
from deck_sim.scenario.steps.step import status_steps

# Written after a prompt that got no right answer: no script may end at a prompt.
_AFTER_PROMPT = {"connection": ["connected"], "task_run": ["running", "completed"]}


@dataclass(frozen=True, slots=True)
class PastStatus:
    """A status that was entered, and the fields of the resource as the API showed them then."""

    at: datetime
    status: str
    resource: Mapping[str, Any]


def write_script(kind: str, machine: Machine, history: Sequence[PastStatus]) -> list[Any]:
    """Return steps, as plain data, that repeat a history: the same statuses at the same times."""
    entered, steps = status_steps(kind, machine), list[Any]()
    for index, past in enumerate(history):
        step, later = entered.get(past.status), history[index + 1 :]
        if step is None:  # the step before leads to it, as to `canceled` after `cancelling`
            break
        if later and later[0].status == past.status:  # a prompt that was shown again
            continue
        length = format_duration(later[0].at - past.at) if later else None
        if step.ends:
            steps.append(_written(step.word, _outcome(past)))
        elif step.lasts:
            lasts = length or (None if past.status in machine.settled else "stuck")
            steps.append(_written(step.word, None if lasts == "0s" else lasts))
        elif not issubclass(step, InteractionRequired):  # a review
            steps += [_written(step.word, length)] if later else [step.word, "completed"]
        else:
            keys = _literal(past.resource["interaction"])
            steps.append({step.word: keys})
            if later and entered[later[0].status].ends:
                keys |= {"timeout": length, "on_timeout": write_script(kind, machine, later)}
                later = ()
            if not later:
                return [*steps, *_AFTER_PROMPT[kind]]
    return steps


def _outcome(past: PastStatus) -> Any:
    if errors := past.resource.get("errors"):
        rows = [{"error": f"{error['type']}/{error['code']}", **error} for error in errors]
        return [{n: _literal(v) for n, v in e.items() if n not in ("type", "code")} for e in rows]
    fields = {name: past.resource.get(name) for name in ("output", "result")}
    is_completed = past.status == "completed"
    return {n: _literal(redact(v)) for n, v in fields.items() if is_completed and v is not None}


def _literal(value: Any) -> Any:
    """Return the value; quote every text in it that would be read as an expression."""
    if isinstance(value, str) and is_template(value):
        text = dumps(value, ensure_ascii=False).replace("{", r"\u007b")  # `{%` is always refused
        return f"{{{{ {text} }}}}"
    if isinstance(value, Mapping):
        return {_literal(name): _literal(inner) for name, inner in value.items()}
    return [*map(_literal, value)] if isinstance(value, list) else value


def _written(word: str, value: Any) -> Any:
    return word if value in (None, {}) else {word: value}
