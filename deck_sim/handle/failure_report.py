"""The report on a world that a failed test shows.

The report has the history, the scenarios that were played and why, and what the world waits for.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import counted, cut, listed
from deck_sim.base.real_time import process_now
from deck_sim.handle.connect.address import DECK_HOST
from deck_sim.handle.expected_call import show_value
from deck_sim.handle.problems import explain_no_calls, find_keyless_calls
from deck_sim.handle.timeline import cut_middle
from deck_sim.runtime.lint import polls_a_frozen_clock
from deck_sim.runtime.moment_text import format_moment
from deck_sim.runtime.settings import FROZEN
from deck_sim.webhooks.sender import RAISED_HEADER
from deck_sim.webhooks.signing import TIMESTAMP

if TYPE_CHECKING:
    from deck_sim.handle.deck import Deck

_MOST_LINES = 60  # of the timeline
_MOST_ROWS = 8  # of each other section
_LONGEST_ROUND = 4  # lines that a client repeats: a poll, a sleep, and their effects
_FEWEST_ROUNDS = 3  # fewer repetitions are shown one by one
_REFUSED_SIGNATURE = (400, 401, 403)  # how applications answer a webhook with a wrong signature
# Words in the errors of webhook libraries.
_OF_SIGNATURES = re.compile("signature|verif", re.IGNORECASE)
_OF_TIMES = re.compile("timestamp|too (old|new)|expired", re.IGNORECASE)
_MOST_SAID = 200  # characters of an answer
_CRASHED, _NO_ROUTE = 500, (404, 405)
_BYTES = "verify the bytes of the body as received, not parsed and serialized again?"
_HINTS = {
    "route": "does the application accept POST at the path of its webhooks?{argument}",
    "secret": f"does the application use the secret in `{{secret}}`, and {_BYTES}",
    "own secret": "this destination has its own secret, not the one in `{secret}`: does the"
    " application verify with the secret of the destination?",
    "bytes": "the secret is right, since another webhook was accepted: does the application"
    f" {_BYTES}",
    "clock": "the signature has the time {time}, but the application's clock differs:"
    " `webhook_time` can be `wall` (real time) or `world` (the world's time); {setting} sets it",
}
_IN_TESTS = {
    "argument": " The path is an argument: `deck.deliver_to(app, path=…)`",
    "secret": "deck.webhook_secret",
    "setting": "`deck.stamp_webhooks(…)`",
}
_HOW_TO_CALL = (
    "if your application reads environment variables in each test, use the fixture `deck_env`; if"
    " it reads them on import, use `monkeypatch.setattr` on its URL and key; if it always calls"
    f" https://{DECK_HOST}, use `deck.intercept()`"
)
_HOW_TO_MOVE = (
    "  move the clock with `deck.advance_until(…)`, `deck.advance(…)` or `deck.settle()`, or give"
    " your client `deck.sleep`"
)
_HOW_TO_FREEZE = (
    "the fixture `deck_time` freezes it at the world's time, or give the world the real date:"
    " `@pytest.mark.deck(now=datetime.now(UTC))`"
)
_DATE = re.compile(r"\b\d{4}(?:-\d\d-\d\d|, \d+, \d+)")  # also as `repr` shows a date
_TICK = timedelta(seconds=1)  # a frozen time that moved less was only ticking

_Row = Mapping[str, Any]


class _Line(NamedTuple):
    at: datetime
    text: str
    key: tuple[str, str]  # equal for lines that say the same


def write_report(deck: "Deck", failure: str = "") -> str:
    """Return the report on the world of `deck`; `failure` is pytest's text about the test."""
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
            others = f"; calls to {listed(passed)} were not intercepted"
            how = f"`deck.intercept()` answers for {hosts}{others if passed else ''}"
        no_calls.append(f"  {how}")
    if not lines:
        return "\n".join(["nothing happened in this world:", *no_calls, *keyless])
    findings, runs, deliveries = deck.lint, deck.runs, deck.deliveries
    kinds, events = {entry.kind for entry in entries}, dict.fromkeys(e["type"] for e in deck.events)
    unsent, still = list[str](), list[str]()
    if events and "event_destination" in kinds and not deliveries:
        why = "no destination was active and subscribed at the time; set one up earlier"
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
            f"  {run['id']}  give the scenario an `output`, or the task a schema to generate one"
            " from: `deck.ready_task(output_schema=…)`"
            for run in runs
            if run["output"] == {}
        ],
        "undelivered webhooks": [f"  {text}" for text in find_undelivered(deliveries)],
        "webhooks that were never sent": unsent,
        "why nothing moved": [*(f"  {one['what']}. {one['fix']}" for one in frozen), *still],
        "two clocks": [f"  {text}" for text in _find_own_dates(journal, failure, world["now"])],
        "mistakes of the client": [
            f"  {one['name']}: {one['what']}" for one in findings if one not in frozen
        ],
    }
    shown = {title: cut_middle(rows, _MOST_ROWS) for title, rows in sections.items() if rows}
    shown["present state"] = _present_state(deck.next(), world["clock"]) + no_calls
    rest = [line for title, rows in shown.items() for line in ("", f"{title}:", *rows)]
    return "\n".join([*cut_middle(lines, _MOST_LINES), *rest])


