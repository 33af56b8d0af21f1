"""Client lint: mistakes of a client, found in the journal of calls and the log of deliveries.

A rule is a function with `@lint_rule`, which gives the reason and the fix. Two calls may be a
coincidence, so a rule about polling needs three reads.
"""

import re
from collections import deque
from collections.abc import Callable, Collection, Iterator, Reversible
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, islice, pairwise, zip_longest
from typing import Any

from deck_sim.base.call_pattern import CallPattern
from deck_sim.base.durations import format_duration
from deck_sim.base.errors import counted
from deck_sim.contract.machines import Machine
from deck_sim.engine.script import WRONG_ANSWER, watched_kinds
from deck_sim.engine.seeded_draws import MILLISECOND
from deck_sim.runtime.call_journal import Call
from deck_sim.runtime.moment_text import format_moment
from deck_sim.runtime.settings import FROZEN, ON_POLL
from deck_sim.runtime.simulation import Simulation

POLL_INTERVAL = timedelta(seconds=1)  # our choice; the API documents 200 calls in ten seconds
AT_ONCE = timedelta(seconds=1)  # a call so soon after an attempt to deliver is caused by it
MIN_READS = 3

_READ = re.compile(r"/v2/(?P<plural>[^/]+)/(?P<id>[^/]+)")
_WRITES = ("POST", "PATCH", "DELETE")
_ANSWERS = CallPattern.read("POST /v2/*/*/interaction")
_CREATES = (CallPattern.read("POST /v2/*"), CallPattern.read("POST /v2/tasks/*/run"))
_KEY = "idempotency-key"

# Sentences, each with the calls that show the mistake.
Findings = Iterator[tuple[str, tuple[Call, ...]]]
Find = Callable[[Simulation, timedelta], Findings]  # the interval is that of polling


@dataclass(frozen=True, slots=True)
class LintRule:
    """A mistake that a client can make, why it matters, and the fix."""

    name: str
    why: str  # why the mistake matters
    fix: str  # with names of terms of the caller in braces
    find: Find


LINT_RULES: list[LintRule] = []


def lint_rule(*, why: str, fix: str) -> Callable[[Find], Find]:
    def register(find: Find) -> Find:
        LINT_RULES.append(LintRule(find.__name__, why, fix, find))
        return find

    return register


def call_as_json(call: Call) -> dict[str, Any]:
    at = format_moment(call.at)
    return {"at": at, "request_id": call.request_id, "method": call.method, "path": call.path}


@lint_rule(
    why="A frozen clock stands still until somebody advances it, so each read shows the same.",
    fix="{poll}",
)
def polls_a_frozen_clock(simulation: Simulation, interval: timedelta) -> Findings:
    """Find reads of one resource in a row, between which nothing happened: the frozen clock stood
    still. What reads it during an advance, such as a handler of webhooks, does not wait for it.
    """
    if simulation.mode != FROZEN or not interval:
        return
    for id_, (calls, machine) in _find_reads(simulation).items():
        waiting = (call for call in calls if not machine.is_final(call.answered["status"]))
        rows = groupby(waiting, lambda call: (call.at, call.after, bool(call.caused)))
        stuck = max(((*row,) for (*_, polls), row in rows if polls), key=len, default=())
        if len(stuck) >= MIN_READS:
            what = f"this world's clock is frozen: `{id_}` was read {len(stuck)} times, and nobody"
            yield f"{what} advanced the clock", stuck


@lint_rule(
    why="Deck allows 200 calls in ten seconds for a whole organization, then answers 429.",
    fix="Wait longer between two reads, or subscribe to the events. With the clock `on_poll`, a"
    " test need not wait.",
)
def polls_too_often(simulation: Simulation, interval: timedelta) -> Findings:
    """Find reads of one resource less than `interval` apart, unless a frozen clock stood still."""
    length = format_duration(interval)

    def is_early(earlier: Call, later: Call, is_final: bool) -> bool:
        is_stuck = simulation.mode == FROZEN and earlier.at == later.at
        return not (is_final or is_stuck) and later.at - earlier.at < interval

    if simulation.mode != ON_POLL:  # the time between two reads means nothing
        for id_, early in _repeated_reads(simulation, is_early):
            times = f"less than {length} after the last read, {len(early)} times"
            yield f"`{id_}` was read again {times}", early


