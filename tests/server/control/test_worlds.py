import httpx2
import pytest

from deck_sim.engine.world_values import Options
from deck_sim.operations import CONTROL_OPERATIONS
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server


def test_a_new_world_is_empty(sim):
    world = sim.get("/world").json()
    assert world.pop("request_id").startswith("ctl_")
    assert world.pop("webhook_secret").startswith("whsec_")
    lists = ("unplayed_login", "choices", "script_errors", "ignored_names")
    counted = ("agent", "source", "task", "connection", "task_run", "storage")
    expected = {"edition": "connections", "seed": 0, "now": "2025-01-15T09:30:00Z"}
    expected |= {"clock": "frozen", "webhook_time": "wall", "default_scenario": "success"}
    expected |= {"queues": {}, "rate_limit": False, "keyless_calls": {}}
    expected |= {name: [] for name in (*lists, "stray_keys", "crashes")}
    expected |= Options().as_json() | {"keep_headers": []}
    expected |= dict.fromkeys(("events", "calls", "faults"), 0)
    expected["dropped"] = dict.fromkeys(("calls", "events", "timeline", "runs", "keys"), 0)
    expected["resources"] = dict.fromkeys((*counted, "event_destination", "event_delivery"), 0)
    added = {"fields": False, "event_type": None, "interaction_type": None}
    assert world == {**expected, "additive_changes": added}


def test_shown_settings_can_be_sent_back(sim):
    selection = {"rate_limit": {"requests": 3, "per": "1m30s", "retry_after": True}}
    added = {"fields": True, "event_type": "task.x", "interaction_type": "y"}
    selection["additive_changes"] = added
    for body in (selection, {"seed": 7}, {"webhook_time": "world"}, {}):
        world = sim.patch("/world", json=body).json()
        assert {name: world[name] for name in selection} == selection
    assert (world["seed"], world["webhook_time"]) == (7, "world")


def test_a_world_with_resources_keeps_its_seed(api, errors, task):
    api.delete(f"/tasks/{task['id']}")
    for body in ({"seed": 7}, {"edition": "connections"}):
        assert errors("PATCH", "/world", 409, json=body) == [("state_invalid", None)]


def test_a_world_keeps_an_edition_that_fits_its_queues_and_rules(sim, errors):
    rule = {"scenario": "connection_drops_later", "when": {"task": "*"}}
    sim.put("/rules", json={"rules": [rule]})
    sim.post("/queue", json={"resource": "connection", "scenarios": ["success"]})
    mistakes = [("input_invalid", at) for at in ("queues.connection[0]", "rules[0].scenario")]
    assert errors("PATCH", "/world", 400, json={"edition": "credentials"}) == mistakes


def test_a_reset_takes_settings(sim):
    body = {"now": "2030-01-01T01:00:00+01:00", "seed": 3, "clock": "on_poll"}
    body |= {"default_scenario": "source_down", "edition": "connections"}
    world = sim.post("/reset", json=body).json()
    assert (world["now"], world["seed"], world["clock"]) == ("2030-01-01T00:00:00Z", 3, "on_poll")
    assert world["default_scenario"] == "source_down"
    sim.post("/reset", json={"clock": "real", "speed": 2})
    assert sim.get("/clock").json()["speed"] == 2
    sim.post("/reset", json={"clock": "on_poll", "step": "PT5S"})
    assert sim.get("/clock").json()["step"] == "5s"
    assert sim.post("/reset", json={"webhook_time": "world"}).json()["webhook_time"] == "world"
    assert sim.post("/reset", json={}).json()["default_scenario"] == "success"


LOGIN = {"source_id": "src_1", "auth_method": "none"}
PAST = {"status": "invalid", "external_id": "user-7", "created_at": "2024-12-24T12:00:00Z"}
SEED = {
    "agents": [{"id": "agt_1", "name": "Concierge"}],
    "sources": [{"id": "src_1", "type": "website", "website": {"url": "https://hotel.example"}}],
    "tasks": [{"id": "task_1", "name": "Read", "agent_id": "agt_1", "status": "live"}],
    "connections": [{"id": "conn_1", **LOGIN}, {"id": "conn_2", **LOGIN, **PAST}],
}


def test_a_seed_creates_resources_with_their_ids(api, sim):
    answer = sim.post("/seed", json={"resources": SEED}).json()
    ids = {kind: [item["id"] for item in items] for kind, items in SEED.items()}
    assert answer["seeded"] == ids
    assert sim.get("/events").json()["data"] == []
    assert api.get("/tasks/task_1").json()["status"] == "live"
    assert api.get("/connections/conn_1").json()["status"] == "connected"
    past = {**PAST, "updated_at": PAST["created_at"]}
    assert api.get("/connections/conn_2").json().items() >= past.items()
    run = api.post("/tasks/task_1/run", json={"connection_id": "conn_1"})
    assert run.status_code == 201