def find_refusals(journal: Iterable[_Row]) -> list[str]:
    """Return a line for each call that was answered with an error; equal lines only once."""
    refusals = (
        f"{call['method']} {call['path']} -> {call['status']}: {call['answered']['message']}"
        for call in journal
        if "message" in call["answered"]
    )
    return [*dict.fromkeys(refusals)]


def _find_own_dates(journal: Iterable[_Row], failure: str, now: str) -> list[str]:
    """Return a line if the application seems not to use the world's time: a call or pytest's text
    shows the date of this process, and the world has another date.
    """
    today = process_now().date()
    near = [today + timedelta(days=days) for days in (-1, 0, 1)]
    own = {f"{day}": day for day in near}
    own |= {f"{day.year}, {day.month}, {day.day}": day for day in near}
    texts = [
        (f"{call['method']} {call['path']} sent", f"{call['query']} {call['body']}", call["at"])
        for call in journal
    ]
    errors = "\n".join(line for line in failure.splitlines() if line.startswith("E "))
    for what, text, at in (*texts, ("the failure shows", errors, now)):
        found = [own[date] for date in _DATE.findall(text) if date in own]
        world = datetime.fromisoformat(at).date()
        if found and abs(world - today) > timedelta(days=1):
            said = f"{what} {min(found)}, but the world's date is {world}"
            return [f"{said}: the application's `datetime.now()` stays real; {_HOW_TO_FREEZE}"]
    return []


def _fold_rounds(lines: Sequence[_Line]) -> Iterator[str]:
    place = 0
    while place < len(lines):
        length, count = _find_round(lines, place)
        yield from (line.text for line in lines[place : place + length])
        place += length * count
        if count > 1:
            until = format_moment(lines[place - 1].at)
            yield f"  … {count - 1} more times, until {until}"


def _find_round(lines: Sequence[_Line], place: int) -> tuple[int, int]:
    """Return how many lines repeat from `place`, and how often; 1, 1 if fewer than three times."""

    def keys(start: int, length: int) -> list[tuple[str, str]]:
        return [line.key for line in lines[start : start + length]]

    for length in range(1, _LONGEST_ROUND + 1):
        first, count = keys(place, length), 1
        while len(first) == length and keys(place + count * length, length) == first:
            count += 1
        if count >= _FEWEST_ROUNDS:
            return length, count
    return 1, 1


def find_undelivered(deliveries: Sequence[_Row], words: Mapping[str, str] = _IN_TESTS) -> list[str]:
    """Return a line for each webhook whose last attempt failed, with the result; then hints on the
    causes. `words` are the names of settings in the hints, as a test or a program writes them.
    """
    lines, hints = list[str](), dict[str, None]()
    taken = {row["event_destination_id"] for row in deliveries if row["status"] == "success"}
    for row in deliveries:
        last = next((one for one in reversed(row["log"]) if one["attempt"]), None)
        if last is None or last["ok"]:
            continue
        status, body = last["status"], " ".join(last["response_body"].split())
        # A framework's page for an error says no more than the status.
        said = "" if body.startswith("<") else cut(body, _MOST_SAID)
        said = last["response_headers"].get(RAISED_HEADER, said)
        shown = f"{status or last['error']}{f'  {said}' if said else ''}"
        lines.append(f"{row['event_type']} ({row['id']}), attempt {last['attempt']}: {shown}")
        if last["fault"]:
            continue
        is_refused = status in _REFUSED_SIGNATURE or (status == _CRASHED and not said)
        if status in _NO_ROUTE:
            hint = "route"
        elif _OF_TIMES.search(said) or (is_refused and not last["signature"]["ok"]):
            hint = "clock"
        elif not (is_refused or _OF_SIGNATURES.search(said)):
            continue
        elif row["signed_with"] != "world":
            hint = "own secret"
        else:
            hint = "bytes" if row["event_destination_id"] in taken else "secret"
        moment = datetime.fromtimestamp(int(last["request_headers"][TIMESTAMP]), UTC)
        hints[_HINTS[hint].format(**words, time=format_moment(moment))] = None
    return [*lines, *hints]


def find_waits(state: _Row, kinds: Container[str] | None = None) -> list[str]:
    """Return why each unfinished resource waits; `state` is the answer to `GET /_sim/next`."""
    accepted = {one["id"]: one["answer"] for one in state["waiting"] if "answer" in one}
    return [
        f"{one['id']} is {one['status']}. {one['why']}"
        + (f" It accepts {show_value(accepted[one['id']])}." if one["id"] in accepted else "")
        for one in state["unfinished"]
        if kinds is None or one["kind"] in kinds
    ]


def _present_state(state: _Row, mode: str) -> list[str]:
    waits = [f"  {text}" for text in find_waits(state)]
    answers = [
        f"  a hold keeps back {counted(row['answers'], 'answer')} to `{row['call']}` until"
        " `release()`; the call has taken effect"
        for row in state.get("kept_back", ())
    ]
    helps = any(one["remedy"]["do"] == "advance" for one in state["unfinished"])
    remedy = [_HOW_TO_MOVE] if helps and mode == FROZEN else []
    lines = [*answers, *cut_middle(waits, _MOST_ROWS), *remedy]
    if not lines:
        due = "nothing is due"
        if state["due"]:
            due = "the next timer, of `{id}`, is due in {in}".format(**state["due"][0])
        lines = [f"  nothing waits, and {due}"]
    return [f"  the time is {state['now']}", *lines]
