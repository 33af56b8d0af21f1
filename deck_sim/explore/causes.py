"""Why a program did not survive a trouble, and what helps: by what it did afterwards."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from deck_sim.engine.deliveries import AttemptResult
from deck_sim.explore.outcome import LESS, MORE, OTHER
from deck_sim.explore.places import program_calls
from deck_sim.explore.troubles import CARRIED_OUT, RESTART, Pair, Trouble
from deck_sim.runtime.call_journal import Call
from deck_sim.runtime.simulation import Simulation

TWICE, LOST, WRONG = "work done twice", "work lost", "wrong state"
CRASH, NOT_REPEATED, HASTY = "crash", "not repeated", "repeated too early"
CAUSES = (TWICE, LOST, WRONG, CRASH, NOT_REPEATED, HASTY)  # the worst first

_KEY = "idempotency-key"

# What helps, where the row of the trouble does not fit what happened.
_HANDLED = (
    "remember a `webhook-id` after its webhook was handled, not before: it comes again after an"
    " error"
)
_READ = "a replayed answer shows an old status: read the resource"
_MORE_OFTEN = "repeat the call more often, and wait longer each time: an outage takes a while"
_SAME_KEY = "repeat the call with the key that was sent"
_LOOK = "; or look for what it created before you repeat it"
_DONE = "the call may have succeeded: read the resource before you repeat it"
_CONFLICT = "a 409 to the repetition may say that the call had succeeded: read the resource"
_COUNTED = (
    "the forged message was refused: verify a message before you act on it, and count only those"
    " that are verified"
)
_ASK = "repeat the answer, or ask the person again while the prompt waits"
_ALONE = "repeat the call that failed, and nothing that was done before it"
_GO_ON = "the repetition succeeded: use its answer, and expect that time has passed"
_REFUSE = (
    "repeat the call; if a webhook is the reason for it, answer the webhook with an error, and it"
    " comes again"
)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a program did at the call with the trouble, and later."""

    pattern: str = ""  # of the call, as in `POST /v2/tasks/*/run`
    calls: Sequence[Call] = ()  # the first one that met the trouble, and its repetitions
    is_acknowledged: bool = False  # a webhook was accepted at the moment of the last of these calls
    skips_retries: bool = False  # it refused a webhook, then accepted it without looking at it
    refused_forgery: bool = False  # it refused each forged webhook

    @classmethod
    def read(cls, simulation: Simulation) -> "Aftermath":
        calls, logs = program_calls(simulation), simulation.world.delivery_log.values()
        skips_retries = any(_is_skipped(log, [call for _, call in calls]) for log in logs)
        first = next((index for index, (_, call) in enumerate(calls) if call.by_trouble), None)
        explored = simulation.exploration
        statuses = explored.forgeries.values() if explored else ()
        refused_forgery = bool(statuses) and all((status or 0) >= 400 for status in statuses)
        if first is None:
            return cls(skips_retries=skips_retries, refused_forgery=refused_forgery)
        pattern, call = calls[first]
        same = (call.method, call.path, call.body)
        repeated = [
            later
            for _, later in calls[first:]
            if (later.method, later.path, later.body) == same
            # The handler of another webhook may read the same.
            and (later.at == call.at or not later.for_webhook)
        ]
        accepted = {entry.at for log in logs for entry in log if entry.ok}
        is_acknowledged = call.method == "GET" and repeated[-1].at in accepted
        return cls(pattern, repeated, is_acknowledged, skips_retries)

    @property
    def creates(self) -> str:
        """The noun of what the call creates, or an empty text."""
        match = re.fullmatch(r"POST /v2/(?:tasks/\*/(run)|([^/]+?)s)", self.pattern)
        return "task run" if match and match[1] else match[2].replace("-", " ") if match else ""

    @property
    def is_abandoned(self) -> bool:
        """Whether a call met the trouble, and was not repeated after it."""
        return bool(self.calls) and self.calls[-1].by_trouble

    @property
    def has_conflict(self) -> bool:
        """Whether Deck answered a repetition with 409."""
        return any(call.status == 409 and not call.by_trouble for call in self.calls[1:])

    @property
    def has_answer(self) -> bool:
        """Whether a repetition was answered with success."""
        return any(200 <= call.status < 300 and not call.by_trouble for call in self.calls[1:])


def _is_skipped(log: Sequence[AttemptResult], calls: Sequence[Call]) -> bool:
    """Whether the application called Deck when it refused a webhook, but not at its repetition."""
    moments = {call.at for call in calls}
    refused = any(not (entry.ok or entry.fault) and entry.at in moments for entry in log)
    return refused and log[-1].ok and log[-1].at not in moments


def find_cause(
    trouble: Trouble | Pair,
    differences: Collection[str],
    aftermath: Aftermath,
    *,
    is_hasty: bool,
    has_failed: bool,
    is_crash: bool,
) -> str:
    """Return the row of `CAUSES` for a run that did not survive its trouble. `differences` are the
    kinds of differences of its worlds. `has_failed` says that the run failed, so that the rest of
    its work was not begun; `is_crash` says that an error of the program ended it.
    """
    abandoned = aftermath.is_abandoned
    is_unknown = trouble.kind.name in CARRIED_OUT and abandoned and aftermath.creates
    signs = {
        TWICE: MORE in differences,
        HASTY: is_hasty,
        LOST: is_unknown or (LESS in differences and not (abandoned or has_failed)),
        NOT_REPEATED: abandoned,
        WRONG: OTHER in differences or not is_crash,
    }
    return next((cause for cause, holds in signs.items() if holds), CRASH)


def find_advice(trouble: Trouble | Pair, aftermath: Aftermath, cause: str) -> str:
    """Say what helps a program to survive a trouble, by what it did."""
    advice = trouble.kind.advice
    if trouble.kind.name == RESTART:
        return advice if aftermath.creates or cause == TWICE else _DONE
    keys = {call.headers.get(_KEY) for call in aftermath.calls}
    signs: list[tuple[str, object]] = [
        (_HANDLED, aftermath.skips_retries),
        (_COUNTED, aftermath.refused_forgery),
        (advice, not aftermath.calls or cause == HASTY),
    ]
    if trouble.kind.name in CARRIED_OUT:
        signs += [
            (_CONFLICT, aftermath.has_conflict),
            (_DONE, not aftermath.creates),
            (_READ, len(keys) == 1 and keys != {None} and aftermath.has_answer),
            (_MORE_OFTEN, aftermath.is_abandoned and aftermath.calls[1:] and len(keys) == 1),
            (_SAME_KEY, keys != {None}),
            (f"{advice}{_LOOK}", True),
        ]
    signs += [
        (_ALONE, cause == TWICE),
        (_GO_ON, aftermath.has_answer),
        (_REFUSE, aftermath.is_abandoned and aftermath.is_acknowledged),
        (_ASK, aftermath.pattern.endswith("/interaction")),
    ]
    return next((text for text, holds in signs if holds), advice)
