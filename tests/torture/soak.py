"""The soak: clients live in many worlds at once, and know what must have happened there.

A life is one world from its reset to its end: the seed and its number give what its client does.
The client starts runs (with idempotency keys, and again after a lost answer), answers prompts right
and wrong, cancels, approves, moves the clock, sets faults and holds, and restores snapshots. At
the end every run must be over, in a way that its history allows, and every event delivered.
"""

import argparse
import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from deck_sim.contract.editions import EDITIONS as EDITION_TABLES

from ..model.laws import FINISHED, Laws  # noqa: TID252 (the tests are no package)
from .judges import Broken, check
from .prepared import EDITIONS, LOGINS, TASK, write_basics, write_destination
from .receiver import Receiver
from .simulator import Client, Simulator, read_options
from .wire import Answer, BadAnswer, NoAnswer

RUNS = (
    "success", "mfa_then_success", "mfa_wrong_code", "mfa_twice", "needs_approval", "approval_rejected", "source_down",
    "security_question", "downloads_statement", "canceled_elsewhere", "task_fails", "varying_success", "instant_success",
    "mostly_success", "flaky_source", "webhook_twice", "webhooks_out_of_order", "mfa_locks_account", "rate_limited",
    "account_selection", "slow_success", "agent_hangs", "answer_lost", "echoes_input", "several_errors",
)  # fmt: skip
HTTP_FAULTS: tuple[dict[str, Any], ...] = (
    {"error": "rate_limit/rate_limit_exceeded"}, {"status": 502}, {"reset": True}, {"lost_response": True},
    {"empty": True}, {"truncate": True}, {"malformed": True}, {"drip": True}, {"delay": "3s"},
)  # fmt: skip
WEBHOOK_FAULTS: tuple[dict[str, Any], ...] = (
    {"duplicate": True}, {"reorder": True}, {"delay": "30s"}, {"rotated_signature": True}, {"bad_signature": True},
)  # fmt: skip
_WARM_UP = 0.4  # share of the time after which memory may not grow any more


