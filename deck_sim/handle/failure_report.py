"""The account of a world that a failed test shows: what happened, who played what and why, and how
it stands now. Written for somebody who has not seen the test.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from deck_sim.handle.call_matching import show_value
from deck_sim.handle.timeline import Line, cut_middle
from deck_sim.runtime.serialization import print_moment

if TYPE_CHECKING:
    from deck_sim.handle.deck import Deck

_MOST_LINES = 60  # of what happened
_MOST_ROWS = 8  # of each of the other parts
_LONGEST_ROUND = 4  # lines that a client repeats: a poll, a sleep, and what came of them
_FEWEST_ROUNDS = 3  # fewer are shown one by one


class _Told(NamedTuple):
    """A line, when it was, and what makes it the same as another."""

    at: datetime
    text: str
    said: tuple[str, str]


def give_account(deck: "Deck") -> str:
    """What is to be told of a world."""
    calls = {call["request_id"]: call for call in deck.requests}
    happened = [*_rounds([_spell(line, calls) for line in deck.timeline])]
    silence = [] if calls else [f"  no call of the Deck API came with its key, `{deck.api_key}`"]
    if not happened:
        return "\n".join(["nothing happened in this world:", *silence])
    parts = {
        "": cut_middle(happened, _MOST_LINES),
        "what was played, and why": cut_middle(_choices(calls.values()), _MOST_ROWS),
        "what was refused": cut_middle(_refusals(calls.values()), _MOST_ROWS),
        "what failed": cut_middle(_failures(deck.runs), _MOST_ROWS),
        "what was not delivered": cut_middle(_undelivered(deck.deliveries), _MOST_ROWS),
        "what the client does wrong": cut_middle(_habits(deck.lint), _MOST_ROWS),
        "how it stands": _standing(deck.next()) + silence,
    }
    return "\n".join(line for title, lines in parts.items() for line in _part(title, lines))


def _part(title: str, lines: list[str]) -> list[str]:
    return ["", f"{title}:", *lines] if title and lines else lines


def _spell(line: Line, calls: Mapping[str, Mapping[str, Any]]) -> _Told:
    """A line of the timeline; that of a call with what was sent."""
    if line.id not in calls:
        return _Told(line.at, f"{line}", (line.id, line.what))
    body = calls[line.id]["body"]
    sent = "" if body is None else f"  {show_value(body)}"
    return _Told(line.at, f"{line}{sent}", (line.what, sent))


def _rounds(lines: Sequence[_Told]) -> Iterator[str]:
    """The lines, with what a client did again and again told once, and counted."""
    place = 0
    while place < len(lines):
        length, count = _longest_repetition(lines, place)
        yield from (line.text for line in lines[place : place + length])
        place += length * count
        if count > 1:
            until = print_moment(lines[place - 1].at)
            yield f"  … {count - 1} more times the same, until {until}"


def _longest_repetition(lines: Sequence[_Told], place: int) -> tuple[int, int]:
    """How many lines from here are a round that repeats, and how often it comes; (1, 1) if none."""
    for length in range(1, _LONGEST_ROUND + 1):
        first, count = _said(lines, place, length), 1
        while len(first) == length and _said(lines, place + count * length, length) == first:
            count += 1
        if count >= _FEWEST_ROUNDS:
            return length, count
    return 1, 1


def _said(lines: Sequence[_Told], place: int, length: int) -> list[tuple[str, str]]:
    return [line.said for line in lines[place : place + length]]


def _choices(calls: Iterable[Mapping[str, Any]]) -> list[str]:
    """For each connection and run its scenario, why it was chosen, and what it was preferred to."""
    return [
        f"  {call['answered']['id']}  {call['scenario']}"
        + (f" (else {call['runner_up']})" if call["runner_up"] else "")
        for call in calls
        if call["scenario"] and "id" in call["answered"]
    ]


def _refusals(calls: Iterable[Mapping[str, Any]]) -> list[str]:
    """Why calls were refused; the same reason once."""
    found = (
        f"  {call['method']} {call['path']} -> {call['status']}: {call['answered']['message']}"
        for call in calls
        if "message" in call["answered"]
    )
    return [*dict.fromkeys(found)]


def _failures(runs: Iterable[Mapping[str, Any]]) -> list[str]:
    """The errors of the runs that failed."""
    return [
        f"  {run['id']}  {error['type']}/{error['code']}: {error['message']}"
        for run in runs
        for error in run["errors"]
    ]


def _undelivered(deliveries: Iterable[Mapping[str, Any]]) -> list[str]:
    """Which webhooks no attempt brought home so far, and how the last one that was made ended."""
    found = [(one, made) for one in deliveries if (made := _last_made(one)) and not made["ok"]]
    lines = [
        f"  {one['event_type']} ({one['id']}), attempt {made['attempt']}: "
        f"{made['status'] or made['error']}"
        for one, made in found
    ]
    unproven = any(made["status"] in _UNPROVEN and not made["fault"] for _, made in found)
    return [*lines, _SECRET] if unproven else lines


def _last_made(delivery: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The last attempt that was made, if one was."""
    return next((tried for tried in reversed(delivery["log"]) if tried["attempt"]), None)


_UNPROVEN = (400, 401, 403)  # what an application answers that takes a webhook for a forgery
_SECRET = "  does the application verify with the secret of this world, `deck.webhook_secret`?"


def _habits(lint: Iterable[Mapping[str, Any]]) -> list[str]:
    return [f"  {found['name']}: {found['what']}" for found in lint]


def _standing(now: Mapping[str, Any]) -> list[str]:
    """What waits and for what, and what is due, soonest first."""
    held = {one["id"]: f", held before {one['event']}" for one in now.get("held", ())}
    waiting = [
        f"  {one['id']} is {one['status']}, and nothing moves it on{held.get(one['id'], '')}"
        + (f"; it would take {show_value(one['answer'])}" if "answer" in one else "")
        for one in now["waiting"]
    ]
    kept = [
        f"  {one['answers']} x `{one['call']}` is done, its answer kept back by a hold"
        for one in now.get("kept_back", ())
    ]
    due = [f"  in {one['in']}: {one['what']} ({one['id']})" for one in now["due"]]
    lines = [*kept, *cut_middle(waiting, _MOST_ROWS), *cut_middle(due, _MOST_ROWS)]
    return [f"  it is {now['now']}", *(lines or ["  nothing waits, and nothing is due"])]
