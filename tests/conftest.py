"""What tests of several rooms share: one server for all, and a fresh world for each test."""

import copy
import itertools
from contextlib import contextmanager

import httpx2
import pytest

from deck_sim.server import ServerThread
from deck_sim.worlds import Worlds

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server():
    """One server for all tests: a new world is cheap, a new server is not."""
    thread = ServerThread(Worlds()).start()
    yield thread.server
    thread.stop()


@pytest.fixture
def key():
    """A key that no other test has, and so a world that no other test has."""
    return f"sk_test_{next(_numbers)}"


@pytest.fixture
def api(server, key):
    """A plain HTTP client of the Deck API."""
    with _client(server.base_url, key) as client:
        yield client


@pytest.fixture
def sim(server, key):
    """A plain HTTP client of the control API, for the same world."""
    with _client(f"{server.url}/_sim", key) as client:
        yield client


@pytest.fixture
def simulation(server, key):
    """The simulation that the server drives for this test."""
    return lambda: server.worlds.select(f"Bearer {key}")


@pytest.fixture
def unchanged(simulation):
    """A block in which nothing changes in the world: only calls are counted and journaled."""

    def state():
        now = simulation()
        world = copy.deepcopy(now.world)
        for name in ("req", "ctl"):  # the ids of calls
            world.counters.pop(name, None)
        return world, copy.deepcopy(now.wishes), now.library.names(), now.mode, now.speed

    @contextmanager
    def unchanged():
        before = state()
        yield
        assert state() == before

    return unchanged


def _client(base_url, key):
    headers = {"Authorization": f"Bearer {key}"}
    return httpx2.Client(base_url=base_url, headers=headers, trust_env=False)


@pytest.fixture
def advance(sim):
    """Let time pass, and return the report."""

    def advance(by):
        answer = sim.post("/clock/advance", json={"by": by})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return advance


@pytest.fixture
def task(api):
    """A task without schemas."""
    agent = api.post("/agents", json={"name": "Concierge"}).json()
    return api.post("/tasks", json={"name": "Read", "agent_id": agent["id"]}).json()


@pytest.fixture
def connection(api, advance):
    """A connection that is connected."""
    body = {"type": "website", "website": {"url": "https://hotel.example"}}
    source = api.post("/sources", json=body).json()
    body = {"source_id": source["id"], "auth_method": "none"}
    opened = api.post("/connections", json=body).json()
    advance("1s")
    return api.get(f"/connections/{opened['id']}").json()


@pytest.fixture
def run_task(api, task, connection):
    """Start a run of the task; `scenario` names what it plays."""

    def run_task(scenario="success", **body):
        body = {"connection_id": connection["id"], **body}
        headers = {"Deck-Sim-Scenario": scenario}
        answer = api.post(f"/tasks/{task['id']}/run", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return run_task
