"""Kills: a server that keeps its worlds in a file is killed under load, again and again.

Clients create, run, answer, cancel, rename and delete, several of them in each world, and remember
each answer that they got. After each kill the next server must know all of it: the resources and
their states, the calls in the journal, the stored answers, the time. A call that was not answered
was done as a whole or not at all, and is repeated with its key. No receiver has got an event that
its world does not have, and at the end each has got every event.

A seed gives what the clients do and after how many answers the server is killed; how the threads
and the kill meet is up to the machine.
"""

import argparse
import json
import tempfile
import threading
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from deck_sim.contract.editions import EDITIONS as EDITION_TABLES

from ..model.laws import FINISHED, Laws  # noqa: TID252 (the tests are no package)
from .judges import Broken, check
from .prepared import EDITIONS, LOGINS, TASK, write_basics, write_destination
from .receiver import Receiver
from .simulator import ALARMS, Simulator, read_options
from .wire import BadAnswer, NoAnswer

CLOCKS = ({"mode": "frozen"}, {"mode": "real", "speed": 50}, {"mode": "on_poll"})
SCENARIOS = ("success", "mfa_then_success", "needs_approval", "source_down", "mfa_wrong_code")
WORLDS, CLIENTS = 4, 2  # and so many clients in each
MOST_ANSWERS = 150  # before a kill
ROUNDS = 20  # that a world lives
_GONE = (OSError, BadAnswer, NoAnswer)  # what the clients of a killed server get


class Round:
    """The time from a start to a kill, in answers."""

    def __init__(self, answers: int) -> None:
        self.over, self._left, self._lock = threading.Event(), answers, threading.Lock()

    def count(self) -> None:
        """Count an answer."""
        with self._lock:
            self._left -= 1
            if self._left <= 0:
                self.over.set()


class World:
    """A world, and what must hold in it after a kill."""

    def __init__(self, number: int, receiver: Receiver) -> None:
        self.key, self.receiver = f"sk_kill_{number}", receiver
        self.edition, self.clock = EDITIONS[number % 2], CLOCKS[number % len(CLOCKS)]
        self.lives, self.hooks = 0, ""

    def begin(self, simulator: Simulator) -> None:
        """Create what runs need, and a destination of every event."""
        self.lives += 1
        self.hooks = f"/{self.key}/{self.lives}"
        simulator.do(self.key, "POST", "/_sim/reset", {"edition": self.edition, **self.clock})
        resources = write_basics(self.edition, 1)
        simulator.do(self.key, "POST", "/_sim/seed", {"resources": resources})
        logins, _, login_id = LOGINS[self.edition]
        self.login = {login_id: resources[logins][0]["id"]}
        url = self.receiver.url + self.hooks
        hook = write_destination(self.edition, "webhook", ["*"], url=url)
        simulator.do(self.key, "POST", "/v2/event-destinations", hook)

    def judge(self, simulator: Simulator) -> None:
        """Check what must hold whatever the clients know. Freezes the clock."""
        simulator.do(self.key, "PUT", "/_sim/clock", {"mode": "frozen"})
        runs = simulator.get(self.key, "/_sim/task-runs")["data"]
        self.runs = {run["id"]: run for run in runs}
        self.agents = self.read_agents(simulator)
        shown = simulator.get(self.key, "/_sim/events")["data"]
        laws = Laws(self.edition)
        laws.tables = {"task_run": laws.tables["task_run"]}  # the login was seeded
        for event in shown:
            laws.see_event(event)
        event_of = EDITION_TABLES[self.edition].kinds["task_run"].machine.event
        for run in runs:
            words = laws.words.get(run["id"], [])
            is_shown = event_of(run["status"]) in words or words == ["created"]
            check(is_shown, f"{self.key}: {run['id']} is {run['status']} after {words}")
        made = Counter(
            one["event_id"] for one in simulator.get(self.key, "/_sim/deliveries")["data"]
        )
        about = {event["id"]: event["type"] for event in shown}
        check(made.keys() <= about.keys(), f"{self.key}: deliveries of no event")
        missing = {about[id_] for id_ in about if not made[id_]}
        check(missing <= {"event_destination.created"}, f"{self.key}: not delivered: {missing}")
        check(max(made.values(), default=1) == 1, f"{self.key}: two deliveries of an event")
        lost = self.receiver.accepted[self.hooks].keys() - about.keys()
        check(not lost, f"{self.key}: receivers got events that the world lost: {lost}")
        self.calls = {
            call["request_id"] for call in simulator.get(self.key, "/_sim/requests")["data"]
        }

    def read_agents(self, simulator: Simulator) -> dict[str, str]:
        """The names of all agents that are not deleted, by id."""
        found: dict[str, str] = {}
        cursor = ""
        while cursor is not None:
            page = simulator.get(self.key, f"/v2/agents?limit=100{cursor and f'&cursor={cursor}'}")
            found |= {one["id"]: one["name"] for one in page["data"]}
            cursor = page["next_cursor"]
        return found

    def end(self, simulator: Simulator) -> None:
        """Deliver all remaining events; each must have arrived."""
        simulator.do(self.key, "PUT", "/_sim/clock", {"mode": "frozen"})
        for _ in range(3):
            simulator.do(self.key, "POST", "/_sim/clock/advance", {"by": "2h"})
        deliveries = simulator.get(self.key, "/_sim/deliveries")["data"]
        open_ = [one for one in deliveries if one["status"] != "success"]
        check(not open_, f"{self.key}: not delivered: {open_[:2]}")
        got = self.receiver.accepted[self.hooks]
        missing = [one["event_id"] for one in deliveries if not got[one["event_id"]]]
        check(not missing, f"{self.key}: delivered, and never received: {missing}")


