"""Rows of a test suite: what the plugin and `deck` cost, a whole MFA story, exploration."""

import json
import os
import re
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from itertools import count as numbers
from pathlib import Path
from statistics import median

import httpx2
from starlette.testclient import TestClient

from deck_sim import Deck
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server

from .bare import bare_app
from .harness import ROOT, SERVE, in_turn, row, serving

PLUGIN = ["-p", "pytest_deck_sim"]
TESTS = """
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_empty(number):
    pass

@pytest.mark.parametrize("number", range({count}))
def test_with_deck(deck, number):
    pass
"""
TIMES = """
import json, time
import pytest

times = {"test_empty": [], "test_with_deck": []}

def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.callspec.params["number"])  # in turn

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    began = time.perf_counter()
    result = yield
    times[item.originalname].append((time.perf_counter() - began) * 1000)
    return result

def pytest_sessionfinish():
    with open("times.json", "w") as file:
        json.dump(times, file)
"""
REPEATED = """
def pytest_generate_tests(metafunc):
    metafunc.fixturenames.append("again")
    metafunc.parametrize("again", range({count}))
"""


def run_pytest(folder, *options, **environment):
    """Run the tests of a folder; return the seconds, and what pytest printed."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment}
    began = time.perf_counter()
    words += "--rootdir", folder, folder
    printed = subprocess.check_output(words, cwd=folder, env=environment, text=True)
    return time.perf_counter() - began, printed


@row("whole-test", "an empty test, and what `deck` adds: start, end, and the checks at its end",
     "ms", 300, 5, quiet=1.0, is_ratio=False)  # fmt: skip
def whole_test(stack, count):
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    Path(folder, "test_it.py").write_text(TESTS.format(count=count))
    Path(folder, "conftest.py").write_text(TIMES)

    def measure():
        run_pytest(folder, *PLUGIN)
        times = json.loads(Path(folder, "times.json").read_text())
        empty, with_deck = map(median, times.values())
        return {"an empty test": empty, "added by `deck`": with_deck - empty}

    return measure


@row("plugin-import", "pytest with one empty test, without and with the plugin", "ms", rounds=15,
     most=1.1)  # fmt: skip
def plugin_import(stack, count):
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    Path(folder, "test_it.py").write_text("def test_nothing(): pass\n")
    ways = {"bare pytest": [], "with the plugin": PLUGIN}
    return in_turn(
        {name: lambda way=way: run_pytest(folder, *way)[0] * 1000 for name, way in ways.items()}
    )


@row("exploration", "plain tests of the application of examples/explore, and variants of them",
     "a second", 2, 0, rounds=3)  # fmt: skip
def exploration(stack, count):
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()), "explore")
    shutil.copytree(ROOT / "examples/explore", folder)
    conftest = folder / "conftest.py"

    def run(times, *options):
        conftest.write_text(REPEATED.format(count=times))
        return run_pytest(f"{folder}", *PLUGIN, *options, BOOKINGS="repaired")

    def explored():
        seconds, printed = run(count, "--deck-explore")
        return sum(map(int, re.findall(r"(\d+) troubles:", printed))) / seconds

    def plain():
        seconds, printed = run(22 * count)
        return int(re.search(r"(\d+) passed", printed)[1]) / seconds

    return in_turn({"plain": plain, "explored": explored})


class MfaStory:
    """A run that asks for a code, in a world of its own: seven calls and five webhooks."""

    def __init__(self, stack, url, receiver):
        key = f"sk_{next(_keys)}"
        self.deck = deck = stack.enter_context(Deck(url, key))
        headers = {"Authorization": f"Bearer {key}"}
        client = httpx2.Client(base_url=deck.base_url, transport=deck.transport, headers=headers)
        self.client = stack.enter_context(client)
        self.ready = self.deck.ready_task()
        self.deck.use("mfa_then_success")
        if isinstance(receiver, str):
            self.deck.register_webhook(receiver)
        else:
            self.deck.deliver_to(receiver)

    def play(self):
        """Play it once."""
        deck, client = self.deck, self.client
        path = f"/tasks/{self.ready.task_id}/run"
        run = client.post(path, json=self.ready.login).json()
        deck.advance_until("task_run.interaction_required", run)
        assert client.get(f"/task-runs/{run['id']}").json()["interaction"]
        client.post(f"/task-runs/{run['id']}/interaction", json={"inputs": {"code": "123456"}})
        deck.advance_until("task_run.completed", run)
        assert client.get(f"/task-runs/{run['id']}").json()["status"] == "completed"
        client.get("/events?limit=5")


_keys = numbers(1)


async def accept(scope, receive, send):
    """An application that accepts every webhook."""
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


class Accept(socketserver.StreamRequestHandler):
    """A receiver on a socket that accepts every webhook."""

    def handle(self):
        """Read the head of a request with a body, and answer."""
        while line := self.rfile.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        self.rfile.read(length)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def start_in_process(stack):
    """A server in this process, and the receiver of its webhooks."""
    return stack.enter_context(Server(WorldRegistry())).url, accept


def start_on_sockets(stack):
    """A server in its own process, and the receiver of its webhooks."""
    server = stack.enter_context(socketserver.TCPServer(("127.0.0.1", 0), Accept))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.shutdown)
    port, _ = stack.enter_context(serving(SERVE))
    return f"http://127.0.0.1:{port}", f"http://127.0.0.1:{server.server_address[1]}/"


def mfa_row(name, text, start, **bars):
    def prepare(stack, count):
        url, receiver = start(stack)
        holding = MfaStory(stack, url, receiver)
        holding.play()
        assert [delivery["status"] for delivery in holding.deck.deliveries] == ["success"] * 5
        for _ in range(count - 1):
            holding.play()

        def story_ms(story):
            began = time.perf_counter()
            story.play()
            return (time.perf_counter() - began) * 1000

        return in_turn(
            {
                "in a fresh world": lambda: story_ms(MfaStory(stack, url, receiver)),
                f"in one that holds {count:,}": partial(story_ms, holding),
            }
        )

    row(name, text, "ms", 1_000, 3, rounds=60, most=1.1, **bars)(prepare)


mfa_row(
    "mfa-in-process",
    "an MFA story, seven calls and five webhooks to an application, in process",
    start_in_process,
)
mfa_row("mfa-on-sockets", "the same over sockets", start_on_sockets)


@row("mfa-bare", "as many calls of a bare route by starlette's `TestClient`, and the MFA story in"
     " process", "ms", 12, 1, rounds=60, most=0.5)  # fmt: skip
def mfa_bare(stack, count):
    client = TestClient(bare_app("hello"))
    url, receiver = start_in_process(stack)
    story = MfaStory(stack, url, receiver)

    def play_bare():
        for _ in range(count):
            client.get("/hello")

    def measure_ms(play):
        began = time.perf_counter()
        play()
        return (time.perf_counter() - began) * 1000

    return in_turn(
        {"bare": partial(measure_ms, play_bare), "deck-sim": partial(measure_ms, story.play)}
    )