class Life:
    """One world, and what its client knows about it."""

    def __init__(self, client: Client, receiver: Receiver, seed: int, number: int) -> None:
        self.client, self.receiver, self.number = client, receiver, number
        self.random = Random(f"{seed}/{number}")
        self.key = f"sk_soak_{seed}_{number}"
        self.edition = EDITIONS[number % len(EDITIONS)]
        self.mode = self.random.choice(("frozen", "frozen", "on_poll", "real"))
        self.runs = list[str]()
        self.calls = 0
        self._keys = 0

    def play(self, actions: int = 40) -> None:
        """Live from the reset to the end.

        Raises:
            Broken: if something does not hold.

        """
        self._begin()
        for _ in range(actions):
            self.random.choice(_ACTIONS)(self)
        self._end()
        self._judge()
        self.sim("DELETE", "/world")

    def sim(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the control API, which must succeed."""
        return self.client.do(self.key, method, f"/_sim{path}", body)

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Answer | None:
        """A call of the Deck API; None if its answer was lost or cannot be read."""
        self.calls += 1
        try:
            answer = self.client.call(self.key, method, f"/v2{path}", body, **headers)
            json.loads(answer.body)
        except (ConnectionError, BadAnswer, ValueError):
            return None
        except NoAnswer:
            raise Broken(f"{method} /v2{path}: no answer") from None
        is_spoilt = "deck-sim-fault" in answer.headers
        text = f"{method} /v2{path}: {answer.status} {answer.body[:500]!r}"
        check(answer.status < 500 or is_spoilt, text)
        return None if is_spoilt and answer.status >= 400 else answer

    def create(self, path: str, body: Any, **headers: str) -> str | None:
        """Create something, once, however often the answer is lost; None if it is refused."""
        self._keys += 1
        headers["Idempotency_Key"] = f"{self.number}-{self._keys}"
        made = None
        for _ in range(30):
            answer = self.api("POST", path, body, **headers)
            if answer is None:
                continue
            if answer.status >= 400:
                return None
            id_: str = json.loads(answer.body)["id"]
            check(made in (None, id_), f"the key {self._keys} made {made} and {id_}")
            made = id_
            if self.random.random() < 0.7:
                return made
        raise Broken(f"POST {path} was never answered")

    def _begin(self) -> None:
        settings = {"edition": self.edition, "mode": self.mode, "seed": self.number}
        self.sim("POST", "/reset", {**settings, **({"speed": 500} if self.mode == "real" else {})})
        resources = write_basics(self.edition, 4, storage={"enabled": True})
        self.sim("POST", "/seed", {"resources": resources})
        logins, _, self.login_name = LOGINS[self.edition]
        self.logins = [login["id"] for login in resources[logins]]
        self.hook = f"/{self.number}"
        self.queue = self._destination("aws_sqs", queue_url="deck")
        self._destination("webhook", url=self.receiver.url + self.hook)
        self.events_before = len(self.sim("GET", "/events")["data"])

    def _destination(self, type_: str, **place: str) -> str | None:
        body = write_destination(self.edition, type_, ["*"], **place)
        return self.create("/event-destinations", body)

    def _must(self, method: str, path: str, body: Any = None) -> Answer:
        for _ in range(30):
            if answer := self.api(method, path, body):
                return answer
        raise Broken(f"{method} {path} was never answered")

    # What the client does.

    def start(self) -> None:
        """Start a run."""
        body = {self.login_name: self.random.choice(self.logins), "input": {"guest": "Alex"}}
        scenario = self.random.choice(RUNS)
        if id_ := self.create(f"/tasks/{TASK}/run", body, Deck_Sim_Scenario=scenario):
            check(id_ not in self.runs, f"{id_} is new, and was there before")
            self.runs.append(id_)

    def move(self) -> None:
        """Advance the clock."""
        if self.mode == "frozen":
            self.sim("POST", "/clock/advance", {"by": self.random.choice(("1s", "9s", "3m"))})
        else:
            self.poll()

    def poll(self) -> None:
        """Read a run; an `on_poll` world moves."""
        if self.runs:
            self.api("GET", f"/task-runs/{self.random.choice(self.runs)}")
        else:
            self.api("GET", "/task-runs")

    def answer(self) -> None:
        """Answer all open prompts, right or wrong."""
        for one in self._unfinished("task_run"):
            if one["remedy"]["do"] == "answer":
                self._answer(one["id"], right=self.random.random() < 0.6)

    def review(self) -> None:
        """Approve or reject all runs that wait for it."""
        for one in self._unfinished("task_run"):
            if one["remedy"]["do"] == "review":
                how = self.random.choice(("approve", "reject"))
                self.client.call(self.key, "POST", f"/_sim/task-runs/{one['id']}/{how}")

    def cancel(self) -> None:
        """Cancel any run."""
        if self.runs:
            self.api("POST", f"/task-runs/{self.random.choice(self.runs)}/cancel")

    def fault(self) -> None:
        """Add faults for calls."""
        match = self.random.choice(("POST /v2/tasks/*/run", "GET /v2/**", "POST /v2/task-runs/**"))
        fault = self.random.choice(HTTP_FAULTS)
        self.sim("POST", "/faults", {"match": match, "times": self.random.randint(1, 3), **fault})

    def webhook_fault(self) -> None:
        """Add faults for webhooks."""
        fault = self.random.choice(WEBHOOK_FAULTS)
        self.sim("POST", "/faults", {"event": "task_run.*", "times": 2, **fault})

    def hold(self) -> None:
        """Hold runs before their end, or release them."""
        holds = self.sim("GET", "/holds")["data"]
        if holds:
            self.sim("DELETE", f"/holds/{holds[0]['id']}")
        else:
            self.sim("POST", "/holds", {"event": "task_run.completed"})

    def restore(self) -> None:
        """Restore the world from its own snapshot."""
        if self.mode == "frozen":
            self.sim("PUT", "/snapshot", self.sim("GET", "/snapshot"))

    def read(self) -> None:
        """Read logs and lists."""
        path = self.random.choice(
            ("timeline", "next", "lint", "coverage", "requests", "deliveries")
        )
        self.sim("GET", f"/{path}")
        self.api("GET", "/task-runs?limit=100")
        self.api("GET", "/events?limit=5")

    def reopen(self) -> None:
        """Disconnect or reopen a login."""
        login = self.random.choice(self.logins)
        if self.edition == "connections":
            how = self.random.choice(("disconnect", "reopen", "reopen"))
            self.api("POST", f"/connections/{login}/{how}")
        else:
            self.api("GET", "/sessions?limit=100")

    def _answer(self, run: str, *, right: bool) -> None:
        found = self.sim("GET", f"/resources/{run}")
        fields = (found["resource"]["interaction"] or {}).get("fields", [])
        wrong = {field["name"]: "000000" for field in fields}
        accepted = found["right_answer"]
        accepted = accepted[0] if isinstance(accepted, list) else accepted
        name = EDITION_TABLES[self.edition].answer_key
        self.api("POST", f"/task-runs/{run}/interaction", {name: (right and accepted) or wrong})

    def _unfinished(self, kind: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.sim("GET", "/next")["unfinished"]
        return [row for row in rows if row["kind"] == kind]

    # What must hold.

    def _end(self) -> None:
        """End all runs, and deliver everything."""
        self.sim("PUT", "/clock", {"mode": "frozen"})
        self.sim("DELETE", "/faults")
        for hold in self.sim("GET", "/holds")["data"]:
            self.sim("DELETE", f"/holds/{hold['id']}")
        for _ in range(20):
            self.sim("POST", "/clock/advance", {"until": "idle"})
            if not (left := self._unfinished("task_run")):
                break
            self.answer()
            self.review()
            if self.random.random() < 0.3:
                self.api("POST", f"/task-runs/{left[0]['id']}/cancel")
        self.sim("POST", "/clock/advance", {"by": "2h"})
        self.sim("POST", "/clock/advance", {"until": "idle"})

    def _judge(self) -> None:
        runs = {run["id"]: run for run in self.sim("GET", "/task-runs")["data"]}
        same = sorted(runs) == sorted(self.runs)
        check(same, f"runs {sorted(runs)}; created were {sorted(self.runs)}")
        left = {id_: run["status"] for id_, run in runs.items() if run["status"] not in FINISHED}
        check(not left, f"not over: {left}")
        self._judge_pages(set(runs))
        events = self.sim("GET", "/events")["data"]
        self._judge_history(runs, events)
        self._judge_deliveries(events[self.events_before :])
        self._judge_counts()

    def _judge_pages(self, ids: set[str]) -> None:
        seen, cursor = list[str](), ""
        while cursor is not None:
            page = json.loads(self._must("GET", f"/task-runs?limit=7&cursor={cursor}").body)
            seen += [run["id"] for run in page["data"]]
            cursor = page.get("next_cursor")
        check(sorted(seen) == sorted(ids), f"pages show {sorted(seen)}; there are {sorted(ids)}")

    def _judge_history(self, runs: dict[str, Any], events: list[dict[str, Any]]) -> None:
        laws = Laws(self.edition)
        first = "connected" if self.edition == "connections" else "created"
        laws.words.update({login: [first] for login in self.logins})  # they were seeded
        try:
            for event in events:
                laws.see_event(event)
        except AssertionError as error:
            raise Broken(f"an illegal history: {error}") from None
        for id_, run in runs.items():
            words = laws.words[id_]
            check(words[-1] == run["status"], f"{id_} is {run['status']} after {words}")

    def _judge_deliveries(self, events: list[dict[str, Any]]) -> None:
        sent = [event["id"] for event in events]
        queued = [
            one["id"] for one in self.sim("GET", f"/destinations/{self.queue}/messages")["data"]
        ]
        check(queued == sent, f"the queue has {queued}; sent were {sent}")
        accepted = self.receiver.accepted.pop(self.hook, Counter())
        missing = [id_ for id_ in sent if id_ not in accepted]
        check(not missing, f"events that never arrived: {missing}")
        statuses = Counter(row["status"] for row in self.sim("GET", "/deliveries")["data"])
        text = f"deliveries {dict(statuses)} of {len(sent)} events to two destinations"
        check(statuses == Counter(success=2 * len(sent)), text)

    def _judge_counts(self) -> None:
        journal = len(self.sim("GET", "/requests")["data"])
        world = self.sim("GET", "/world")
        text = f"the journal has {journal} calls, and {self.calls} were made"
        check(journal == self.calls, text)
        for failures in ("crashes", "script_errors"):
            check(not world[failures], f"{failures}: {world[failures]}")


_ACTIONS: list[Callable[[Life], None]] = [
    *[Life.start] * 6, *[Life.move] * 8, *[Life.answer] * 3, *[Life.review] * 2, *[Life.poll] * 3, Life.cancel,
    Life.fault, Life.webhook_fault, Life.hold, Life.restore, Life.read, Life.reopen,
]  # fmt: skip


class Soak:
    """Lives in threads, one after another in each, until the time is over."""

    def __init__(self, simulator: Simulator, seed: int, worlds: int) -> None:
        self.simulator, self.seed, self.worlds = simulator, seed, worlds
        self.found = list[str]()
        self.lived = 0
        self.memory = list[float]()
        self._numbers = iter(range(10**9))
        self._lock = threading.Lock()

    def run(self, seconds: float) -> None:
        """Live for this many seconds, or until something is found."""
        receiver, until = Receiver(), time.monotonic() + seconds
        threads = [
            threading.Thread(target=self._live, args=(receiver, until)) for _ in range(self.worlds)
        ]
        threads.append(threading.Thread(target=self._look_on, args=(until,)))
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.5)
            if time.monotonic() < until:
                self.memory.append(self.simulator.resident_mib())
        receiver.close()
        if alarm := self.simulator.find_alarm():
            self.found.append(alarm)

    def _live(self, receiver: Receiver, until: float) -> None:
        while time.monotonic() < until and not self.found:
            with self._lock:
                number = next(self._numbers)
            try:
                Life(self.simulator, receiver, self.seed, number).play()
            except Exception as error:
                self.found.append(f"life {number}: {type(error).__name__}: {error}")
            with self._lock:
                self.lived += 1

    def _look_on(self, until: float) -> None:
        """Read other worlds, as the inspector does."""
        random = Random(self.seed)
        while time.monotonic() < until and not self.found:
            worlds = self.simulator.get("", "/_sim/worlds")["data"]
            path = random.choice(("timeline", "stream?follow=false", "next", "snapshot", "world"))
            for world in random.sample(worlds, k=min(len(worlds), 3)):
                headers = {"Deck_Sim_World": world["id"]}
                answer = self.simulator.call("", "GET", f"/_sim/{path}", **headers)
                if answer.status not in (200, 404, 409):  # gone, or an advance is in progress
                    self.found.append(f"/_sim/{path}: {answer.status} {answer.body[:500]!r}")


def draw(samples: list[float]) -> str:
    """The samples as a line of at most 60 blocks."""
    step = max(1, len(samples) // 60)
    kept = samples[::step]
    low, high = min(kept), max(kept)
    span = (high - low) or 1
    return "".join("▁▂▃▄▅▆▇█"[round(7 * (sample - low) / span)] for sample in kept)


def growth(samples: list[float]) -> float:
    """How much the samples have grown between the end of the warm-up and their end."""
    rest = samples[int(len(samples) * _WARM_UP) :]
    part = max(1, len(rest) // 3)
    return statistics.median(rest[-part:]) - statistics.median(rest[:part])


def soak(seed: int, worlds: int, seconds: float, most: float, options: list[str]) -> int:
    """Soak a new server, and print what was found; 0 if nothing was."""
    with Simulator("--clock", "frozen", *options) as simulator:
        run = Soak(simulator, seed, worlds)
        run.run(seconds)
    for text in run.found:
        print(f"soak: seed {seed}, {text}\nagain: scripts/torture soak --seed {seed} --only LIFE")
    memory, grown = run.memory, growth(run.memory)
    print(
        f"soak: {run.lived} lives of seed {seed} in {worlds} worlds at once, {len(run.found)} found"
    )
    print(
        f"      memory {memory[0]:.0f} to {memory[-1]:.0f} MiB, at most {max(memory):.0f}"
        f" {draw(memory)} {grown:+.1f} MiB after the warm-up, allowed are {most:+.0f}"
    )
    return int(bool(run.found) or grown > most)


def main(arguments: list[str]) -> int:
    """Run the soak; returns 1 if it found something."""
    parser = argparse.ArgumentParser(prog="scripts/torture soak", description=__doc__)
    parser.add_argument("--worlds", type=int, default=12, help="lives at once (12)")
    parser.add_argument("--seconds", type=float, default=600, help="for how long (600)")
    parser.add_argument("--most", type=float, default=30, help="MiB of growth that are fine (30)")
    parser.add_argument("--only", type=int, metavar="LIFE", help="live one life alone")
    parser.add_argument("options", nargs="*", metavar="-- OPTION", help="options of `serve`")
    given = read_options(parser, arguments)
    if given.only is not None:
        with Simulator("--clock", "frozen", *given.options) as simulator:
            receiver = Receiver()
            Life(simulator, receiver, given.seed, given.only).play()
            receiver.close()
        return 0
    seconds = 15 if given.slice else given.seconds
    return soak(given.seed, given.worlds, seconds, given.most, given.options)