class Client:
    """One client of a world, and the answers that it got."""

    def __init__(self, seed: int, number: int, world: World) -> None:
        self.random, self.number, self.world = Random(f"{seed}/{number}"), number, world
        self.keys = 0
        self.forget()

    def forget(self) -> None:
        """Forget all answers, since the world was reset."""
        self.names: dict[str, str | None] = {}  # of agents; None: deleted
        self.runs: dict[str, dict[str, Any]] = {}  # as they were shown last
        self.stored: list[tuple[str, Any, dict[str, str], Any]] = []  # creates, and their answers
        self.numbers: set[str] = set()  # of answered calls
        self.now = ""
        self.open: tuple[str, str, Any, dict[str, str]] | None = None  # the call without an answer

    def play(self, simulator: Simulator, round_: Round) -> None:
        """Call until the server is gone."""
        try:
            while not round_.over.is_set():
                self.random.choice(_ACTIONS)(self, simulator)
                round_.count()
        except _GONE:
            pass

    def call(
        self, simulator: Simulator, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """Make a call, and remember it until it is answered."""
        self.open = method, path, body, headers
        answer = simulator.call(self.world.key, method, path, body, **headers)
        self.open = None
        check(answer.status < 500, f"{method} {path}: {answer.status} {answer.body[:300]!r}")
        data = json.loads(answer.body)
        if path.startswith("/v2"):
            self.numbers.add(data["request_id"])
        return answer.status, data

    def create(self, simulator: Simulator, path: str, body: Any, **headers: str) -> Any:
        """Create something with a key of its own."""
        self.keys += 1
        headers["Idempotency_Key"] = f"{self.number}-{self.keys}"
        status, data = self.call(simulator, "POST", path, body, **headers)
        check(status == 201, f"POST {path}: {status} {data}")
        self.stored.append((path, body, headers, data))
        return data

    def add(self, simulator: Simulator) -> None:
        """Create an agent."""
        name = f"{self.number}-{self.keys + 1}"
        self.names[self.create(simulator, "/v2/agents", {"name": name})["id"]] = name

    def rename(self, simulator: Simulator) -> None:
        """Rename an agent."""
        if living := [id_ for id_, name in self.names.items() if name]:
            id_, name = self.random.choice(living), f"{self.random.random()}"
            status, _ = self.call(simulator, "PATCH", f"/v2/agents/{id_}", {"name": name})
            check(status == 200, f"PATCH {id_}: {status}")
            self.names[id_] = name

    def delete(self, simulator: Simulator) -> None:
        """Delete an agent."""
        if living := [id_ for id_, name in self.names.items() if name]:
            id_ = self.random.choice(living)
            self.call(simulator, "DELETE", f"/v2/agents/{id_}")
            self.names[id_] = None

    def start(self, simulator: Simulator) -> None:
        """Start a run."""
        scenario = {"Deck_Sim_Scenario": self.random.choice(SCENARIOS)}
        run = self.create(simulator, f"/v2/tasks/{TASK}/run", self.world.login, **scenario)
        self.runs[run["id"]] = run

    def act(self, simulator: Simulator) -> None:
        """Read a run, cancel it, or answer its prompt, right or wrong."""
        if not self.runs:
            return
        id_ = self.random.choice([*self.runs])
        answer_key = EDITION_TABLES[self.world.edition].answer_key
        answer = {answer_key: {"code": self.random.choice(("123456", "0"))}}
        method, path, body = self.random.choice(
            (
                ("GET", "", None),
                ("POST", "/cancel", None),
                ("POST", "/interaction", answer),
            )
        )
        status, data = self.call(simulator, method, f"/v2/task-runs/{id_}{path}", body)
        if status < 300 and data.get("id") == id_:
            self.runs[id_] = data

    def move(self, simulator: Simulator) -> None:
        """Advance the clock. Another client may do so at the same time."""
        body = {"by": self.random.choice(("1s", "10s", "4m"))}
        status, data = self.call(simulator, "POST", "/_sim/clock/advance", body)
        if status == 200:
            self.now = max(self.now, data["now"])

    def judge(self, simulator: Simulator) -> None:
        """Check that the server has what it answered; repeat the call that it did not answer."""
        key, called = self.world.key, self.open
        check(self.numbers <= self.world.calls, f"{key}: calls are missing in the journal")
        now = simulator.get(key, "/_sim/clock")["now"]
        check(_moment(now) >= _moment(self.now or now), f"{key}: it was {self.now}, and is {now}")
        for id_, name in self.names.items():
            found = self.world.agents.get(id_)
            allowed = {name}
            if called and called[1].endswith(id_):
                allowed.add(None if called[0] == "DELETE" else called[2]["name"])
            check(found in allowed, f"{key}: {id_} is {found}, and not {allowed}")
            self.names[id_] = found
        for id_, run in self.runs.items():
            kept = self.world.runs.get(id_)
            check(kept, f"{key}: {id_} is gone")
            is_later = _moment(kept["updated_at"]) >= _moment(run["updated_at"])
            is_same = run["status"] not in FINISHED or kept["status"] == run["status"]
            check(is_later and is_same, f"{key}: {id_} was {run}, and is {kept}")
        for path, body, headers, data in self.random.sample(self.stored, min(3, len(self.stored))):
            again = simulator.do(key, "POST", path, body, **headers)
            check(again == data, f"{key}: {headers} gave {data}, and now {again}")
        if called and "Idempotency_Key" in called[3]:
            method, path, body, headers = called
            made = simulator.do(key, method, path, body, **headers)
            if path == "/v2/agents":
                agents = self.world.read_agents(simulator).items()
                named = [id_ for id_, name in agents if name == body["name"]]
                check(named == [made["id"]], f"{key}: {body} exists as {named}")
                self.names[made["id"]] = body["name"]
            else:
                self.runs[made["id"]] = made
        self.open = None


_ACTIONS = (
    *(Client.add,) * 2,
    *(Client.start,) * 3,
    *(Client.act,) * 5,
    *(Client.move,) * 2,
    Client.rename,
    Client.delete,
)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def kill_again_and_again(kills: int, seed: int, file: Path) -> None:
    """Kill a server this many times.

    Raises:
        Broken: if something does not hold after one of them.

    """
    random, receiver = Random(seed), Receiver()
    worlds = [World(number, receiver) for number in range(WORLDS)]
    clients = [
        Client(seed, number, world)
        for number, world in enumerate(world for world in worlds for _ in range(CLIENTS))
    ]
    answered, began = 0, time.monotonic()
    try:
        for kill in range(kills + 1):
            with Simulator("--state", str(file)) as simulator:
                for one in (*worlds, *clients) if kill else ():
                    one.judge(simulator)
                for world in worlds if kill else ():
                    simulator.do(world.key, "PUT", "/_sim/clock", world.clock)
                if kill % ROUNDS == 0 or kill == kills:
                    for world in worlds:
                        if kill:
                            world.end(simulator)
                        world.begin(simulator)
                    for client in clients:
                        client.forget()
                if kill < kills:
                    answers = random.randint(1, MOST_ANSWERS)
                    answered += answers
                    _play(simulator, clients, Round(answers), random.uniform(0, 0.005))
            if kill % 10 == 9:
                print(
                    f"{kill + 1} kills, {answered} answers, {time.monotonic() - began:.0f} s",
                    flush=True,
                )
    except Broken as error:
        raise Broken(f"after kill {kill}: {error}") from error
    finally:
        receiver.close()


def _play(simulator: Simulator, clients: list[Client], round_: Round, delay: float) -> None:
    """Run the clients until the server is killed."""
    failures: list[BaseException] = []

    def play(client: Client) -> None:
        try:
            client.play(simulator, round_)
        except BaseException as error:
            failures.append(error)
            round_.over.set()

    threads = [threading.Thread(target=play, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    round_.over.wait()
    time.sleep(delay)
    simulator.kill()
    for thread in threads:
        thread.join()
    log = simulator.read_log()
    check(not any(alarm in log for alarm in ALARMS), f"the server printed:\n{log[:4000]}")
    if failures:
        raise failures[0]


def main(arguments: list[str]) -> int:
    """Kill servers; returns 1 if something did not hold."""
    parser = argparse.ArgumentParser(prog="scripts/torture kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    given = read_options(parser, arguments)
    kills, seed = 20 if given.slice else given.kills, given.seed
    print(f"kills --seed {seed} --kills {kills}", flush=True)
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        try:
            kill_again_and_again(kills, seed, Path(folder, "worlds.db"))
        except Broken as error:
            print(f"BROKEN: {error}\nrepeat with: --seed {seed} --kills {kills}")
            return 1
    print(f"{kills} kills: nothing was lost")
    return 0
