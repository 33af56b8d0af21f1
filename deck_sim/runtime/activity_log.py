"""The log of a server: an entry for each call of the Deck API, refused call and delivery attempt.

An entry has a line for people, and the same as plain data. The logger `deck_sim.activity` gets the
line. `printers` get both directly, since a `logging` record takes four times as long to make.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from deck_sim.base.redaction import mask_key, redact_text
from deck_sim.runtime.moment_text import format_moment

if TYPE_CHECKING:
    from deck_sim.engine.deliveries import Attempt, AttemptResult
    from deck_sim.runtime.call_journal import Call
    from deck_sim.runtime.simulation import Simulation

log = logging.getLogger("deck_sim.activity")
printers = list[Callable[[str, dict[str, Any]], None]]()  # functions that show the log


def log_call(key: str, call: Call) -> None:
    if not (printers or log.isEnabledFor(logging.INFO)):
        return
    scenario = f"{call.scenario}" if call.scenario else None
    message = call.answered.get("message")
    names = ("method", "path", "status", "request_id", "errors", "fault")
    data = {name: getattr(call, name) for name in names}
    data |= {"scenario": scenario, "message": message}
    errors = ": ".join(filter(None, [", ".join(call.errors), message]))
    notes = [scenario, errors, call.fault and f"fault: {call.fault}"]
    _write("call", call.at, key, f"{call.method} {call.path} {call.status}", notes, data)


def log_refused(method: str, path: str, status: int, why: str) -> None:
    """Log a call that reached no world, such as one without an API key."""
    text = f"{method} {path} {status}"
    data = {"method": method, "path": path, "status": status, "why": why}
    _write("refused", None, "(no world)", text, [why], data)


def log_attempt(simulation: Simulation, attempt: Attempt, result: AttemptResult) -> None:
    """Log an attempt to deliver a webhook, and when the next attempt is due (world time)."""
    if not (printers or log.isEnabledFor(logging.INFO)):
        return
    retries = simulation.world.timers.of(attempt.delivery_id)
    next_at = format_moment(retries[0].at) if retries else None
    url, type_ = redact_text(attempt.destination["config"]["url"]), attempt.event.type
    notes = [
        result.error or f"{result.latency_ms} ms",
        f"attempt {result.number}" if not result.ok or result.number != 1 else None,
        f"next at {next_at}" if next_at else None,
        f"fault: {result.fault}" if result.fault else None,
    ]
    outcome = result.status if result.status is not None else "failed"
    data = {
        "event_id": attempt.event.id,
        "event_type": type_,
        "url": url,
        "attempt": result.number,
        **{
            name: getattr(result, name) for name in ("ok", "status", "error", "latency_ms", "fault")
        },
        "retry_at": next_at,
    }
    _write("delivery", result.at, simulation.key, f"-> {type_} to {url} {outcome}", notes, data)


def _write(
    kind: str,
    at: datetime | None,
    key: str,
    text: str,
    notes: list[str | None],
    data: dict[str, Any],
) -> None:
    world, moment = mask_key(key), format_moment(at) if at else None
    line = " ".join(filter(None, [moment, world, text]))
    if details := "; ".join(filter(None, notes)):
        line += f"  {details}"
    if not line.isprintable():  # a path may have any character, and an entry must stay one line
        line = f"{line!r}"[1:-1]
    for show in printers:
        show(line, {"kind": kind, "at": moment, "world": world, **data})
    log.info("%s", line)
