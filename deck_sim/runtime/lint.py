"""Client lint: mistakes of a client that show in the journal and the deliveries.

Each row of `LINT_RULES` is one mistake: its name, why it matters, how to fix it, and the function
that finds it. Three reads that come too soon are a finding; fewer are not.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from deck_sim.base.call_pattern import CallPattern
from deck_sim.base.durations import format_duration
from deck_sim.contract.statuses import Machine
from deck_sim.engine.deliveries import AttemptResult
from deck_sim.engine.story import WRONG_ANSWER
from deck_sim.engine.world import World
from deck_sim.runtime.journal import Call
from deck_sim.runtime.simulation import Simulation

POLL_INTERVAL = timedelta(seconds=1)  # nothing is documented; two hundred calls in ten seconds are
AT_ONCE = timedelta(seconds=1)  # a call so soon after a delivery is caused by it
HABIT = 3

_READ = re.compile(r"/v2/(?P<plural>[^/]+)/(?P<id>[^/]+)")
_WRITES = ("POST", "PATCH", "DELETE")
_ANSWERS = CallPattern.read("POST /v2/*/*/interaction")
_CREATES = (CallPattern.read("POST /v2/*"), CallPattern.read("POST /v2/tasks/*/run"))
_KEY = "idempotency-key"


@dataclass(frozen=True, slots=True)
class LintContext:
    """What is looked at."""

    world: World
    calls: Sequence[Call]
    moves_on_read: bool  # the clock is `on_poll`, so the time between two reads says nothing
    poll_interval: timedelta


@dataclass(frozen=True, slots=True)
class Finding:
    """A bad habit, as it was seen: in a sentence, and the calls."""

    what: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class LintRule:
    """One bad habit."""

    name: str
    why: str
    mend: str
    find: Callable[[LintContext], Iterator[Finding]]


def find_problems(
    simulation: Simulation, poll_interval: timedelta = POLL_INTERVAL
) -> list[tuple[LintRule, Finding]]:
    """All that is found, in the order of the table."""
    moves = simulation.mode == "on_poll"
    seen = LintContext(simulation.world, [*simulation.journal], moves, poll_interval)
    return [(rule, found) for rule in LINT_RULES for found in rule.find(seen)]


def _polls_too_often(seen: LintContext) -> Iterator[Finding]:
    if seen.moves_on_read:
        return
    for id_, reads in _reads(seen):
        hasty = [
            later
            for earlier, later in pairwise(reads)
            if not _is_final(seen, earlier) and later.at - earlier.at < seen.poll_interval
        ]
        if len(hasty) + 1 >= HABIT:
            length = format_duration(seen.poll_interval)
            yield Finding(
                f"`{id_}` was read {len(hasty)} times within {length} of a read", (*hasty,)
            )


def _polls_what_is_finished(seen: LintContext) -> Iterator[Finding]:
    for id_, reads in _reads(seen):
        idle = [later for earlier, later in pairwise(reads) if _is_final(seen, earlier)]
        if len(idle) + 1 >= HABIT:
            status = idle[0].answered.get("status")
            yield Finding(f"`{id_}` was read {len(idle)} times after it was `{status}`", (*idle,))


def _retries_without_key(seen: LintContext) -> Iterator[Finding]:
    creates = [call for call in seen.calls if any(_is(call, pattern) for pattern in _CREATES)]
    for place, first in enumerate(creates):
        again = [call for call in creates[place + 1 :] if _asks_the_same(first, call)]
        key = first.headers.get(_KEY)
        unsafe = [call for call in again[:1] if key is None or call.headers.get(_KEY) != key]
        if first.status >= 500 and unsafe:
            how = "without an idempotency key" if key is None else "with another idempotency key"
            what = f"`{first.method} {first.path}` failed with {first.status} and was sent again"
            yield Finding(f"{what} {how}", (first, *unsafe))


def _ignores_retry_after(seen: LintContext) -> Iterator[Finding]:
    for place, first in enumerate(seen.calls):
        wait = f"{first.answered.get('retry_after', '')}"
        if not wait.isdigit():
            continue
        until = first.at + timedelta(seconds=int(wait))
        early = [
            call
            for call in seen.calls[place + 1 :]
            if call.at < until and (first.status == 429 or _asks_the_same(first, call))
        ]
        if early:
            what = f"{first.status} asked for {wait} seconds, and the next call came after"
            yield Finding(f"{what} {format_duration(early[0].at - first.at)}", (first, early[0]))


def _handles_a_delivery_twice(seen: LintContext) -> Iterator[Finding]:
    def is_soon(call: Call, tried: AttemptResult) -> bool:
        return tried.at <= call.at <= tried.at + AT_ONCE

    writes = [call for call in seen.calls if call.method in _WRITES]
    for id_, attempts in seen.world.attempts.items():
        caused = [[call for call in writes if is_soon(call, tried)] for tried in attempts]
        # An attempt that a fault duplicates is one in the log, and two for who takes it.
        doubled = [one for one, t in zip(caused, attempts, strict=True) if t.fault == "duplicate"]
        for first, later in [*pairwise(caused), *((one, one) for one in doubled)]:
            for one, call in [*_repeated(first, later)][:1]:
                event = seen.world.all("event_delivery")[id_]
                what = f"`{event['event_type']}` ({event['event_id']}) was delivered twice, and"
                yield Finding(f"{what} `{one.method} {one.path}` was called twice", (one, call))


def _repeated(first: Sequence[Call], later: Sequence[Call]) -> Iterator[tuple[Call, Call]]:
    """What was asked for again, unless an idempotency key makes that do nothing."""
    for one in first:
        for call in later:
            is_other = one.request_id != call.request_id and _asks_the_same(one, call)
            if is_other and not _is_safe(one, call):
                yield one, call


def _submits_an_answer_twice(seen: LintContext) -> Iterator[Finding]:
    answers = [call for call in seen.calls if _is(call, _ANSWERS)]
    for place, first in enumerate(answers):
        again = [call for call in answers[place + 1 :] if _asks_the_same(first, call)][:1]
        if first.status != 200 or not again:
            continue
        wrong = _was_wrong(seen, first)
        if wrong or again[0].status == 409:
            why = "although it was wrong" if wrong else "although it had been taken"
            yield Finding(f"`POST {first.path}` was sent again {why}", (first, *again))


def _was_wrong(seen: LintContext, answer: Call) -> bool:
    """Whether the script did not accept it: who is asked again may be asked another thing."""
    follows = next((call.after for call in seen.calls if call.after > answer.after), None)
    return any(
        entry.id == answer.answered.get("id") and entry.what.startswith(WRONG_ANSWER)
        for entry in seen.world.timeline[answer.after : follows]
    )


LINT_RULES = (
    LintRule(
        "polls_too_often",
        "Deck allows two hundred calls in ten seconds for a whole organization, then answers 429.",
        "Wait longer between two reads, or subscribe to the events.",
        _polls_too_often,
    ),
    LintRule(
        "polls_what_is_finished",
        "A finished run never changes: every further read is a call of the limit, wasted.",
        "Stop at `completed`, `failed` and `canceled`, not only at the one that is hoped for.",
        _polls_what_is_finished,
    ),
    LintRule(
        "retries_without_key",
        "A create that failed may have been done all the same; sent again it is done twice.",
        "Send an `Idempotency-Key` with each create, and the same one with each retry of it.",
        _retries_without_key,
    ),
    LintRule(
        "ignores_retry_after",
        "Calls that come earlier are refused, too, and keep the limit from recovering.",
        "Wait as long as `Retry-After` says before the next call.",
        _ignores_retry_after,
    ),
    LintRule(
        "handles_a_delivery_twice",
        "Events are delivered at least once; a second delivery is normal and must do nothing.",
        "Remember the `webhook-id`s that were dealt with, and answer 200 to one that comes again.",
        _handles_a_delivery_twice,
    ),
    LintRule(
        "submits_an_answer_twice",
        "A wrong answer uses up an attempt each time, and a taken one is refused the second time.",
        "Submit once, and ask the user anew when the interaction is shown again.",
        _submits_an_answer_twice,
    ),
)


def _reads(seen: LintContext) -> Iterator[tuple[str, list[Call]]]:
    """The reads of each resource that has a life, in their order, but for those that a delivery
    caused: who takes an event for a hint and looks does not poll.
    """
    reads: dict[str, list[Call]] = {}
    for call in _uncaused(seen):
        found = _READ.fullmatch(call.path)
        if found and call.method == "GET" and call.status == 200 and _machine(seen, call):
            reads.setdefault(found["id"], []).append(call)
    yield from reads.items()


def _uncaused(seen: LintContext) -> Iterator[Call]:
    """The calls, without the first read that follows each attempt to deliver at once."""
    attempts = deque(sorted(tried.at for made in seen.world.attempts.values() for tried in made))
    for call in seen.calls:
        while attempts and attempts[0] + AT_ONCE < call.at:
            attempts.popleft()
        if call.method == "GET" and attempts and attempts[0] <= call.at:
            attempts.popleft()
        else:
            yield call


def _machine(seen: LintContext, call: Call) -> Machine | None:
    """The state machine of what a call read."""
    plural = call.path.split("/")[2]
    kinds = (row for row in seen.world.rules.kinds.values() if row.path == plural)
    row = next(kinds, None)
    machine = row.machine if row else None
    return machine if machine and machine.ends else None


def _is_final(seen: LintContext, call: Call) -> bool:
    """Whether a read showed what never changes any more."""
    machine = _machine(seen, call)
    return machine is not None and machine.is_final(call.answered["status"])


def _is(call: Call, pattern: CallPattern) -> bool:
    return pattern.matches(call.method, call.path)


def _asks_the_same(one: Call, other: Call) -> bool:
    return (one.method, one.path, one.body) == (other.method, other.path, other.body)


def _is_safe(one: Call, other: Call) -> bool:
    """Whether both have the same idempotency key, so that the second does nothing."""
    key = one.headers.get(_KEY)
    return key is not None and other.headers.get(_KEY) == key
