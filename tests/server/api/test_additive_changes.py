import json

import pytest

FIELD = "deck_sim_surprise"


@pytest.fixture
def add_changes(sim):
    return lambda **changes: sim.call("PATCH", "/world", {"additive_changes": changes})


LISTS = ("agents", "sources", "tasks", "connections", "task-runs", "event-destinations", "events")


@pytest.fixture
def resources(api, run_task, advance, subscribe):
    """Every resource of a world as it is shown, alone and in lists and events."""
    deliveries = f"event-destinations/{subscribe()['id']}/event-deliveries"
    run_task("downloads_statement")
    advance("1m")

    def resources():
        items = [item for path in (*LISTS, deliveries) for item in api.get(path).json()["data"]]
        items += [api.get(f"{p}/{api.get(p).json()['data'][0]['id']}").json() for p in LISTS]
        return [*items, *(item["data"] for item in items if item["object"] == "event")]

    return resources


def test_every_resource_can_have_an_unknown_field(resources, add_changes):
    before = resources()
    add_changes(fields=True)
    after = resources()
    assert {json.dumps(item.pop(FIELD)) for item in after} == {
        '{"why": "clients must tolerate unknown fields"}'
    }
    for item in (*before, *after):
        for name in ("request_id", "data"):
            item.pop(name, None)
    assert after == before


def test_an_unknown_event_follows_the_first_event_of_each_resource(
    api, advance, run_task, add_changes, subscribe, receiver
):
    add_changes(event_type="task_run.sparkled")
    subscribe("*")
    run = run_task()
    api.post("/tasks", json={"name": "Read", "agent_id": run["agent_id"]})
    advance("1m")
    every = api.get("/events", params={"limit": 100}).json()["data"]
    about = [event for event in reversed(every) if event["data"]["id"] == run["id"]]
    types = [event["type"] for event in about]
    assert types[:3] == ["task_run.queued", "task_run.sparkled", "task_run.running"]
    assert types.count("task_run.sparkled") == 1
    assert about[1]["data"]["status"] == "queued"
    assert receiver.types().count("task_run.sparkled") == 1


def test_an_unknown_event_can_be_listed_filtered_and_awaited(
    api, sim, agent, add_changes, subscribe
):
    add_changes(event_type="agent.promoted")
    assert api.get("/event-types").json()["data"][-1]["type"] == "agent.promoted"
    created = agent()
    (event,) = api.get("/events?type=agent.promoted").json()["data"]
    assert event["data"]["id"] == created["id"]
    assert subscribe("agent.promoted")["events"] == ["agent.promoted"]
    wait = {"until": {"event": "agent.promoted"}, "limit": "1m"}
    assert sim.post("/clock/advance", json=wait).status_code == 409


def test_an_interaction_of_unknown_type_can_be_answered(api, advance, run_task, add_changes):
    """A client that reads `fields` can answer an interaction of an unknown type."""
    add_changes(interaction_type="palm_reading")
    run = run_task("mfa_then_success")
    advance("10s")
    path = f"/task-runs/{run['id']}"
    again = api.post(f"{path}/interaction", json={"inputs": {"code": "000000"}}).json()
    for prompt in (api.get(path).json()["interaction"], again["interaction"]):
        assert (prompt["type"], prompt["fields"][0]["name"]) == ("palm_reading", "code")
    answer = api.post(f"{path}/interaction", json={"inputs": {"code": "123456"}}).json()
    assert answer["status"] == "running"