def test_a_seed_is_all_or_nothing_and_reports_each_problem(errors):
    """But for references to what has mistakes itself."""
    resources = {
        "agents": [SEED["agents"][0], {"id": "agt_1", "name": "x"}, {"name": 5, "nmae": 1}],
        "taks": [],
        "task-runs": [],
        "tasks": [{"id": "task_1", "name": "x", "agent_id": "agt_no", "input_schema": {"type": 1}}],
        "sources": [SEED["sources"][0]],
        "connections": [
            {"id": "c1", **LOGIN, "status": "connecting"},
            {"id": "c2", **LOGIN, "created_at": "soon"},
        ],
    }
    assert errors("POST", "/seed", 400, json={"resources": resources}) == [
        ("input_invalid", "resources.taks"),
        ("input_invalid", "resources.task-runs"),
        ("input_invalid", "resources.agents[1].id"),
        ("input_invalid", "resources.agents[2].name"),
        ("input_missing", "resources.agents[2].id"),
        ("input_invalid", "resources.agents[2].nmae"),
        ("input_invalid", "resources.tasks[0].input_schema.type"),
        ("input_invalid", "resources.connections[0].status"),
        ("input_invalid", "resources.connections[1].created_at"),
    ]


READS = [row.path for row in CONTROL_OPERATIONS.values() if row.method == "GET"]


def test_watching_a_world_does_not_change_its_answers(api, sim, unchanged):
    answers = []
    for paths in ([], READS):
        sim.post("/reset")
        answers.append([])
        for _ in range(3):
            with unchanged():
                for path in paths:
                    sim.get(path.replace("{name}", "success"))
            answers[-1].append(api.post("/agents", json={"name": "x"}).content)
            answers[-1].append(api.get("/agents").content)
    assert answers[0] == answers[1]


def test_an_unreadable_body_changes_nothing(errors):
    request = {"content": b"[NaN", "headers": {"Content-Type": "application/json"}}
    for row in CONTROL_OPERATIONS.values():
        if row.method not in ("DELETE", "GET") and (row.checked or "body" in row.parameters):
            path = row.path.replace("{name}", "x")
            assert errors(row.method, path, 400, **request) == [("body_invalid", None)]


@pytest.fixture
def listed(server, key):
    """The world of this test as `/worlds` lists it to somebody without a key."""

    def listed():
        answer = httpx2.get(f"{server.url}/_sim/worlds", trust_env=False).json()
        (row,) = [world for world in answer["data"] if world["key"] == key]
        return row

    return listed


def test_the_worlds_of_a_server_are_listed_without_a_key(
    api, listed, run_task, advance, receiver, subscribe
):
    receiver.say(500)
    subscribe("agent.created")
    run_task("mfa_then_success")
    run_task("success")
    api.post("/agents", json={"name": "x"})
    advance("3m")
    row = listed()
    assert len(row.pop("id")) == 16
    counts = {"calls": 9, "runs": 2, "open_prompts": 1, "failed_deliveries": 1, "problems": 0}
    settings = {"edition": "connections", "now": "2025-01-15T09:33:01Z", "clock": "frozen"}
    assert {**row, "key": ""} == {"key": "", **settings, **counts}


def test_a_control_call_can_name_a_world_by_its_id(server, sim, listed, simulation):
    sim.post("/reset", json={"seed": 7})
    headers = {"Deck-Sim-World": listed()["id"]}
    server.worlds._controlled.discard(simulation().key)
    world = httpx2.get(f"{server.url}/_sim/world", headers=headers, trust_env=False).json()
    assert world["seed"] == 7
    assert simulation().key not in server.worlds._controlled


def test_an_unknown_id_of_a_world_is_refused(server, key):
    headers = {"Authorization": f"Bearer {key}", "Deck-Sim-World": "x"}
    answer = httpx2.get(f"{server.url}/_sim/world", headers=headers, trust_env=False)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (404, "endpoint_not_found")
    assert "the header `Deck-Sim-World` is 'x', and no world has this id" in error["message"]
    assert server.worlds.find(key) is None


def test_a_server_with_keys_lists_the_world_of_the_caller():
    with Server(WorldRegistry(keys=("sk_live_abcdef", "two"))) as server:
        url = f"{server.url}/_sim/worlds"
        assert httpx2.get(url, trust_env=False).status_code == 401
        for key in ("two", "sk_live_abcdef"):
            headers = {"Authorization": f"Bearer {key}"}
            worlds = httpx2.get(url, headers=headers, trust_env=False).json()["data"]
        headers = {"Deck-Sim-World": worlds[0]["id"]}
        assert httpx2.get(url, headers=headers, trust_env=False).status_code == 401
    assert [world["key"] for world in worlds] == ["sk_live_…cdef"]


def test_an_id_that_a_reset_removed_is_told_from_an_unknown_one(api, sim, task):
    sim.post("/reset", json={"seed": 7})
    sim.delete("/world")
    reason = "it was removed when the world was reset or deleted; do two tests share this key?"
    (error,) = api.get(f"/tasks/{task['id']}").json()["errors"]
    assert error["message"] == f"No task has the id `{task['id']}`: {reason}"
    body = {"agent_id": task["agent_id"], "name": "a"}
    assert reason in api.post("/tasks", json=body).json()["errors"][0]["message"]
    assert reason not in api.get("/tasks/task_0000000000000000").text


def test_the_secret_of_webhooks_is_shown_with_the_world_and_after_a_reset(api, sim):
    config = {"url": "http://127.0.0.1:9"}
    fields = {"name": "n", "type": "webhook", "config": config, "events": ["*"]}
    secret = api.post("/event-destinations", json=fields).json()["credentials"]["secret"]
    for answer in (sim.get("/world"), sim.post("/reset", json={})):
        assert answer.json()["webhook_secret"] == secret
    assert WorldRegistry(webhook_secret=secret).secret_of("sk_other") == secret
