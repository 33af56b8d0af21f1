"""Snapshots: copies of a world that the server keeps."""

from dataclasses import fields

import pytest

from deck_sim.base.redaction import world_token
from deck_sim.runtime.serialization import dump_json
from deck_sim.runtime.simulation import Simulation
from deck_sim.state.snapshots import KEPT, LEFT_OUT

SHOWN = ("timeline", "requests", "events", "deliveries", "task-runs", "next", "clock", "world")
SHOWN += ("coverage", "queue", "rules", "holds", "connections", "scenarios")
KEY, OTHER = "sk_kept", "sk_other"
MINE = {
    "version": 1,
    "name": "mine",
    "connection": [{"connecting": "1s..9s"}, {"connected": "1h"}, "disconnected"],
    "task_run": [
        {"running": "2s..90s"},
        {"interaction_required": {"accept": {"code": "012*"}, "attempts": 2}},
        "running",
        {"file": {"name": "{{ run.id }}.txt", "content": "{{ input }}"}},
        {"completed": {"output": {"at": "{{ now }}", "n": 1.5}}},
    ],
}
SEED = {
    "agents": [{"id": "agt", "name": "a"}],
    "sources": [{"id": "src_a", "type": "website", "website": {"url": "https://a.example"}}],
    "tasks": [{"id": "task", "name": "t", "agent_id": "agt", "storage": {"enabled": True}}],
    "connections": [{"id": "conn", "source_id": "src_a", "auth_method": "none"}],
}
HOOK = {"name": "q", "type": "aws_sqs", "config": {"queue_url": "q"}, "events": ["*"]}
RUN = ("POST", "/v2/tasks/task/run", {"connection_id": "conn", "input": {"a": 1}})
WAIT = ("POST", "/_sim/clock/advance", {"by": "7s"})
FIRST = [
    ("POST", "/_sim/reset", {}),
    ("PUT", "/_sim/scenarios/mine", MINE),
    ("POST", "/_sim/seed", {"resources": SEED}),
    (
        "PUT",
        "/_sim/rules",
        {"rules": [{"when": {"input": {"a": 2}}, "scenario": "needs_approval"}]},
    ),
    ("POST", "/_sim/queue", {"resource": "connection", "scenarios": ["mine"]}),
    ("POST", "/_sim/queue", {"resource": "task_run", "scenarios": ["mine", "mfa_then_success"]}),
    ("POST", "/v2/event-destinations", HOOK),
    ("POST", "/v2/connections", {"source_id": "src_a", "auth_method": "none"}),
    *(RUN, WAIT, RUN),
    ("POST", "/_sim/holds", {"event": "task_run.completed"}),
    WAIT,
]
NEXT = [
    *(RUN, WAIT, ("POST", "/_sim/clock/advance", {"by": "2m"})),
    ("PUT", "/_sim/clock", {"mode": "on_poll"}),
    ("GET", "/v2/task-runs", None),
    ("POST", "/v2/connections", {"source_id": "src_a", "auth_method": "none"}),
]


@pytest.fixture
def server(serve):
    """A server with a world that has something of each kind."""
    server = serve()
    server.worlds.webhook_secret = "whsec_"
    play(server, FIRST)
    return server


def play(server, history, key=KEY):
    """Make these calls, and answer every prompt."""
    for call in history:
        server.call(*call, key=key)
    for run in server.call("GET", "/_sim/task-runs", key=key)["data"]:
        if run["status"] == "interaction_required":
            answer, path = {"inputs": {"code": "0123"}}, f"/v2/task-runs/{run['id']}/interaction"
            server.call("POST", path, answer, key=key)


def look(server, key=KEY):
    """Everything that the control API shows of a world."""
    answers = {path: server.call("GET", f"/_sim/{path}", key=key) for path in SHOWN}
    del answers["timeline"]["world"]  # which names its key
    for answer in answers.values():
        del answer["request_id"]
    return dump_json(answers).replace(world_token(key).encode(), b"token")


def take(server):
    return f"/_sim/snapshots/{server.call('POST', '/_sim/snapshots')['id']}"


def test_a_restored_world_continues_byte_for_byte(server):
    server.call("POST", f"{take(server)}/restore", key=OTHER)
    assert server.simulation.world == server.worlds.find(OTHER).world
    for key in (KEY, OTHER):
        play(server, NEXT, key)
    assert look(server) == look(server, OTHER)


def test_a_snapshot_does_not_change_with_its_world(server):
    """It outlives the world, and can be restored more than once."""
    snapshot, before = take(server), look(server)
    for _ in range(2):
        play(server, NEXT)
        server.call("DELETE", "/_sim/world")
        server.call("POST", f"{snapshot}/restore")
        assert look(server) == before


def test_every_field_of_a_simulation_is_kept_or_left_out():
    """A new field is kept without further work; each field in `LEFT_OUT` exists."""
    assert {*LEFT_OUT, *KEPT} == {row.name for row in fields(Simulation)}


def test_a_restored_world_shares_what_does_not_change(server):
    """An event shares the resource that it is about, so a restored world needs little memory."""
    server.call("POST", f"{take(server)}/restore")
    world = server.simulation.world
    latest = {event.data.id: event.data for event in world.events if event.data.kind == "task_run"}
    assert all(data is world.all("task_run")[id_] for id_, data in latest.items())
    assert latest


def test_settings_and_clock_are_restored(server):
    for clock, expected in [
        ({"clock": "real", "speed": 1000}, ("real", 1000)),
        ({"clock": "on_poll", "step": "7s"}, ("on_poll", "7s")),
    ]:
        server.call("POST", "/_sim/reset", {"seed": 9, **clock})
        snapshot = take(server)
        server.call("POST", "/_sim/reset", {})
        assert server.call("POST", f"{snapshot}/restore")["seed"] == 9
        assert (server.simulation.clock is not None) == (clock["clock"] == "real")
        clock = server.call("GET", "/_sim/clock")
        assert (clock["mode"], clock.get("step") or clock["speed"]) == expected


def test_a_deleted_snapshot_is_unknown(server):
    snapshot = take(server)
    assert server.call("DELETE", snapshot)["deleted"] is True
    for method, path in (("POST", f"{snapshot}/restore"), ("DELETE", snapshot)):
        (error,) = server.call(method, path, status=404)["errors"]
        assert error["code"] == "endpoint_not_found"


def test_no_snapshot_is_taken_during_an_advance(server):
    """Attempts in progress cannot be kept."""
    server.simulation.advancing = True
    (error,) = server.call("POST", "/_sim/snapshots", status=409)["errors"]
    assert error["code"] == "state_invalid"