@lint_rule(
    why="A final status never changes; each further read only counts against the rate limit.",
    fix="Stop polling at every final status, such as `failed`, not only at the status that you"
    " expect.",
)
def polls_what_is_finished(simulation: Simulation, _: timedelta) -> Findings:
    """Find reads of a resource that a previous read showed in a final status."""
    for id_, late in _repeated_reads(simulation, lambda earlier, later, is_final: is_final):
        status = late[0].answered.get("status")
        yield f"`{id_}` was read {len(late)} times after it was `{status}`", late


@lint_rule(
    why="A create call with a 5xx or no answer may have succeeded; a retry can create a duplicate.",
    fix="Send an `Idempotency-Key` with each create call, and the same key with each retry.",
)
def retries_without_key(simulation: Simulation, _: timedelta) -> Findings:
    """Find create calls repeated after a 5xx or no answer, without the same idempotency key."""
    creates = [
        call
        for call in simulation.journal
        if any(pattern.matches(call.method, call.path) for pattern in _CREATES)
    ]
    for first, retry in _with_repeats(creates):
        is_lost = first.unanswered is not None or first.status >= 500
        if is_lost and retry is not None and not _has_same_key(first, retry):
            how = "with another" if _KEY in first.headers else "without an"
            end = f"got no answer ({first.unanswered})"
            end = end if first.unanswered else f"failed with {first.status}"
            what = f"`{first.method} {first.path}` {end} and was sent again {how}"
            yield f"{what} idempotency key", (first, retry)


