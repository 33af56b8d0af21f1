"""Snapshots: copies of a world that the server keeps."""

from dataclasses import fields

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import dump_json
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.snapshot import KEPT, LEFT_OUT
from deck_sim.server.serve import Server

SHOWN = ("/timeline", "/requests", "/events", "/deliveries", "/task-runs", "/next", "/clock")
SHOWN += ("/world", "/coverage", "/queue", "/rules", "/holds", "/connections", "/scenarios")
MINE = """\
version: 1
name: mine
connection: [connecting: 1s..9s, connected: 1h, disconnected]
task_run:
  - running: 2s..90s
  - interaction_required: {accept: {code: "012*"}, attempts: 2, on_rejected: [screenshot, failed:
      auth/mfa_invalid]}
  - file: {name: "{{ run.id }}.txt", content: "{{ input }}"}
  - running: 5s
  - completed: {output: {at: "{{ now }}", n: 1.5}}
"""


class Client:
    """A world on one server, and the calls that change it."""

    def __init__(self, server, key, http):
        self.key, self.worlds, self._http, self.url = key, server.worlds, http, server.url
        self.headers = {"Authorization": f"Bearer {key}"}

    def call(self, method, path, headers=None, **request):
        """Make a call; returns its answer as data."""
        headers = {**self.headers, **(headers or {})}
        answer = self._http.request(method, f"{self.url}{path}", headers=headers, **request)
        assert answer.status_code < 500, answer.text
        return answer.json()

    def begin(self):
        """Reset the world and put something of each kind into it."""
        self.call("POST", "/_sim/reset", json={})
        self.call("PUT", "/_sim/scenarios/mine", content=MINE.encode())
        source = {"id": "src", "type": "website", "website": {"url": "https://a.example"}}
        task = {"id": "task", "name": "t", "agent_id": "agt", "storage": {"enabled": True}}
        seed = {"agents": [{"id": "agt", "name": "a"}], "sources": [source], "tasks": [task]}
        self.call("POST", "/_sim/seed", json={"resources": seed})
        rule = {"when": {"input": {"a": 1}}, "scenario": "needs_approval"}
        self.call("PUT", "/_sim/rules", json={"rules": [rule]})
        self.call("POST", "/_sim/queue", json={"resource": "connection", "scenarios": ["mine"]})
        queue = {"name": "q", "type": "aws_sqs", "config": {}, "events": ["*"]}
        self.call("POST", "/v2/event-destinations", json=queue)
        body = {"source_id": "src", "auth_method": "none"}
        self.connection = self.call("POST", "/v2/connections", json=body)["id"]
        self.runs = []
        self.step(("wait", "10s"))

    def step(self, step):
        """Take one step of a history."""
        what, how = step
        getattr(self, f"_{what}")(how)

    def _run(self, scenario):
        headers = {"Deck-Sim-Scenario": scenario} if scenario else {}
        body = {"connection_id": self.connection, "input": {"a": len(self.runs)}}
        run = self.call("POST", "/v2/tasks/task/run", json=body, headers=headers)
        self.runs += [run["id"]] if "id" in run else []

    def _wait(self, length):
        self.call("POST", "/_sim/clock/advance", json={"by": length})

    def _answer(self, code):
        for run in self.runs:
            path = f"/v2/task-runs/{run}/interaction"
            self.call("POST", path, json={"inputs": {"code": code}})

    def _cancel(self, number):
        for run in self.runs[number : number + 1]:
            self.call("POST", f"/v2/task-runs/{run}/cancel")

    def _poll(self, _):
        self.call("PUT", "/_sim/clock", json={"mode": "on_poll"})
        for run in self.runs:
            self.call("GET", f"/v2/task-runs/{run}")
        self.call("PUT", "/_sim/clock", json={"mode": "frozen"})

    def _hold(self, event):
        self.call("POST", "/_sim/holds", json={"event": event})

    def _release(self, _):
        for hold in self.call("GET", "/_sim/holds")["data"]:
            self.call("DELETE", f"/_sim/holds/{hold['id']}")

    def restore(self, snapshot):
        """Restore a snapshot; returns the world."""
        return self.call("POST", f"/_sim/snapshots/{snapshot}/restore")

    def look(self):
        """Everything that the control API shows of the world."""
        shown = {path: self.call("GET", f"/_sim{path}") for path in SHOWN}
        for answer in shown.values():
            del answer["request_id"]
        return dump_json(shown)

    @property
    def simulation(self):
        """The simulation of this world."""
        return self.worlds.select(f"Bearer {self.key}")


