"""How long others wait while one call works.

Each row of `ROWS` prepares a world and makes calls that take as long as they can. A victim polls
the server and a world of its own during each call; its longest wait is printed. Other work of the
machine is part of it.
"""

import argparse
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import Any

from .prepared import TASK, write_basics
from .simulator import Client, Simulator

BAR = 2.0  # seconds
SLICE_BAR = 20.0  # higher, since the machine may be busy
KEY, VICTIM = "sk_busy", "sk_victim"
SLICE = ("scenario", "snapshot", "lists", "seed", "body", "clock")
_PAUSE = 0.005  # seconds between two polls
_RUN, _LOGIN = f"/v2/tasks/{TASK}/run", {"connection_id": "conn_0"}

Call = tuple[str, str, Any]  # method, path, body
Row = Callable[[Client, int], Iterator[Call]]
ROWS: dict[str, Row] = {}


def row(function: Row) -> Row:
    """Register a row under its name. It takes a client, and the size of what it makes."""
    ROWS[function.__name__] = function
    return function


class Victim(threading.Thread):
    """Polls, and keeps its longest wait."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._http, self._is_over = HTTPConnection("127.0.0.1", port, timeout=120), False
        self.longest = 0.0

    def run(self) -> None:
        """Poll until stopped."""
        with suppress(OSError, HTTPException):
            while not self._is_over:
                for path in ("/_sim/health", "/v2/agents"):
                    began = time.monotonic()
                    self._http.request("GET", path, headers={"Authorization": f"Bearer {VICTIM}"})
                    self._http.getresponse().read()
                    self.longest = max(self.longest, time.monotonic() - began)
                time.sleep(_PAUSE)

    def stop(self) -> float:
        """The longest wait."""
        self._is_over = True
        self.join()
        return self.longest


def _prepare(deck: Client, **task: Any) -> None:
    """Seed a task and a login in a new, frozen world."""
    deck.do(KEY, "POST", "/_sim/reset", {"mode": "frozen"})
    schemas = {"input_schema": {"type": "object"}, "output_schema": {"type": "object"}, **task}
    resources = write_basics("connections", 1, **schemas)
    deck.do(KEY, "POST", "/_sim/seed", {"resources": resources})


def _seed(number: int, **more: str) -> Any:
    uses = {"task_id": TASK, **_LOGIN, **(more or {"scenario": "success"})}
    return {"resources": {"task_runs": [{"id": f"trun_{n}", **uses} for n in range(number)]}}


def _runs(deck: Client, number: int, **task: Any) -> None:
    _prepare(deck, **task)
    deck.do(KEY, "POST", "/_sim/seed", _seed(number))


def _large_output(size: int) -> Any:
    item = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "number"}}}
    lists = {"type": "array", "minItems": size, "items": item}
    names = [f"p{n}" for n in range(5)]
    return {"type": "object", "properties": dict.fromkeys(names, lists), "required": names}


@row
def scenario(deck: Client, size: int) -> Iterator[Call]:
    """Scenarios as large as allowed: right ones, ones full of mistakes, long playlists."""
    steps = [{"queued": "1s"}, *([{"running": "1s"}] * (size * 4)), "completed"]
    yield "PUT", "/_sim/scenarios/large", {"task_run": steps}
    yield "GET", "/_sim/scenarios/large", None
    yield "GET", "/_sim/scenarios?include=steps", None
    yield "GET", "/_sim/snapshot", None
    yield "PUT", "/_sim/scenarios/wrong", {"task_run": [{"runing": "1s"}] * (size * 4)}
    yield "PUT", "/_sim/scenarios/list", {"playlist": [f"succes{n}" for n in range(size * 9)]}
    output = {f"a{n}": "{{ input.a + 1 }}" for n in range(size * 4)}
    yield (
        "PUT",
        "/_sim/scenarios/made",
        {"task_run": ["running", {"completed": {"output": output}}]},
    )


@row
def settings(deck: Client, size: int) -> Iterator[Call]:
    """Queues, rules and faults with as much as allowed."""
    yield "POST", "/_sim/queue", {"resource": "task_run", "scenarios": ["success"] * (size * 9)}
    rules = [{"when": {"username": f"*{n}*"}, "scenario": "success"} for n in range(size * 2)]
    yield "PUT", "/_sim/rules", {"rules": rules}
    yield "GET", "/_sim/rules", None
    yield "PUT", "/_sim/rules", {"rules": [{"when": 1, "scenari": 2}] * (size * 2)}
    yield "POST", "/_sim/faults", {f"matc{n}": 1 for n in range(size * 9)}
    yield "PATCH", "/_sim/world", {f"see{n}": 1 for n in range(size * 9)}


@row
def seed(deck: Client, size: int) -> Iterator[Call]:
    """Many resources at once, also with outputs to be made."""
    _prepare(deck, output_schema=_large_output(20))
    yield "POST", "/_sim/seed", _seed(size)
    yield "POST", "/_sim/seed", _seed(size)  # the same ids
    _prepare(deck, output_schema=_large_output(20))
    yield "POST", "/_sim/seed", _seed(size // 30, status="completed")
    yield "POST", "/_sim/seed", {"resources": {f"agent{n}": [] for n in range(size * 9)}}


@row
def snapshot(deck: Client, size: int) -> Iterator[Call]:
    """A whole world, out and in."""
    _runs(deck, size)
    yield "POST", "/_sim/clock/advance", {"by": "10m"}
    yield "GET", "/_sim/snapshot", None
    yield "PUT", "/_sim/snapshot", deck.get(KEY, "/_sim/snapshot")


@row
def lists(deck: Client, size: int) -> Iterator[Call]:
    """Everything that a large world can show."""
    _runs(deck, size)
    paths = ("next", "worlds", "timeline", "events", "task-runs", "deliveries", "lint", "coverage")
    for when in ("1s", "10m"):
        yield "POST", "/_sim/clock/advance", {"by": when}
        for path in (*paths, "requests", "world", "stream?follow=false", "resources/nobody"):
            yield "GET", f"/_sim/{path}", None
        yield "GET", "/v2/task-runs?limit=100", None


@row
def clock(deck: Client, size: int) -> Iterator[Call]:
    """Time that passes for many runs at once, in each clock mode."""
    _runs(deck, size)
    yield "POST", "/_sim/clock/advance", {"until": {"event": "task_run.failed"}}
    _runs(deck, size)
    deck.do(KEY, "PUT", "/_sim/clock", {"mode": "on_poll"})
    yield "GET", "/v2/task-runs/trun_0", None
    _runs(deck, size)
    deck.do(KEY, "PUT", "/_sim/clock", {"mode": "real", "speed": 1_000_000})
    yield "GET", "/_sim/clock", None
    _runs(deck, size // 100, output_schema=_large_output(100))
    yield "POST", "/_sim/clock/advance", {"by": "10m"}


@row
def body(deck: Client, size: int) -> Iterator[Call]:
    """Bodies of the Deck API with as much as allowed."""
    _prepare(deck)
    for value in ([0] * (size * 9), [{}] * (size * 4), "x" * (size * 900), "?a=b&" * (size * 180)):
        yield "POST", "/v2/agents", {"name": value}
        yield "POST", _RUN, {**_LOGIN, "input": {"a": value}}
    yield "POST", "/v2/agents", {f"nam{n}": 1 for n in range(size * 9)}
    yield "GET", "/_sim/requests", None


@row
def schema(deck: Client, size: int) -> Iterator[Call]:
    """JSON Schemas that need all steps, or all time, of a check."""
    levels: dict[str, Any] = {"l0": {"type": "integer"}}
    for number in range(1, 20):
        levels[f"l{number}"] = {"anyOf": [{"$ref": f"#/$defs/l{number - 1}"}] * 2}
    schemas: list[tuple[Any, Any]] = [
        ({"properties": {"a": {"$ref": "#/$defs/l19"}}, "$defs": levels}, "x"),
        ({"properties": {"a": {"items": {"type": "string"}}}}, [0] * (size * 9)),
        ({"properties": {"a": {"uniqueItems": True}}}, [[n] for n in range(size * 4)]),
        ({"properties": {"a": {"items": {"pattern": "(x+x+)+y"}}}}, ["x" * 40] * 100),
    ]
    for input_schema, value in schemas:
        _prepare(deck, input_schema={"type": "object", **input_schema})
        yield "POST", _RUN, {**_LOGIN, "input": {"a": value}}


def measure(name: str, size: int) -> Iterator[tuple[Call, int, float, float]]:
    """The calls of a row: their statuses, how long each took, and how long others waited."""
    with Simulator("--edition", "connections") as deck:
        deck.do(VICTIM, "POST", "/v2/agents", {"name": "A"})
        for call in ROWS[name](deck, size):
            victim = Victim(deck.port)
            victim.start()
            time.sleep(10 * _PAUSE)
            began = time.monotonic()
            status = deck.call(KEY, *call).status
            took = time.monotonic() - began
            yield call, status, took, victim.stop()
        if alarm := deck.find_alarm():
            raise RuntimeError(alarm)


def main(arguments: list[str]) -> int:
    """Print a table of waits. It returns 1 if one is longer than the bar, or a call failed."""
    parser = argparse.ArgumentParser(prog="scripts/torture waits", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all")
    parser.add_argument("--size", type=int, default=10_000, help="of worlds and documents; 10000")
    parser.add_argument("--bar", type=float, help=f"seconds; {BAR}, with --slice {SLICE_BAR}")
    parser.add_argument("--slice", action="store_true", help="small worlds, for CI")
    given = parser.parse_args(arguments)
    names, size = (SLICE, 1000) if given.slice else (given.names or [*ROWS], given.size)
    bar = given.bar or (SLICE_BAR if given.slice else BAR)
    failed = 0
    for name in names:
        for (method, path, sent), status, took, longest in measure(name, size):
            is_bad = longest > bar or status >= 500
            failed += is_bad
            about = f"{len(json.dumps(sent)) // 1024} KiB" if sent is not None else ""
            line = (
                f"{name:9} {status} {took:6.2f} s, others {longest:5.2f} s  {method} {path} {about}"
            )
            print(f"{line}{'  <<<' if is_bad else ''}", flush=True)
    return min(failed, 1)
