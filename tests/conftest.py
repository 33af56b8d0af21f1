"""Fixtures of several rooms: one server for all tests, and a fresh world for each."""

import asyncio
import copy
import itertools
import json
import os
import socketserver
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial

import budget
import freezegun
import httpx2
import inner_pytest
import pytest
from checked import MISMATCHES, Checked

import deck_sim.server.uvicorn_server
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server

budget.register()
asyncio.set_event_loop(None)  # if none is set, pytest-asyncio 1.3 makes one, and leaves it open
freezegun.configure(extend_ignore_list=["_pytest.runner", "_pytest.timing"])  # measure all tests

# A worker is measured, but not the processes that its tests start: that would take much longer,
# and what these run is run in this process, too.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    """Keep what a worker has measured: xdist ends one that does not leave within ten seconds."""
    coverage = sys.modules.get("coverage")
    measured = coverage and coverage.Coverage.current()
    if measured and "PYTEST_XDIST_WORKER" in os.environ:
        measured.save()


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Print the seed of the order when a run fails, since `-q` leaves out the header with it."""
    if exitstatus and config.pluginmanager.hasplugin("randomly"):
        seed = config.getoption("randomly_seed")
        terminalreporter.write_line(f"random order: repeat it with --randomly-seed={seed}")


@pytest.fixture(scope="session")
def everything_imported():
    inner_pytest.import_everything()


@pytest.fixture
def run_pytest(pytester, everything_imported):
    """Run pytest in this process, in the folder of `pytester`."""
    return partial(pytester.runpytest_inprocess, *inner_pytest.OPTIONS)


_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def checked():
    """Every server of the suite has its answers held against the OpenAPI document."""
    make = deck_sim.server.uvicorn_server.make_app
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            deck_sim.server.uvicorn_server, "make_app", lambda worlds: Checked(make(worlds), worlds)
        )
        yield


@pytest.fixture(autouse=True)
def answers_fit(checked):
    """A test fails if an answer that it got does not fit the document."""
    MISMATCHES.clear()
    yield
    assert MISMATCHES == []


@pytest.fixture(scope="session")
def server(checked):
    """One server for all tests: a new world is cheap, a new server is not."""
    with Server(WorldRegistry()) as server:
        yield server


@pytest.fixture
def key():
    """A key that no other test has, and so a world that no other test has."""
    return f"sk_test_{next(_numbers)}"


class Client(httpx2.Client):
    def __init__(self, base_url, key):
        headers = {"Authorization": f"Bearer {key}"}
        super().__init__(base_url=base_url, headers=headers, trust_env=False, timeout=60)

    def call(self, method, path, json=None, **options):
        """Make a call that must succeed; returns its data."""
        answer = self.request(method, path, json=json, **options)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
def api(server, key):
    with Client(server.base_url, key) as client:
        yield client


@pytest.fixture
def sim(server, key):
    with Client(f"{server.url}/_sim", key) as client:
        yield client


@pytest.fixture
def simulation(server, key):
    return lambda: server.worlds.select(f"Bearer {key}")


@pytest.fixture
def unchanged(simulation):
    """A block in which nothing changes in the world: only calls are counted and journaled."""

    def state():
        now = simulation()
        world = copy.deepcopy(now.world)
        for name in ("req", "ctl"):  # the ids of calls
            world.counters.pop(name, None)
        return (
            world,
            copy.deepcopy(now.selection),
            now.library.names(),
            now.mode,
            now.speed,
            now.settings,
        )

    @contextmanager
    def unchanged():
        before = state()
        yield
        assert state() == before

    return unchanged


@pytest.fixture
def advance(sim):
    return lambda by: sim.call("POST", "/clock/advance", {"by": by})


@pytest.fixture
def task(api):
    agent = api.call("POST", "/agents", {"name": "Concierge"})
    return api.call("POST", "/tasks", {"name": "Read", "agent_id": agent["id"]})


@pytest.fixture
def source(api):
    website = {"url": "https://hotel.example"}
    return api.call("POST", "/sources", {"type": "website", "website": website})


@pytest.fixture
def connection(api, source, advance):
    body = {"source_id": source["id"], "auth_method": "none"}
    opened = api.call("POST", "/connections", body)
    advance("1s")
    return api.call("GET", f"/connections/{opened['id']}")


@pytest.fixture
def run_task(api, task, connection):
    """Start a run of the task; `scenario` names what it plays."""

    def run_task(scenario="success", **body):
        body = {"connection_id": connection["id"], **body}
        headers = {"Deck-Sim-Scenario": scenario}
        return api.call("POST", f"/tasks/{task['id']}/run", body, headers=headers)

    return run_task


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Arrival:
    """A request as it came in."""

    def __init__(self, stream):
        first = stream.readline().decode()
        self.method, self.path, _ = first.split(" ")
        lines = iter(lambda: stream.readline().decode("latin-1").strip(), "")
        pairs = [line.partition(":") for line in lines]
        self.headers = {name.lower(): value.strip() for name, _, value in pairs}
        self.body = stream.read(int(self.headers.get("content-length", 0)))

    @property
    def data(self):
        return json.loads(self.body or "null")


class Receiver(socketserver.ThreadingTCPServer):
    """A receiver of webhooks on a socket, which answers as configured, byte by byte."""

    allow_reuse_address = daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Line)
        self.arrivals, self.answers, self.closing = [], {}, threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def say(self, *answers, path="/"):
        """Answer with these, one each, the last again and again. One is bytes, a status, or a
        function of the arrival and the socket that may return either.
        """
        self.answers[path] = list(answers)

    def answer(self, arrival, line):
        """Keep what arrived, and answer it with what is next."""
        self.arrivals.append(arrival)
        answers = self.answers.get(arrival.path, [OK])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        answer = answer(arrival, line) if callable(answer) else answer
        if isinstance(answer, int):
            answer = f"HTTP/1.1 {answer} So\r\nContent-Length: 0\r\n\r\n".encode()
        line.sendall(answer or b"")

    def hang(self, arrival, line):
        self.closing.wait()

    def handle_error(self, request, client_address):
        """A sender that hangs up while it is answered is nothing to report."""

    def types(self, path="/"):
        return [arrival.data["type"] for arrival in self.arrivals if arrival.path == path]


class _Line(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.answer(Arrival(self.rfile), self.connection)


@pytest.fixture
def receiver():
    """A real receiver of webhooks, in a thread; it answers 200 by default."""
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield receiver
        receiver.closing.set()
        receiver.shutdown()
        thread.join()


@pytest.fixture
def subscribe(api, receiver):
    def subscribe(*events, path="/", url=None, **body):
        config = {"url": url or receiver.url + path, **body.pop("config", {})}
        fields = {"name": "Hook", "type": "webhook", "config": config, "events": [*events] or ["*"]}
        return api.call("POST", "/event-destinations", {**fields, **body})

    return subscribe


@pytest.fixture
def agent(api):
    return lambda name="Concierge": api.post("/agents", json={"name": name}).json()


@pytest.fixture
def delivery_log(sim):
    return lambda: sim.get("/deliveries").json()["data"]


@contextmanager
def _serving():
    words = [sys.executable, "-u", "-m", "deck_sim", "serve", "--port", "0"]
    with subprocess.Popen([*words, "--clock", "frozen"], stdout=subprocess.PIPE) as process:
        banner = iter(process.stdout.readline, b"")
        line = next(line for line in banner if b"export" in line).decode()
        yield line.partition("DECK_BASE_URL=")[2].split()[0]
        process.terminate()
        process.stdout.read()


@pytest.fixture(scope="session")
def elsewhere():
    """The URL of a server in another process."""
    with _serving() as url:
        yield url


@pytest.fixture
def serving_apart():
    """A context manager: a server in another process, which the test can stop. It gives the URL."""
    return _serving
