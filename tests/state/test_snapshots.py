"""Snapshots: copies of a world that the server keeps."""

from dataclasses import fields

import httpx2
import pytest

from deck_sim.base.redaction import world_token
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import dump_json
from deck_sim.runtime.simulation import Simulation
from deck_sim.server.uvicorn_server import Server
from deck_sim.state.snapshots import KEPT, LEFT_OUT

SHOWN = ("timeline", "requests", "events", "deliveries", "task-runs", "next", "clock", "world")
SHOWN += ("coverage", "queue", "rules", "holds", "connections", "scenarios")
MINE = """\
version: 1
name: mine
connection: [connecting: 1s..9s, connected: 1h, disconnected]
task_run:
  - running: 2s..90s
  - interaction_required: {accept: {code: "012*"}, attempts: 2}
  - running
  - file: {name: "{{ run.id }}.txt", content: "{{ input }}"}
  - completed: {output: {at: "{{ now }}", n: 1.5}}
"""
SEED = {
    "agents": [{"id": "agt", "name": "a"}],
    "sources": [{"id": "src_a", "type": "website", "website": {"url": "https://a.example"}}],
    "tasks": [{"id": "task", "name": "t", "agent_id": "agt", "storage": {"enabled": True}}],
    "connections": [{"id": "conn", "source_id": "src_a", "auth_method": "none"}],
}
HOOK = {"name": "q", "type": "aws_sqs", "config": {"queue_url": "q"}, "events": ["*"]}
RUN = ("POST", "v2/tasks/task/run", {"connection_id": "conn", "input": {"a": 1}})
WAIT = ("POST", "_sim/clock/advance", {"by": "7s"})
FIRST = [
    ("POST", "_sim/reset", {}),
    ("PUT", "_sim/scenarios/mine", MINE),
    ("POST", "_sim/seed", {"resources": SEED}),
    ("PUT", "_sim/rules", {"rules": [{"when": {"input": {"a": 2}}, "scenario": "needs_approval"}]}),
    ("POST", "_sim/queue", {"resource": "connection", "scenarios": ["mine"]}),
    ("POST", "_sim/queue", {"resource": "task_run", "scenarios": ["mine", "mfa_then_success"]}),
    ("POST", "v2/event-destinations", HOOK),
    ("POST", "v2/connections", {"source_id": "src_a", "auth_method": "none"}),
    *(RUN, WAIT, RUN),
    ("POST", "_sim/holds", {"event": "task_run.completed"}),
    WAIT,
]
NEXT = [
    *(RUN, WAIT, ("POST", "_sim/clock/advance", {"by": "2m"})),
    ("PUT", "_sim/clock", {"mode": "on_poll"}),
    ("GET", "v2/task-runs", None),
    ("POST", "v2/connections", {"source_id": "src_a", "auth_method": "none"}),
]


class Client:
    """A world, and calls to it."""

    def __init__(self, server, key, http):
        self.key, self.worlds, self._http, self.url = key, server.worlds, http, server.url

    def call(self, method, path, body=None):
        """Make a call; returns its answer as data."""
        headers = {"Authorization": f"Bearer {self.key}"}
        sent = {"content": body} if isinstance(body, str) else {"json": body}
        return self._http.request(method, f"{self.url}/{path}", headers=headers, **sent).json()

    def play(self, history):
        """Make these calls, and answer every prompt."""
        for call in history:
            answer = self.call(*call)
            assert not answer.get("errors"), answer
        for run in self.call("GET", "_sim/task-runs")["data"]:
            self.call("POST", f"v2/task-runs/{run['id']}/interaction", {"inputs": {"code": "0123"}})

    def look(self):
        """Everything that the control API shows of the world."""
        answers = {path: self.call("GET", f"_sim/{path}") for path in SHOWN}
        del answers["timeline"]["world"]  # which names its key
        for answer in answers.values():
            del answer["request_id"]
        return dump_json(answers).replace(world_token(self.simulation.key).encode(), b"token")

    def take(self):
        """Take a snapshot; returns its id."""
        return self.call("POST", "_sim/snapshots")["id"]

    def restore(self, snapshot):
        """Restore a snapshot; returns the world."""
        return self.call("POST", f"_sim/snapshots/{snapshot}/restore")

    @property
    def simulation(self):
        """The simulation of this world."""
        return self.worlds.select(f"Bearer {self.key}")


@pytest.fixture
def clients():
    """Two clients of a server without other worlds; the first has something of each kind."""
    with (
        Server(WorldRegistry(webhook_secret="whsec_")) as server,
        httpx2.Client(trust_env=False) as http,
    ):
        clients = [Client(server, f"sk_test_{number}", http) for number in range(2)]
        clients[0].play(FIRST)
        yield clients


def test_a_restored_world_continues_byte_for_byte(clients):
    """In the world of another key the same calls give the same bytes."""
    first, second = clients
    second.restore(first.take())
    assert first.simulation.world == second.simulation.world
    for client in clients:
        client.play(NEXT)
    assert first.look() == second.look()


def test_a_snapshot_does_not_change_with_its_world(clients):
    """It outlives the world, and can be restored more than once."""
    client, _ = clients
    snapshot, before = client.take(), client.look()
    for _ in range(2):
        client.play(NEXT)
        client.call("DELETE", "_sim/world")
        client.restore(snapshot)
        assert client.look() == before


def test_every_field_of_a_simulation_is_kept_or_left_out():
    """A new field is kept without further work; each field in `LEFT_OUT` exists."""
    assert {*LEFT_OUT, *KEPT} == {row.name for row in fields(Simulation)}


def test_a_restored_world_shares_what_does_not_change(clients):
    """An event shares the resource that it is about, so a restored world needs little memory."""
    client, _ = clients
    client.restore(client.take())
    world = client.simulation.world
    latest = {event.data.id: event.data for event in world.events if event.data.kind == "task_run"}
    assert all(data is world.all("task_run")[id_] for id_, data in latest.items())
    assert latest


def test_settings_and_clock_are_restored(clients):
    """Seed, mode, speed and step are those of the snapshot."""
    client, _ = clients
    for clock, expected in [
        ({"clock": "real", "speed": 1000}, ("real", 1000)),
        ({"clock": "on_poll", "step": "7s"}, ("on_poll", "7s")),
    ]:
        client.call("POST", "_sim/reset", {"seed": 9, **clock})
        snapshot = client.take()
        client.call("POST", "_sim/reset", {})
        assert client.restore(snapshot)["seed"] == 9
        assert (client.simulation.clock is not None) == (clock["clock"] == "real")
        clock = client.call("GET", "_sim/clock")
        assert (clock["mode"], clock.get("step") or clock["speed"]) == expected


def test_a_deleted_snapshot_is_unknown(clients):
    client, _ = clients
    snapshot = f"_sim/snapshots/{client.take()}"
    assert client.call("DELETE", snapshot)["deleted"] is True
    for method, path in (("POST", f"{snapshot}/restore"), ("DELETE", snapshot)):
        (error,) = client.call(method, path)["errors"]
        assert error["code"] == "endpoint_not_found"


def test_no_snapshot_is_taken_during_an_advance(clients):
    """Attempts in progress cannot be kept."""
    clients[0].simulation.advancing = True
    (error,) = clients[0].call("POST", "_sim/snapshots")["errors"]
    assert error["code"] == "state_invalid"
