"""Snapshots: copies of a world that the server keeps."""

from dataclasses import fields

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import dump_json
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.snapshot import KEPT, LEFT_OUT
from deck_sim.server.serve import Server

SHOWN = ("timeline", "requests", "events", "deliveries", "task-runs", "next", "clock", "world")
SHOWN += ("coverage", "queue", "rules", "holds", "connections", "scenarios")
MINE = """\
version: 1
name: mine
connection: [connecting: 1s..9s, connected: 1h, disconnected]
task_run:
  - running: 2s..90s
  - interaction_required: {accept: {code: "012*"}, attempts: 2}
  - file: {name: "{{ run.id }}.txt", content: "{{ input }}"}
  - completed: {output: {at: "{{ now }}", n: 1.5}}
"""
SEED = {
    "agents": [{"id": "agt", "name": "a"}],
    "sources": [{"id": "src", "type": "website", "website": {"url": "https://a.example"}}],
    "tasks": [{"id": "task", "name": "t", "agent_id": "agt", "storage": {"enabled": True}}],
    "connections": [{"id": "conn", "source_id": "src", "auth_method": "none"}],
}
HOOK = {"name": "q", "type": "aws_sqs", "config": {}, "events": ["*"]}
BEGINNING = [
    ("POST", "_sim/reset", {}),
    ("PUT", "_sim/scenarios/mine", MINE),
    ("POST", "_sim/seed", {"resources": SEED}),
    ("PUT", "_sim/rules", {"rules": [{"when": {"input": {"a": 1}}, "scenario": "needs_approval"}]}),
    ("POST", "_sim/queue", {"resource": "connection", "scenarios": ["mine"]}),
    ("POST", "v2/event-destinations", HOOK),
    ("POST", "v2/connections", {"source_id": "src", "auth_method": "none"}),
]


class Client:
    """A world, and calls to it."""

    def __init__(self, server, key, http):
        self.key, self.worlds, self._http, self.url = key, server.worlds, http, server.url

    def call(self, method, path, body=None, scenario=None):
        """Make a call; returns its answer as data."""
        headers = {"Authorization": f"Bearer {self.key}"}
        headers |= {"Deck-Sim-Scenario": scenario} if scenario else {}
        sent = {"content": body} if isinstance(body, str) else {"json": body}
        answer = self._http.request(method, f"{self.url}/{path}", headers=headers, **sent)
        assert answer.status_code < 500, answer.text
        return answer.json()

    def step(self, what, how):
        """Take one step of a history."""
        runs = [run["id"] for run in self.call("GET", "_sim/task-runs")["data"]]
        if what == "run":
            body = {"connection_id": "conn", "input": {"a": len(runs)}}
            self.call("POST", "v2/tasks/task/run", body, scenario=how)
        elif what == "wait":
            self.call("POST", "_sim/clock/advance", {"by": how})
        elif what == "poll":
            for mode in ("on_poll", "frozen"):
                self.call("PUT", "_sim/clock", {"mode": mode})
                self.call("GET", "v2/task-runs")
        elif what == "hold":
            self.call("POST", "_sim/holds", {"event": how})
        elif what == "release":
            for hold in self.call("GET", "_sim/holds")["data"]:
                self.call("DELETE", f"_sim/holds/{hold['id']}")
        else:
            for run in runs[-3:]:
                self.call("POST", f"v2/task-runs/{run}/{what}", {"inputs": {"code": how}})

    def look(self):
        """Everything that the control API shows of the world."""
        shown = {path: self.call("GET", f"_sim/{path}") for path in SHOWN}
        for answer in shown.values():
            del answer["request_id"]
        return dump_json(shown).replace(self.simulation.files_url.encode(), b"")

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


@pytest.fixture(scope="module")
def make_client():
    """Make a client, with something of each kind in its world. There are no other worlds."""
    with Server(WorldRegistry()) as server, httpx2.Client(trust_env=False) as http:

        def make_client(key):
            client = Client(server, key, http)
            for call in BEGINNING:
                client.call(*call)
            return client

        yield make_client


@pytest.fixture
def client(make_client):
    return make_client("sk_test_snapshots")


RUNS = st.sampled_from(["mine", "mfa_then_success", "", "source_down"])
STEP = st.one_of(
    st.tuples(st.just("run"), RUNS),
    st.tuples(st.just("wait"), st.sampled_from(["0s", "1s", "7s", "1m", "6m"])),
    st.tuples(st.just("interaction"), st.sampled_from(["0123", "123456", "9"])),
    st.tuples(st.just("hold"), st.sampled_from(["task_run.completed", "task_run.failed"])),
    st.tuples(st.sampled_from(["cancel", "poll", "release"]), st.none()),
)
HISTORY = st.lists(STEP, max_size=6)


@settings(max_examples=15)
@given(before=HISTORY, after=HISTORY)
def test_a_restored_world_continues_byte_for_byte(make_client, before, after):
    """In the world of another key the same steps give the same bytes."""
    one, other = make_client("sk_test_one"), make_client("sk_test_other")
    for step in before:
        one.step(*step)
    other.restore(one.take())
    assert one.simulation.world == other.simulation.world
    for step in after:
        one.step(*step)
        other.step(*step)
    assert one.look() == other.look()


def test_a_snapshot_does_not_change_with_its_world(client):
    """It outlives the world, and can be restored more than once."""
    client.step("run", "mfa_then_success")
    client.step("wait", "1m")
    taken, before = client.take(), client.look()
    for change in (("interaction", "123456"), ("wait", "1h")):
        client.step(*change)
        client.call("DELETE", "_sim/world")
        client.restore(taken)
        assert client.look() == before


def test_every_field_of_a_simulation_is_kept_or_left_out():
    """A new field is kept without further work; each field in `LEFT_OUT` exists."""
    assert {*LEFT_OUT, *KEPT} == {row.name for row in fields(Simulation)}


def test_a_restored_world_shares_what_does_not_change(client):
    """An event shares the resource that it is about, so a restored world needs little memory."""
    client.step("run", "mfa_then_success")
    client.step("wait", "1m")
    client.restore(client.take())
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
        client.call("POST", "_sim/reset", {"seed": 9, **clock})
        taken = client.take()
        client.call("POST", "_sim/reset", {})
        assert client.restore(taken)["seed"] == 9
        clock = client.call("GET", "_sim/clock")
        assert (clock["mode"], clock.get("step") or clock["speed"]) == shown


def test_a_deleted_snapshot_is_unknown(client):
    taken = f"_sim/snapshots/{client.take()}"
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
    (error,) = client.call("POST", "_sim/snapshots")["errors"]
    assert (error["code"], "is moving" in error["message"]) == ("state_invalid", True)
