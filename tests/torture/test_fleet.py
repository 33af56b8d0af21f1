"""Four workers behind nginx with `deploy/nginx.conf`: one that is killed loses no world."""

import os
import re
import shutil
import subprocess
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import httpx2
import pytest

from deck_sim.base.redaction import world_token
from deck_sim.engine.seeded_draws import make_id, seed_of

from .process import Process

CONF = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
KEYS = [f"sk_fleet_{number}" for number in range(200)]
SCENARIOS = ("mfa_then_success", "needs_approval", "source_down", "agent_hangs")
PATIENCE = 600.0  # seconds; no result depends on it


class Fleet:
    """The workers and nginx. Calls that find no worker wait until it has been started again."""

    def __init__(self, folder, stack):
        self.folder, self.stack = folder, stack
        text = CONF.read_text(encoding="utf-8").replace(
            "listen 8765", f"listen unix:{folder}/nginx"
        )
        places = re.findall(r"(?<=server )[\d.]+:8765", text)
        self.workers = [self.start(number) for number, _ in enumerate(places)]
        for place, worker in zip(places, self.workers, strict=True):
            text = text.replace(place, f"127.0.0.1:{worker.port}")
        (folder / "nginx.conf").write_text(text, encoding="utf-8")
        nginx = [NGINX, "-p", folder, "-c", "nginx.conf", "-e", "errors", "-g", "pid nginx.pid;"]
        subprocess.run(nginx, check=True)  # returns when it listens
        stack.callback(subprocess.run, [*nginx, "-s", "stop"], check=True)
        transport = httpx2.HTTPTransport(uds=f"{folder}/nginx")
        client = httpx2.Client(transport=transport, base_url="http://localhost", timeout=PATIENCE)
        self.client = stack.enter_context(client)
        self.was_missed, self.is_back = threading.Event(), threading.Event()

    def start(self, number, port=0):
        file = self.folder / f"{number}.db"
        return self.stack.enter_context(Process("--port", f"{port}", "--state", f"{file}"))

    def call(self, method, path, **options):
        for _ in range(3):
            with suppress(httpx2.TransportError):  # an answer that was cut
                answer = self.client.request(method, path, **options)
                if answer.status_code != 502:
                    assert answer.is_success, (method, path, answer.text)
                    return answer
            self.was_missed.set()
            assert self.is_back.wait(PATIENCE)
        raise AssertionError(f"no worker answers {method} {path}")

    def worlds(self):
        """How many of the workers have the world of each id, by id."""
        return Counter(world for worker in self.workers for world in worlds_of(worker))


def worlds_of(worker):
    return [world["id"] for world in httpx2.get(f"{worker.url}/_sim/worlds").json()["data"]]


class User:
    """The user of a key, and all that was acknowledged: repeated calls have idempotency keys."""

    def __init__(self, fleet, key):
        self.fleet, self.key = fleet, key
        self.random, self.numbers = Random(key), count()
        self.agents, self.runs, self.now = [], {}, datetime(2025, 1, 15, 9, 30)
        website = {"type": "website", "website": {"url": "https://hotel.example"}}
        source = self.create("sources", website)
        login = {"source_id": source, "auth_method": "none"}
        self.connection = {"connection_id": self.create("connections", login)}
        self.agents.append(self.create("agents", {"name": key}))
        self.task = self.create("tasks", {"name": "Read", "agent_id": self.agents[0]})
        self.advance(1)
        self.run("downloads_statement", 12)

    def call(self, method, path, headers=None, **options):
        headers = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        return self.fleet.call(method, path, headers=headers, **options).json()

    def create(self, path, body, **headers):
        headers["Idempotency-Key"] = f"{next(self.numbers)}"
        return self.call("POST", f"/v2/{path}", headers, json=body)["id"]

    def advance(self, seconds):
        self.now += timedelta(seconds=seconds)
        self.call("PUT", "/_sim/clock", json={"mode": "frozen", "now": f"{self.now}Z"})

    def run(self, scenario, seconds):
        headers = {"Deck-Sim-Scenario": scenario}
        run = self.create(f"tasks/{self.task}/run", self.connection, **headers)
        self.advance(seconds)
        before, self.runs = self.runs, self.show("task-runs")
        assert [*self.runs] == [run, *before]

    def show(self, path):
        """The statuses of what a list has, by id; newest first."""
        data = self.call("GET", f"/v2/{path}?limit=100")["data"]
        return {resource["id"]: resource.get("status") for resource in data}

    def live(self):
        self.agents.insert(0, self.create("agents", {"name": self.key}))
        self.run(self.random.choice(SCENARIOS), self.random.randrange(1, 9))
        self.check()

    def check(self):
        """All that was acknowledged is there, and nothing else."""
        assert [*self.show("task-runs").items()] == [*self.runs.items()]
        assert [*self.show("agents")] == self.agents
        for prefix, ids in (("agt", self.agents), ("trun", [*self.runs])):
            numbers = range(len(ids), 0, -1)
            assert ids == [make_id(seed_of(self.key), prefix, number) for number in numbers]


@pytest.mark.skipif(NGINX is None, reason="needs nginx: apt-get install nginx")
def test_a_killed_worker_loses_no_world(tmp_path):
    with ExitStack() as stack:
        fleet = Fleet(tmp_path, stack)
        pool = stack.enter_context(ThreadPoolExecutor(4))
        users = [*pool.map(lambda key: User(fleet, key), KEYS)]
        victim = users[100]
        at = next(n for n, w in enumerate(fleet.workers) if world_token(victim.key) in worlds_of(w))

        def live(user):
            if user is victim:
                fleet.workers[at].kill()
            user.live()

        lives = [pool.submit(live, user) for user in users]
        assert fleet.was_missed.wait(PATIENCE)
        fleet.workers[at] = fleet.start(at, fleet.workers[at].port)
        fleet.is_back.set()
        for life in lives:
            life.result()
        assert [*pool.map(User.check, users)] == [None] * len(users)
        assert fleet.worlds() == Counter(map(world_token, KEYS))
        assert all(map(worlds_of, fleet.workers))
        for user in users[::25]:
            (screenshot,) = user.call("GET", f"/v2/task-runs/{[*user.runs][-1]}/screenshots")[
                "data"
            ]
            url = urlsplit(screenshot["url"])
            assert fleet.call("GET", f"{url.path}?{url.query}").content.startswith(b"\x89PNG")
        assert fleet.client.get("/_sim/files/0/img_0").status_code == 404
        for worker in fleet.workers:
            worker.check()
