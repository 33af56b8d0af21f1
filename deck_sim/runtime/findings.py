"""What is wrong with a world, or unfinished in it, as data that every report prints.

A kind of finding is a row of `FINDING_KINDS`. Its function yields the subject of each finding (an
id or name), the reason and the remedy as texts, and the details as JSON.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import counted, cut, listed
from deck_sim.base.redaction import mask_key, redact_body
from deck_sim.engine.deliveries import AttemptResult
from deck_sim.engine.injected_faults import EVERYBODY
from deck_sim.engine.world import RESET_REMOVED, listens
from deck_sim.engine.world_values import Resource
from deck_sim.runtime.lint import LINT_RULES, POLL_INTERVAL, call_as_json, polls_a_frozen_clock
from deck_sim.runtime.moment_text import format_moment
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import FROZEN, REAL
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.why import (
    MOST_UNFINISHED,
    explain_unplayed_login,
    explain_wait,
    find_right_answer,
    find_unfinished,
    how_to_start,
)
from deck_sim.scenario.selection import DEFAULT_SCENARIO
from deck_sim.webhooks.sender import RAISED_HEADER, RECEIVER_HEADER, UNANSWERED
from deck_sim.webhooks.signing import TIMESTAMP

# How much a finding matters. A test fails for a failure or an oversight, a passed test also for a
# leftover; `exec` counts all of these, and mistakes, as problems. A note explains.
FAILURE, OVERSIGHT, LEFTOVER, MISTAKE, NOTE = "failure", "oversight", "leftover", "mistake", "note"
WEIGHTS = frozenset({FAILURE, OVERSIGHT, LEFTOVER, MISTAKE, NOTE})

_MOST_CALLS = 3  # that a message names
_MOST_SAID = 200  # characters of an answer
_REFUSED_SIGNATURE = (400, 401, 403)  # how applications answer a webhook with a wrong signature
# Words in the errors of webhook libraries.
_OF_SIGNATURES = re.compile("signature|verif", re.IGNORECASE)
_OF_TIMES = re.compile("timestamp|too (old|new)|expired", re.IGNORECASE)
# What ends a test before its application is called.
_UNKNOWN_SCENARIO = re.compile(r"DeckSimError: .*\bunknown scenario\b")
_CRASHED, _NO_ROUTE = 500, (404, 405)
_BYTES = "verify the bytes of the body as received, not parsed and serialized again?"
# The likely cause of a failed attempt.
_HINTS = {
    "fault": "",
    "unknown": "",
    "route": "does the application accept POST at the path of its webhooks?{path}",
    "secret": f"does the application use the secret in `{{secret}}`, and {_BYTES}",
    "own secret": "this destination has its own secret, not the one in `{secret}`: does the"
    " application verify with the secret of the destination?",
    "bytes": "the secret is right, since another webhook was accepted: does the application"
    f" {_BYTES}",
    "clock": "the signature has the time {time}, but the application's clock differs:"
    " `webhook_time` can be `wall` (real time) or `world` (the world's time); {setting} sets it",
}
# The hosts of applications under test: on loopback, or of `deliver_to`.
_OF_TEST = re.compile(r"localhost|127(\.\d+){3}|::1|.+\.(localhost|deck-sim\.invalid)")
_CHANCE = "give the fault a higher probability, or give the world another seed"


class Finding(NamedTuple):
    """One thing that is wrong with a world or unfinished in it."""

    kind: str
    subject: str  # the id or name that it is about; "" for the whole world
    reason: str
    remedy: str  # "" if only the reason can help
    details: dict[str, Any]
    weight: str = NOTE

    @property
    def text(self) -> str:
        return f"{self.reason}; {self.remedy}" if self.remedy else self.reason


class Source(NamedTuple):
    """Where findings are looked for, and the terms of the caller."""

    simulation: Simulation
    worlds: WorldRegistry
    terms: Mapping[str, str]
    poll_interval: timedelta


Row = tuple[str, str, str, dict[str, Any]]  # subject, reason, remedy, details


class FindingKind(NamedTuple):
    """A kind of finding: its title in reports, how much it matters, and how it is found."""

    title: str
    weight: str
    find: Callable[[Source], Iterator[Row]]


def collect_findings(
    simulation: Simulation,
    worlds: WorldRegistry,
    terms: Mapping[str, str],
    weights: Collection[str] = WEIGHTS,
    poll_interval: timedelta = POLL_INTERVAL,
) -> list[Finding]:
    """Return the findings about a world, with these `weights` only. `terms` is a row of `CALLERS`,
    perhaps with other names.
    """
    source = Source(simulation, worlds, terms, poll_interval)
    return [
        Finding(name, *row, kind.weight)
        for name, kind in FINDING_KINDS.items()
        if kind.weight in weights
        for row in kind.find(source)
    ]


def list_findings(findings: Sequence[Finding]) -> list[str]:
    """Return a line for each finding. A remedy of several findings is given once, in the last."""
    last = {finding.remedy: finding for finding in findings}
    return [row.text if last[row.remedy] is row else row.reason for row in findings]


def is_needless(kind: str, failure: str) -> bool:
    """Whether the text of a failure gives the only reason for findings of this kind."""
    return kind == "no_calls" and _UNKNOWN_SCENARIO.search(failure) is not None


def explain_refused(calls: Mapping[str, int], how: str) -> str:
    """Describe calls that reached no world; `calls` has how often each was made."""
    others = len(calls) - _MOST_CALLS
    names = [f"`{call}`" for call in [*calls][:_MOST_CALLS]]
    names += [f"{others} more"] if others > 0 else []
    return f"{counted(sum(calls.values()), 'call')} came {how} ({', '.join(names)})"


def explain_uncalled(key: str, called: Mapping[str, int]) -> str:
    """Say that no call came with `key`; `called` has the number of calls with each other key."""
    others = ", ".join(f"`{other}` ({calls})" for other, calls in called.items())
    rest = f"; calls came with {others}" if others else ", nor with another key"
    return f"no call came with the key `{mask_key(key)}`{rest}"


def server_error(source: Source) -> Iterator[Row]:
    for crash in source.simulation.crashes:
        yield "", f"deck-sim itself failed:\n{crash}", "", {}


def script_error(source: Source) -> Iterator[Row]:
    for error in source.simulation.world.script_errors:
        yield error.partition(":")[0], f"a scenario failed: {error}", "", {}


def ignored_name(source: Source) -> Iterator[Row]:
    for text in source.simulation.ignored_names:
        yield "", text, "", {}


def unused_scenario(source: Source) -> Iterator[Row]:
    for kind, names in source.simulation.selection.queues.items():
        if names:
            reason = f"queued for a {kind} but never played: {listed(names)}"
            yield kind, reason, how_to_start(kind), {"scenarios": [*names]}


def unused_fault(source: Source) -> Iterator[Row]:
    for injected in source.simulation.world.injected:
        if injected.fired or injected.owner != EVERYBODY:
            continue
        fault = injected.fault.model_dump(mode="json", exclude_none=True)
        fields = ", ".join(f"{name}={value!r}" for name, value in fault.items())
        times = counted(injected.met, "call" if "match" in fault else "webhook")
        by_chance = "probability" in fault and injected.met > injected.fault.after
        reason = f"a fault never fired: {fields} (met {times}){', by chance' if by_chance else ''}"
        yield injected.id, reason, _CHANCE if by_chance else "", {"met": injected.met}


def unused_hold(source: Source) -> Iterator[Row]:
    unmet = {hold.id: f"{hold}" for hold in source.simulation.world.holds.values() if not hold.met}
    for id_, hold in [*(("", text) for text in source.simulation.unmet_holds), *unmet.items()]:
        yield id_, f"a hold stopped nothing: {hold}", "", {}


def unplayed_login(source: Source) -> Iterator[Row]:
    subject = source.simulation.selection.default_scenario
    for kind, reason in explain_unplayed_login(source.simulation).items():
        yield subject, reason, how_to_start(kind), {"kind": kind}


def stray_keys(source: Source) -> Iterator[Row]:
    keys = source.worlds.stray_keys(source.simulation)
    if keys and not source.simulation.journal.total:
        reason = f"{_explain_no_calls(source)}; it was called with {listed(keys)}"
        yield source.simulation.key, reason, source.terms["key"], {"keys": keys}


def keyless_calls(source: Source) -> Iterator[Row]:
    if not source.simulation.journal.total:
        yield from _find_keyless(source)


def no_calls(source: Source) -> Iterator[Row]:
    simulation, worlds = source.simulation, source.worlds
    if not (simulation.journal.total or worlds.stray_keys(simulation)):
        remedy = "" if worlds.keyless_calls(simulation) else source.terms["call"]
        yield simulation.key, _explain_no_calls(source), remedy, {}


def _explain_no_calls(source: Source) -> str:
    return f"the Deck API was not called with this key, `{mask_key(source.simulation.key)}`"


def _find_keyless(source: Source) -> Iterator[Row]:
    if calls := source.worlds.keyless_calls(source.simulation):
        remedy = f"send `Authorization: Bearer KEY`{source.terms['authorize']}"
        yield "", explain_refused(calls, "without a key"), remedy, {"calls": calls}


def refused_call(source: Source) -> Iterator[Row]:
    if source.simulation.journal.total:
        yield from _find_keyless(source)
    refusals = {
        f"{call.method} {call.path} -> {call.status}: {call.answered['message']}": call
        for call in source.simulation.journal
        if "message" in call.answered
    }
    for reason, call in refusals.items():
        yield call.request_id, reason, "", {"status": call.status, "errors": [*call.errors]}


def removed_resource(source: Source) -> Iterator[Row]:
    reason = "a call used a resource of a reset or deleted world"
    for call in source.simulation.journal:
        if RESET_REMOVED in call.answered.get("message", ""):
            yield call.request_id, reason, "do two tests share this key?", {"path": call.path}


def failed_run(source: Source) -> Iterator[Row]:
    for run in source.simulation.world.all("task_run").values():
        choice = source.simulation.chosen.get(run.id)
        name = choice.played.name if choice else DEFAULT_SCENARIO
        remedy = "" if name == DEFAULT_SCENARIO else f"as the scenario `{name}` has it"
        for error in run.fields.get("errors") or ():
            code = f"{error['type']}/{error['code']}"
            reason = f"{run.id}  {code}: {error['message'].removesuffix('.')}"
            yield run.id, reason, remedy, {"error": code}


def empty_output(source: Source) -> Iterator[Row]:
    remedy = "give the scenario an `output`, or the task an `output_schema` to generate one from"
    for run in source.simulation.world.all("task_run").values():
        if run.fields.get("output") == {}:
            yield run.id, f"{run.id} has an empty output", remedy, {}


def raised_error(source: Source) -> Iterator[Row]:
    attempts = (attempt for _, attempt in _last_attempts(source))
    raised = Counter(a.response[RAISED_HEADER] for a in attempts if RAISED_HEADER in a.response)
    for error, count in raised.items():
        reason = f"the application raised an error for {counted(count, 'webhook')}: {error}"
        yield "", reason, "", {"error": error, "webhooks": count}


def failed_webhook(source: Source) -> Iterator[Row]:
    groups = dict[tuple[str, int | None], list[Row]]()
    for row in _find_undelivered(source, of_test=True):
        groups.setdefault((row[3]["destination"], row[3]["status"]), []).append(row)
    for rows in groups.values():
        subject, reason, remedy, details = rows[-1]
        count = f"{counted(len(rows), 'webhook')} failed{', the last' if rows[1:] else ''}"
        details["deliveries"] = [row[0] for row in rows]
        yield subject, f"{count}: {reason}", remedy, details


def _find_undelivered(source: Source, *, of_test: bool) -> Iterator[Row]:
    """Yield rows for the failed webhooks to the application under test, or for the others."""
    deliveries = source.simulation.world.all("event_delivery").values()
    accepting = {row["event_destination_id"] for row in deliveries if row.status == "success"}
    for delivery, attempt in _last_attempts(source):
        if attempt.ok or _failed_in_test(source, delivery, attempt) is not of_test:
            continue
        status, id_ = attempt.status, delivery["event_destination_id"]
        body = " ".join(attempt.answer.decode(errors="replace").split())
        # A framework's page for an error says no more than the status.
        answer = "" if body.startswith("<") else cut(body, _MOST_SAID)
        answer = attempt.response.get(RAISED_HEADER, answer)
        result = f"{status or attempt.error}{f'  {redact_body(answer)}' if answer else ''}"
        reason = f"{delivery['event_type']} ({delivery.id}), attempt {attempt.number}: {result}"
        refused = status in _REFUSED_SIGNATURE or (status == _CRASHED and not answer)
        secret = source.simulation.world.all("event_destination")[id_].hidden["secret"]
        is_meant = _is_meant(attempt)
        signs = {
            "fault": is_meant,
            "route": status in _NO_ROUTE,
            "clock": _OF_TIMES.search(answer) or (refused and attempt.refusal),
            "unknown": not (refused or _OF_SIGNATURES.search(answer)),
            "own secret": secret != source.worlds.secret_of(source.simulation.key),
            "bytes": id_ in accepting,
            "secret": True,
        }
        hint = _HINTS[next(cause for cause, sign in signs.items() if sign)]
        moment = datetime.fromtimestamp(int(attempt.request[TIMESTAMP]), UTC)
        remedy = hint.format(**source.terms, time=format_moment(moment))
        if status == _CRASHED and not (answer or is_meant):
            crash = f"if the application raised an exception, {source.terms['crash']}"
            remedy = f"{crash}; otherwise, {remedy}"
        details = {"attempt": attempt.number, "status": status, "fault": attempt.fault}
        details["destination"] = id_
        yield delivery.id, reason, remedy, details


def _is_meant(attempt: AttemptResult) -> bool:
    """Whether an attempt has the result that the test asked for. `deck_webhooks` refuses a
    signature, and otherwise answers as the test says.
    """
    is_answer = RECEIVER_HEADER in attempt.response and not attempt.refusal
    return attempt.fault is not None or is_answer


def _failed_in_test(source: Source, delivery: Resource, attempt: AttemptResult) -> bool:
    """Whether the application under test made an attempt fail, and nobody asked for it."""
    world = source.simulation.world
    destination = world.all("event_destination")[delivery["event_destination_id"]]
    return not (
        attempt.fault
        or attempt.error in UNANSWERED
        or not {RAISED_HEADER, RECEIVER_HEADER}.isdisjoint(attempt.response)
        or destination.deleted
        or (delivery.status == "pending" and not listens(destination))
        or world.delivery_log[delivery.id][-1] is not attempt  # it is not attempted again
        or not _OF_TEST.fullmatch(urlsplit(destination["config"]["url"]).hostname or "")
    )


def _last_attempts(source: Source) -> Iterator[tuple[Resource, AttemptResult]]:
    world = source.simulation.world
    for delivery in world.all("event_delivery").values():
        log = world.delivery_log.get(delivery.id, ())
        if attempts := [result for result in log if result.number]:
            yield delivery, attempts[-1]


def unsubscribed_events(source: Source) -> Iterator[Row]:
    world = source.simulation.world
    types = dict.fromkeys(event.type for event in world.events)
    if types and world.all("event_destination") and not world.all("event_delivery"):
        reason = f"{listed(types)}: no destination was active and subscribed at the time"
        yield "", reason, "set one up earlier", {"types": [*types]}


def frozen_caller(source: Source) -> Iterator[Row]:
    moment = source.simulation.caller_time
    if moment is not None and source.simulation.mode == REAL:
        at = format_moment(moment)
        reason = f"a process that uses this world is frozen at {at}, but the world's clock is real"
        yield "", reason, source.terms["one_clock"], {"at": at}


def _find_mistakes(source: Source, *, of_clock: bool) -> Iterator[Row]:
    for rule in LINT_RULES:
        if (rule.find is polls_a_frozen_clock) is of_clock:
            for reason, calls in rule.find(source.simulation, source.poll_interval):
                fix = rule.fix.format(**source.terms)
                remedy = f"{fix[0].lower()}{fix[1:].removesuffix('.')}"
                details = {"why": rule.why, "calls": [*map(call_as_json, calls)]}
                yield rule.name, f"{rule.name}: {reason}", remedy, details


def held_answers(source: Source) -> Iterator[Row]:
    for id_, responses in source.simulation.held_responses.items():
        call = source.simulation.world.holds[id_].call
        reason = f"a hold keeps back {counted(len(responses), 'answer')} to `{call}`"
        yield id_, f"{reason}; the call has taken effect", "release the hold", {"call": call}


def unfinished_resource(source: Source) -> Iterator[Row]:
    simulation = source.simulation
    results = {delivery.id: attempt for delivery, attempt in _last_attempts(source)}
    refused = {id_ for id_, result in results.items() if not (result.ok or _is_meant(result))}
    for resource in find_unfinished(simulation.world)[-MOST_UNFINISHED:]:
        wait, remedy = explain_wait(simulation, resource), ""
        if wait.remedy["do"] == "advance" and simulation.mode == FROZEN:
            mend = "first mend its receiver, then " if resource.id in refused else ""
            remedy = mend + source.terms["advance"]
        elif answer := find_right_answer(simulation, resource.id):
            right = json.dumps(redact_body(answer), ensure_ascii=False)
            remedy = source.terms["answer"].format(id=resource.id, answer=right)
        elif wait.remedy["do"] == "review":
            remedy = source.terms["review"].format(id=resource.id)
        reason = f"{resource.id} is {resource.status}. {wait.why.removesuffix('.')}"
        due = {"in": format_duration(wait.due.at - simulation.world.now)} if wait.due else {}
        about = {"kind": resource.kind, "status": resource.status}
        yield resource.id, reason, remedy, {**about, "remedy": wait.remedy, **due}


# The kinds of findings by name, in the order of reports.
FINDING_KINDS = {
    "server_error": FindingKind("errors of deck-sim", FAILURE, server_error),
    "script_error": FindingKind("errors of scenarios", FAILURE, script_error),
    "ignored_name": FindingKind("ignored magic names", OVERSIGHT, ignored_name),
    "unused_scenario": FindingKind("what had no effect", LEFTOVER, unused_scenario),
    "unused_fault": FindingKind("what had no effect", LEFTOVER, unused_fault),
    "unused_hold": FindingKind("what had no effect", LEFTOVER, unused_hold),
    "unplayed_login": FindingKind("scripts that nothing played", LEFTOVER, unplayed_login),
    "stray_keys": FindingKind("calls that did not come", LEFTOVER, stray_keys),
    "keyless_calls": FindingKind("calls that did not come", LEFTOVER, keyless_calls),
    "no_calls": FindingKind("calls that did not come", NOTE, no_calls),
    "refused_call": FindingKind("refused calls", NOTE, refused_call),
    "removed_resource": FindingKind("resources of an earlier world", MISTAKE, removed_resource),
    "failed_run": FindingKind("failed runs", NOTE, failed_run),
    "raised_error": FindingKind("errors of the application", LEFTOVER, raised_error),
    "failed_webhook": FindingKind("failed webhooks", LEFTOVER, failed_webhook),
    "undelivered_webhook": FindingKind(
        "undelivered webhooks", NOTE, partial(_find_undelivered, of_test=False)
    ),
    "unsubscribed_events": FindingKind("webhooks that were never sent", NOTE, unsubscribed_events),
    "frozen_caller": FindingKind("two clocks", NOTE, frozen_caller),
    "frozen_clock": FindingKind(
        "why nothing moved", MISTAKE, partial(_find_mistakes, of_clock=True)
    ),
    "client_mistake": FindingKind(
        "mistakes of the client", MISTAKE, partial(_find_mistakes, of_clock=False)
    ),
    "empty_output": FindingKind("runs with an empty output", NOTE, empty_output),
    "held_answers": FindingKind("present state", NOTE, held_answers),
    "unfinished_resource": FindingKind("present state", NOTE, unfinished_resource),
}
