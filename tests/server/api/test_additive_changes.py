"""What a world shows that no page documents, when it is told to."""

import json

import pytest

FIELD = "deck_sim_surprise"


@pytest.fixture
def surprise(sim):
    """Tell the world how to surprise."""

    def surprise(**wanted):
        answer = sim.patch("/world", json={"additive_changes": wanted})
        assert answer.status_code == 200, answer.text
        return answer.json()["additive_changes"]

    return surprise


@pytest.fixture
def every(api, run_task, advance, subscribe, task, connection):
    """The paths under which resources of every kind are shown, alone and in lists."""
    hook = subscribe()["id"]
    run = run_task("downloads_statement")
    advance("1m")
    event = api.get("/events").json()["data"][0]["id"]
    lists = ["/agents", "/sources", "/tasks", "/connections", "/task-runs", "/events"]
    lists += ["/event-destinations", f"/event-destinations/{hook}/event-deliveries"]
    singles = [f"/agents/{task['agent_id']}", f"/sources/{connection['source_id']}"]
    singles += [f"/tasks/{task['id']}", f"/connections/{connection['id']}"]
    singles += [f"/task-runs/{run['id']}", f"/events/{event}", f"/event-destinations/{hook}"]
    return lists, singles


def _resources(api, paths):
    """What is shown there."""
    lists, singles = paths
    shown = [item for path in lists for item in api.get(path).json()["data"]]
    shown += [api.get(path).json() for path in singles]
    return [*shown, *(item["data"] for item in shown if item["object"] == "event")]


def test_no_world_surprises_unless_it_is_told_to(api, sim, every):
    """By default there are documented fields only."""
    off = {"fields": False, "event_type": None, "interaction_type": None}
    assert sim.get("/world").json()["additive_changes"] == off
    assert not [shown for shown in _resources(api, every) if FIELD in shown]


def test_every_resource_has_an_unknown_field(api, every, surprise):
    """Alone, in lists, inside of events: an object beside the fields, always the same."""
    before = _resources(api, every)
    surprise(fields=True)
    after = _resources(api, every)
    assert {json.dumps(shown.pop(FIELD)) for shown in after} == {
        '{"why": "clients must tolerate unknown fields"}'
    }
    for shown in (*before, *after):
        for name in ("request_id", "data"):
            shown.pop(name, None)
    assert after == before


def test_what_is_created_and_what_webhooks_bring_has_it_too(
    api, advance, subscribe, surprise, receiver
):
    """Answers to creates and changes, and the bodies of webhooks."""
    surprise(fields=True)
    subscribe("agent.created")
    made = api.post("/agents", json={"name": "A"}).json()
    assert FIELD in made
    assert FIELD in api.patch(f"/agents/{made['id']}", json={"name": "B"}).json()
    advance("1s")
    (arrival,) = receiver.arrivals
    assert FIELD in arrival.data
    assert FIELD in arrival.data["data"]


def test_a_surprise_is_no_field_that_can_be_sent(surprise, errors):
    """What a client sends is checked as ever."""
    surprise(fields=True)
    body = {"name": "A", FIELD: {}}
    assert errors("POST", "/agents", 400, json=body) == [("input_invalid", FIELD)]


def test_an_unknown_event_follows_what_each_resource_begins_with(
    api, advance, run_task, surprise, subscribe, receiver
):
    """Once for each run, right behind its first event, and it is sent to whoever wants all."""
    surprise(event_type="task_run.sparkled")
    subscribe("*")
    run = run_task()
    advance("1m")
    every = api.get("/events", params={"limit": 100}).json()["data"]
    about = [event for event in reversed(every) if event["data"]["id"] == run["id"]]
    types = [event["type"] for event in about]
    assert types[:3] == ["task_run.queued", "task_run.sparkled", "task_run.running"]
    assert types.count("task_run.sparkled") == 1
    assert about[1]["data"]["status"] == "queued"
    assert receiver.types().count("task_run.sparkled") == 1


