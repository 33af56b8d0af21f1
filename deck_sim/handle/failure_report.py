"""The report on a world that a failed test shows.

It says what happened, which scenario was played and why, and what the world waits for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import listed
from deck_sim.handle.connect.address import DECK_HOST
from deck_sim.handle.connect.applications import RAISED_HEADER, REFUSAL_HEADER
from deck_sim.handle.expected_call import show_value
from deck_sim.handle.problems import explain_no_calls, find_keyless_calls
from deck_sim.handle.timeline import cut_middle
from deck_sim.runtime.lint import polls_a_frozen_clock
from deck_sim.runtime.moments import print_moment
from deck_sim.runtime.settings import FROZEN

if TYPE_CHECKING:
    from deck_sim.handle.deck import Deck

_MOST_LINES = 60  # of the timeline
_MOST_ROWS = 8  # of each other section
_LONGEST_ROUND = 4  # lines that a client repeats: a poll, a sleep, and their effects
_FEWEST_ROUNDS = 3  # fewer repetitions are shown one by one
_REFUSED_SIGNATURE = (400, 401, 403)  # how applications answer a webhook with a wrong signature
_OF_SIGNATURES = re.compile("signature|verif", re.IGNORECASE)  # in errors of libraries for webhooks
_CRASHED, _NO_ROUTE = 500, (404, 405)
_SECRET_HINT = (
    "does the application verify with the secret of this world, `deck.webhook_secret`, and the"
    " bytes of the body as they came?"
)
_ROUTE_HINT = (
    "does the application take POST at the path of its webhooks? It is an argument:"
    " `deck.deliver_to(app, path=…)`"
)
_HOW_TO_CALL = (
    "an application that reads its environment, after it was imported, needs the fixture"
    f" `deck_env`; one that always calls https://{DECK_HOST} needs `deck.intercept()`"
)
_HOW_TO_MOVE = (
    "  move the clock with `deck.advance_until(…)`, `deck.advance(…)` or `deck.settle()`, or give"
    " your client `deck.sleep`"
)
_TICK = timedelta(seconds=1)  # a process that moved less was only ticking

_Row = Mapping[str, Any]


class _Line(NamedTuple):
    at: datetime
    text: str
    key: tuple[str, str]  # equal for lines that say the same


def write_report(deck: "Deck") -> str:
    """The report on the world of `deck`, as text."""
    world, journal = deck.world, deck.requests
    calls = {call["request_id"]: call for call in journal}
    entries, parts = deck.timeline, list[_Line]()
    for entry in entries:
        if entry.id in calls:
            body = calls[entry.id]["body"]
            sent = "" if body is None else f"  {show_value(body)}"
            parts.append(_Line(entry.at, f"{entry}{sent}", (entry.what, sent)))
        else:
            parts.append(_Line(entry.at, f"{entry}", (entry.id, entry.what)))
    lines = [*_fold_rounds(parts)]
    keyless = [f"  {text}" for text in find_keyless_calls(world)]
    no_calls = [] if calls else [f"  {explain_no_calls(deck, world)}"]
    if no_calls and not keyless and not world["stray_keys"]:
        how = _HOW_TO_CALL
        if deck.interceptions:
            hosts = listed(host for one in deck.interceptions for host in one.hosts)
            passed = {host: None for one in deck.interceptions for host in one.passed}
            others = f"; this process called {listed(passed)}, too, which it does not name"
            how = f"`deck.intercept()` answers for {hosts}{others if passed else ''}"
        no_calls.append(f"  {how}")
    if not lines:
        return "\n".join(["nothing happened in this world:", *no_calls, *keyless])
    findings, runs, deliveries = deck.lint, deck.runs, deck.deliveries
    kinds, events = {entry.kind for entry in entries}, dict.fromkeys(e["type"] for e in deck.events)
    unsent, still = list[str](), list[str]()
    if events and "event_destination" in kinds and not deliveries:
        why = "no destination was active and subscribed when they happened"
        unsent.append(f"  {listed(events)}: {why}")
    times = deck.transport.frozen_times
    moved = times[-1] - times[0] if times else timedelta()
    if moved >= _TICK and "clock" not in kinds:
        still.append(
            f"  the time of this frozen process moved {format_duration(moved)}, and the world's did"
            " not: use `deck_time`, or call `deck.advance_to(datetime.now(UTC))` after each move"
        )
    frozen = [one for one in findings if one["name"] == polls_a_frozen_clock.__name__]
    sections = {
        "scenarios played, and why": [
            f"  {call['answered']['id']}  {call['scenario']}"
            for call in journal
            if call["scenario"] and "id" in call["answered"]
        ],
        "refused calls": [*keyless, *(f"  {text}" for text in find_refusals(journal))],
        "failed runs": [
            f"  {run['id']}  {error['type']}/{error['code']}: {error['message']}"
            for run in runs
            for error in run["errors"]
        ],
        "scripts that nothing played": [f"  {text}" for text in world["unplayed_login"]],
        "runs with an empty output": [
            f"  {run['id']}  an output is that of the scenario, or is generated from the task's"
            " `output_schema`: `deck.ready_task(output_schema=…)`"
            for run in runs
            if run["output"] == {}
        ],
        "undelivered webhooks": [f"  {text}" for text in find_undelivered(deliveries)],
        "webhooks that were never sent": unsent,
        "why nothing moved": [*(f"  {one['what']}. {one['fix']}" for one in frozen), *still],
        "mistakes of the client": [
            f"  {one['name']}: {one['what']}" for one in findings if one not in frozen
        ],
    }
    shown = {title: cut_middle(rows, _MOST_ROWS) for title, rows in sections.items() if rows}
    shown["present state"] = _present_state(deck.next(), world["clock"]) + no_calls
    rest = [line for title, rows in shown.items() for line in ("", f"{title}:", *rows)]
    return "\n".join([*cut_middle(lines, _MOST_LINES), *rest])


def find_refusals(journal: Iterable[_Row]) -> list[str]:
    """The calls that an error answered, with its message; the same reason once."""
    refusals = (
        f"{call['method']} {call['path']} -> {call['status']}: {call['answered']['message']}"
        for call in journal
        if "message" in call["answered"]
    )
    return [*dict.fromkeys(refusals)]


def _fold_rounds(lines: Sequence[_Line]) -> Iterator[str]:
    """The lines, where a round that a client repeats is shown once, with a count."""
    place = 0
    while place < len(lines):
        length, count = _find_round(lines, place)
        yield from (line.text for line in lines[place : place + length])
        place += length * count
        if count > 1:
            until = print_moment(lines[place - 1].at)
            yield f"  … {count - 1} more times the same, until {until}"


def _find_round(lines: Sequence[_Line], place: int) -> tuple[int, int]:
    """How many lines from `place` repeat as a round, and how often; (1, 1) if none do."""

    def keys(start: int, length: int) -> list[tuple[str, str]]:
        return [line.key for line in lines[start : start + length]]

    for length in range(1, _LONGEST_ROUND + 1):
        first, count = keys(place, length), 1
        while len(first) == length and keys(place + count * length, length) == first:
            count += 1
        if count >= _FEWEST_ROUNDS:
            return length, count
    return 1, 1


def find_undelivered(
    deliveries: Iterable[_Row], route_hint: str = _ROUTE_HINT, secret_hint: str = _SECRET_HINT
) -> list[str]:
    """The webhooks that no attempt has delivered, with how their last attempt ended, and the hints
    that may explain it.
    """
    lines, has_no_route, has_bad_signature = list[str](), False, False
    for row in deliveries:
        last = next((one for one in reversed(row["log"]) if one["attempt"]), None)
        if last is None or last["ok"]:
            continue
        status, headers = last["status"], last["response_headers"]
        # The error of an application in this process, or its text of a refusal.
        said = str(headers.get(RAISED_HEADER) or headers.get(REFUSAL_HEADER) or "")
        shown = f"{status or last['error']}{f'  {said}' if said else ''}"
        lines.append(f"{row['event_type']} ({row['id']}), attempt {last['attempt']}: {shown}")
        if not last["fault"]:
            has_no_route |= status in _NO_ROUTE
            has_bad_signature |= (
                bool(_OF_SIGNATURES.search(said))
                or status in _REFUSED_SIGNATURE
                or (status == _CRASHED and not said)
            )
    hints = {route_hint: has_no_route, secret_hint: has_bad_signature}
    return [*lines, *(hint for hint, fits in hints.items() if fits)]


def _present_state(state: _Row, mode: str) -> list[str]:
    accepted = {one["id"]: one["answer"] for one in state["waiting"] if "answer" in one}
    waits = [
        f"  {one['id']} is {one['status']}. {one['why']}"
        + (f" It accepts {show_value(accepted[one['id']])}." if one["id"] in accepted else "")
        for one in state["unfinished"]
    ]
    answers = [
        f"  {one['answers']} x `{one['call']}` is done, and a hold delays its answer"
        for one in state.get("kept_back", ())
    ]
    remedy = [_HOW_TO_MOVE] if state["due"] and mode == FROZEN else []
    lines = [*answers, *cut_middle(waits, _MOST_ROWS), *remedy]
    return [f"  the time is {state['now']}", *(lines or ["  nothing waits, and nothing is due"])]
