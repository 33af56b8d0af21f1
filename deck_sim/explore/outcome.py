"""The outcome of a world: its resources and calls, to compare with another run of the program."""

import copy
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from deck_sim.base.call_pattern import CallPattern
from deck_sim.base.errors import counted
from deck_sim.engine.script import WRONG_ANSWER, watched_kinds
from deck_sim.engine.world_values import Resource
from deck_sim.explore.places import program_calls
from deck_sim.runtime.advance import next_retry, pass_time_until, run_to_end
from deck_sim.runtime.moment_text import LAST_MOMENT
from deck_sim.runtime.simulation import Simulation

MORE, LESS, OTHER = "more", "less", "other"  # how a world differs from that of another run
Difference = tuple[str, str]  # one of these, and the line that describes it

_ANSWERS = CallPattern.read("POST /v2/*/*/interaction")
_COMPARED = ("agent", "source", "task", "task_run", "event_destination")  # and the login's kind
_GONE = ("canceled", "terminated")
_MOST_STRETCH = 60
_RESERVE = timedelta(seconds=1)  # that is left of a task's timeout
# Dates and times in an output depend on the moment at which the output was made.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z?)?|\d\d:\d\d(:\d\d)?Z?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The calls of a world, and its resources once it is idle."""

    state: tuple[str, ...]  # before the world was played to its end
    calls: Counter[str]  # of the program, with statuses of answers; equal reads count once
    counts: dict[str, int]  # resources that are not gone, by the noun of their kind
    totals: dict[str, int]  # those that are gone included
    runs: tuple[tuple[str, str], ...]  # status and output of each, in order of creation
    answers: int  # to prompts, that were accepted
    all_delivered: bool  # whether each attempt to deliver was answered with success
    times_out: bool  # whether a run ended with the error of a timeout
    room: int  # how many times as long every run could take without a timeout; at most sixty


def read_state(simulation: Simulation) -> tuple[str, ...]:
    """Return the present statuses of runs, logins and sessions, and if a delivery is late."""
    world = simulation.world
    rows = map(world.all, watched_kinds(world.contract))
    statuses = (f"{resource.status}" for resources in rows for resource in resources.values())
    return (f"{next_retry(simulation) is not None}", *statuses)


def observe(simulation: Simulation) -> Outcome:
    """Play a copy of the world, without deliveries and at its usual pace, until the copy is idle;
    return the outcome.
    """
    ahead = copy.copy(simulation)
    world = ahead.world = copy.deepcopy(simulation.world)
    world.pace = None
    for delivery in world.all("event_delivery"):
        world.timers.disarm(delivery, [due.name for due in world.timers.of(delivery)])
    run_to_end(pass_time_until(ahead, LAST_MOMENT, lambda: not world.timers.progress))
    kinds = (*_COMPARED, world.contract.login)
    alive = {
        kind: [
            resource
            for resource in world.all(kind).values()
            if not resource.deleted and resource.status not in _GONE
        ]
        for kind in world.contract.kinds
        if kind in kinds
    }
    calls = simulation.journal
    accepted = sum(
        200 <= call.status < 300 and not call.replayed and _ANSWERS.matches(call.method, call.path)
        for call in calls
    )
    wrong = sum(entry.what.startswith(WRONG_ANSWER) for entry in simulation.world.timeline)
    lines = [(call.method, f"{name} -> {call.status}") for name, call in program_calls(simulation)]
    reads = {line for method, line in lines if method == "GET"}
    return Outcome(
        read_state(simulation),
        Counter([*(line for method, line in lines if method != "GET"), *reads]),
        {world.contract.kinds[kind].noun: len(rows) for kind, rows in alive.items()},
        {world.contract.kinds[kind].noun: len(world.all(kind)) for kind in alive},
        tuple(
            (f"{run.status}", _MOMENT.sub("…", json.dumps(run["output"], ensure_ascii=False)))
            for run in alive["task_run"]
        ),
        accepted - wrong,
        all(attempt.ok for log in simulation.world.delivery_log.values() for attempt in log),
        any("timeout" in error["code"] for run in alive["task_run"] for error in run["errors"]),
        min(map(_measure_room, world.all("task_run").values()), default=_MOST_STRETCH),
    )


def _measure_room(run: Resource) -> int:
    took = max(run.updated_at - run.created_at, timedelta(seconds=1))
    room = (timedelta(seconds=run.hidden["timeout_seconds"]) - _RESERVE) // took
    return min(room, _MOST_STRETCH)


def compare(before: Outcome, now: Outcome, *, may_lack: bool = False) -> list[Difference]:
    """Return the differences. With `may_lack`, only additional resources count."""
    counts = [(noun, count, now.counts[noun]) for noun, count in before.counts.items()]
    counts.append(("accepted answer", before.answers, now.answers))
    # If there are more, but no more were made, the program did not end one.
    unended = {noun for noun, count in before.totals.items() if now.totals[noun] <= count}
    differences = list[Difference]()
    for noun, old, new in counts:
        if new != old:
            kind = LESS if new < old else OTHER if noun in unended else MORE
            state = " neither canceled nor deleted," if kind == OTHER else ""
            text = f"{counted(new, noun)}{state} where the baseline has {old}"
            differences.append((kind, text))
    if may_lack:
        return [(kind, line) for kind, line in differences if kind != LESS]
    for number, (run, new_run) in enumerate(zip(before.runs, now.runs, strict=False), 1):
        (status, output), (new_status, new_output) = run, new_run
        if status != new_status:
            differences.append(
                (OTHER, f"run {number} is {new_status}, but {status} in the baseline")
            )
        elif output != new_output:
            text = f"the output of run {number} is {new_output}, but {output} in the baseline"
            differences.append((OTHER, text))
    return differences


def explain_calls(before: Outcome, now: Outcome) -> list[str]:
    return [
        *(f"only in the first run: {call}" for call in before.calls - now.calls),
        *(f"only in the second run: {call}" for call in now.calls - before.calls),
    ]