def test_an_unknown_event_is_as_good_as_any_other(api, sim, agent, surprise, subscribe):
    """It can be listed, filtered, subscribed to and waited for."""
    surprise(event_type="agent.promoted")
    assert api.get("/event-types").json()["data"][-1]["type"] == "agent.promoted"
    made = agent()
    (event,) = api.get("/events?type=agent.promoted").json()["data"]
    assert event["data"]["id"] == made["id"]
    assert subscribe("agent.promoted")["events"] == ["agent.promoted"]
    wait = {"until": {"event": "agent.promoted"}, "limit": "1m"}
    assert sim.post("/clock/advance", json=wait).status_code == 409


def test_an_unknown_event_of_a_run_comes_with_no_task_and_no_seed(api, sim, surprise, task):
    """The whole name of the kind counts, and a seed emits nothing."""
    seeded = {"id": "task_x", "name": "X", "agent_id": task["agent_id"]}
    for type_ in ("task_run.sparkled", "task.sparkled"):
        surprise(event_type=type_)
        if type_.startswith("task_run"):
            api.post("/tasks", json={"name": "T", "agent_id": task["agent_id"]})
        sim.post("/seed", json={"resources": {"tasks": [{**seeded, "id": type_}]}})
        assert api.get("/events", params={"type": type_}).json()["data"] == []


def test_an_unknown_event_of_a_connection_comes_with_its_own_alone(api, surprise, connection):
    """Other kinds have no event more than before, and neither has what was there already."""
    surprise(event_type="connection.sparkled")
    api.post("/agents", json={"name": "A"})
    api.patch(f"/connections/{connection['id']}", json={"external_id": "u"})
    assert api.get("/events?type=connection.sparkled").json()["data"] == []


def test_a_prompt_has_an_unknown_type_and_is_answered_as_ever(api, advance, run_task, surprise):
    """Runs and connections ask in that name; a client that goes by `fields` gets on."""
    surprise(interaction_type="palm_reading")
    run = run_task("mfa_then_success")
    advance("10s")
    path = f"/task-runs/{run['id']}"
    prompt = api.get(path).json()["interaction"]
    assert (prompt["type"], [field["name"] for field in prompt["fields"]]) == (
        "palm_reading",
        ["code"],
    )
    again = api.post(f"{path}/interaction", json={"inputs": {"code": "000000"}}).json()
    assert again["interaction"]["type"] == "palm_reading"
    answer = api.post(f"{path}/interaction", json={"inputs": {"code": "123456"}}).json()
    assert answer["status"] == "running"


def test_a_connection_asks_in_that_name_too(api, advance, connection, surprise):
    """The prompt of a login is a prompt as well."""
    surprise(interaction_type="palm_reading")
    body = {"source_id": connection["source_id"], "auth_method": "none"}
    header = {"Deck-Sim-Scenario": "connection_needs_mfa"}
    opened = api.post("/connections", json=body, headers=header).json()
    advance("10s")
    prompt = api.get(f"/connections/{opened['id']}").json()["interaction"]
    assert prompt["type"] == "palm_reading"


def test_surprises_are_set_as_a_whole_and_taken_back(sim, surprise):
    """What is not said is off; null leaves all as it is; a reset takes all back."""
    assert surprise(fields=True, event_type="task.sparkled")["event_type"] == "task.sparkled"
    assert (
        sim.patch("/world", json={"additive_changes": None}).json()["additive_changes"]["fields"]
        is True
    )
    assert surprise(interaction_type="x") == {
        "fields": False,
        "event_type": None,
        "interaction_type": "x",
    }
    assert surprise() == {"fields": False, "event_type": None, "interaction_type": None}
    surprise(fields=True)
    assert sim.post("/reset").json()["additive_changes"]["fields"] is False


def test_equal_worlds_surprise_alike(api, sim, run_task, advance, surprise):
    """The same calls give the same bytes, additive_changes included."""
    seen = []
    for _ in "ab":
        sim.post("/reset")
        surprise(fields=True, event_type="agent.sparkled", interaction_type="x")
        seen.append([api.post("/agents", json={"name": "A"}).content, api.get("/events").content])
    assert seen[0] == seen[1]