@lint_rule(
    why="Until the time in `Retry-After` has passed, further calls are likely to fail, too.",
    fix="Wait as many seconds as `Retry-After` says before the next call.",
)
def ignores_retry_after(simulation: Simulation, _: timedelta) -> Findings:
    """Find calls before `Retry-After` has passed, in the world or in real time: after a 429 the
    next call, else a repeat. After one of an exploration other calls succeed, so a repeat, too.
    """
    journal = simulation.journal
    for (first, again), following in zip_longest(_with_repeats(journal), islice(journal, 1, None)):
        seconds = f"{first.answered.get('retry_after', '')}"
        if not seconds.isdigit():
            continue
        call = following if first.status == 429 and not first.by_trouble else again
        if call is None:
            continue
        real = timedelta(microseconds=(call.real_ns - first.real_ns) // 1000)
        passed = call.at - first.at
        # Programs see the world's clock in whole milliseconds.
        if max(passed, real) <= timedelta(seconds=int(seconds)) - MILLISECOND:
            wait, after = counted(int(seconds), "second"), format_duration(passed)
            what = f"a {first.status} asked to wait {wait}, and the next call came after"
            yield f"{what} {after}", (first, call)


@lint_rule(
    why="Events are delivered at least once; a second delivery is normal and must have no effect.",
    fix="Remember each `webhook-id` that was handled, and answer 200 when it comes again.",
)
def handles_a_delivery_twice(simulation: Simulation, _: timedelta) -> Findings:
    """Find writes repeated without the same idempotency key after a delivery that came twice."""
    writes = [call for call in simulation.journal if call.method in _WRITES]
    for id_, results in simulation.world.delivery_log.items():
        # The fault `duplicate` sends one attempt twice.
        if len(results) == 1 and results[0].fault != "duplicate":
            continue
        caused = [
            call
            for call in writes
            if any(result.at <= call.at <= result.at + AT_ONCE for result in results)
        ]
        for call, again in _with_repeats(caused):
            if again is not None and not _has_same_key(call, again):
                event = simulation.world.all("event_delivery")[id_]
                what = f"`{event['event_type']}` ({event['event_id']}) was delivered twice, and"
                yield f"{what} `{call.method} {call.path}` was called twice", (call, again)


@lint_rule(
    why="A repeated wrong answer uses up another attempt; a repeated right answer is refused.",
    fix="Submit each answer once, and ask the user again when the interaction is shown again.",
)
def submits_an_answer_twice(simulation: Simulation, _: timedelta) -> Findings:
    """Find answers that were sent again although they were wrong or already accepted."""
    answers = [call for call in simulation.journal if _ANSWERS.matches(call.method, call.path)]
    for first, again in _with_repeats(answers):
        if first.status != 200 or again is None:
            continue
        end = next((call.after for call in simulation.journal if call.after > first.after), None)
        wrong = any(
            entry.id == first.answered.get("id") and entry.what.startswith(WRONG_ANSWER)
            for entry in simulation.world.timeline.since(first.after, end)
        )
        if wrong or again.status == 409:
            why = "had been wrong" if wrong else "had been accepted"
            yield f"`POST {first.path}` was sent again with an answer that {why}", (first, again)


def calls_without_trouble(simulation: Simulation) -> Collection[Call]:
    """Return the calls of a world as if there were no trouble: without calls that a trouble
    refused, and without the repetition of a call whose answer it lost.
    """
    if not simulation.has_trouble:
        return simulation.journal
    caused = set[int]()
    for call, again in _with_repeats(simulation.journal):
        if call.by_trouble and call.fault not in ("lost_response", "gateway_timeout"):
            caused.add(call.number)
        elif call.by_trouble and again is not None:
            caused.add(again.number)
    return [call for call in simulation.journal if call.number not in caused]


def _repeated_reads(
    simulation: Simulation, is_mistake: Callable[[Call, Call, bool], bool]
) -> Findings:
    """Yield the id of each resource with at least two reads that are mistakes, and these reads.

    `is_mistake` gets the previous read, the read, and whether the previous one showed a final
    status.
    """
    for id_, (calls, machine) in _find_reads(simulation).items():
        mistakes = tuple(
            later
            for earlier, later in pairwise(calls)
            if is_mistake(earlier, later, machine.is_final(earlier.answered["status"]))
        )
        if len(mistakes) + 1 >= MIN_READS:
            yield id_, mistakes


def _find_reads(simulation: Simulation) -> dict[str, tuple[list[Call], Machine]]:
    """Return the reads of each resource by its id, and its machine. The first read right after an
    attempt to deliver is left out: the webhook caused it.
    """
    attempted_at = deque(
        sorted(result.at for log in simulation.world.delivery_log.values() for result in log)
    )
    contract = simulation.world.contract
    machines = {
        contract.kinds[kind].path: contract.machine(kind) for kind in watched_kinds(contract)
    }
    reads = dict[str, tuple[list[Call], Machine]]()
    for call in simulation.journal:
        while attempted_at and attempted_at[0] + AT_ONCE < call.at:
            attempted_at.popleft()
        if call.method != "GET":
            continue
        if attempted_at and attempted_at[0] <= call.at:
            attempted_at.popleft()
            continue
        read = _READ.fullmatch(call.path)
        machine = machines.get(read["plural"]) if read else None
        # The answer of a fault may have no status.
        if read and machine and "status" in call.answered:
            reads.setdefault(read["id"], ([], machine))[0].append(call)
    return reads


def _with_repeats(calls: Reversible[Call]) -> Iterator[tuple[Call, Call | None]]:
    later, repeats = dict[tuple[str, str, bytes], Call](), list[Call | None]()
    for call in reversed(calls):
        repeats.append(later.get(key := (call.method, call.path, call.body)))
        later[key] = call
    return zip(calls, reversed(repeats), strict=True)


def _has_same_key(call: Call, other: Call) -> bool:
    key = call.headers.get(_KEY)
    return key is not None and other.headers.get(_KEY) == key