@pytest.fixture(scope="module")
def server():
    """A server with no other worlds."""
    with Server(WorldRegistry()) as server:
        yield server


@pytest.fixture(scope="module")
def http(server):
    """An HTTP client."""
    with httpx2.Client(trust_env=False) as http:
        yield http


@pytest.fixture
def client(server, key, http):
    """A world with something of each kind in it."""
    client = Client(server, key, http)
    client.begin()
    return client


STEP = st.one_of(
    st.tuples(st.just("run"), st.sampled_from(["mine", "mfa_then_success", "", "source_down"])),
    st.tuples(st.just("wait"), st.sampled_from(["0s", "1s", "7s", "1m", "6m"])),
    st.tuples(st.just("answer"), st.sampled_from(["0123", "123456", "9"])),
    st.tuples(st.just("cancel"), st.integers(0, 3)),
    st.tuples(st.just("poll"), st.none()),
    st.tuples(st.just("hold"), st.sampled_from(["task_run.completed", "task_run.failed"])),
    st.tuples(st.just("release"), st.none()),
)
HISTORY = st.lists(STEP, max_size=6)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=HISTORY, after=HISTORY)
def test_a_restored_world_continues_byte_for_byte(server, http, before, after):
    """In the world of another key the same steps give the same bytes."""
    one, other = (Client(server, f"sk_test_{name}", http) for name in ("one", "other"))
    one.begin()
    for step in before:
        one.step(step)
    other.restore(one.call("POST", "/_sim/snapshots")["id"])
    other.connection, other.runs = one.connection, [*one.runs]
    files = [client.simulation.files_url for client in (one, other)]
    assert one.simulation.world == other.simulation.world
    for step in after:
        one.step(step)
        other.step(step)
    seen = [client.look() for client in (one, other)]
    assert seen[0].replace(files[0].encode(), b"") == seen[1].replace(files[1].encode(), b"")


def test_a_snapshot_does_not_change_with_its_world(client):
    """It outlives the world, and can be restored more than once."""
    client.step(("run", "mfa_then_success"))
    client.step(("wait", "1m"))
    taken, before = client.call("POST", "/_sim/snapshots")["id"], client.look()
    for change in (("answer", "123456"), ("wait", "1h")):
        client.step(change)
        client.call("DELETE", "/_sim/world")
        client.restore(taken)
        assert client.look() == before


def test_every_field_of_a_simulation_is_kept_or_left_out():
    """A new field is kept without further work; each field in `LEFT_OUT` exists."""
    assert {*LEFT_OUT, *KEPT} == {row.name for row in fields(Simulation)}


def test_a_restored_world_shares_what_does_not_change(client):
    """An event shares the resource that it is about, so a restored world needs little memory."""
    client.step(("run", "mfa_then_success"))
    client.step(("wait", "1m"))
    client.restore(client.call("POST", "/_sim/snapshots")["id"])
    world = client.simulation.world
    asked = world.events[-1]
    assert asked.type == "task_run.interaction_required"
    assert asked.data is world.all("task_run")[asked.data.id]


def test_settings_and_clock_are_restored(client):
    """Seed, mode, speed and step are those of the snapshot."""
    for clock, shown in [
        ({"mode": "real", "speed": 1000}, ("real", 1000)),
        ({"mode": "on_poll", "step": "7s"}, ("on_poll", "7s")),
    ]:
        client.call("POST", "/_sim/reset", json={"seed": 9, **clock})
        taken = client.call("POST", "/_sim/snapshots")["id"]
        client.call("POST", "/_sim/reset", json={})
        assert client.restore(taken)["seed"] == 9
        clock = client.call("GET", "/_sim/clock")
        assert (clock["mode"], clock.get("step") or clock["speed"]) == shown


def test_a_deleted_snapshot_is_unknown(client):
    taken = f"/_sim/snapshots/{client.call('POST', '/_sim/snapshots')['id']}"
    assert client.call("DELETE", taken)["deleted"] is True
    before = client.look()
    for method, path in (("POST", f"{taken}/restore"), ("DELETE", taken)):
        (error,) = client.call(method, path)["errors"]
        assert error["code"] == "endpoint_not_found"
        assert "this server has no such snapshot" in error["message"]
    assert client.look() == before


def test_no_snapshot_is_taken_during_an_advance(client):
    """Attempts in progress cannot be kept."""
    client.simulation.advancing = True
    (error,) = client.call("POST", "/_sim/snapshots")["errors"]
    assert (error["code"], "is moving" in error["message"]) == ("state_invalid", True)
