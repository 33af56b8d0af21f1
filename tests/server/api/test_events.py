"""Events over HTTP: their types and shapes, filters, pages, and the 30 days."""

import pytest

from deck_sim.contract.editions import EDITIONS

MANUAL = """\
version: 1
name: everything
summary: A run that goes through every status it can.
task_run:
  - queued: 1s
  - running: 1s
  - file: report.txt
  - interaction_required: {type: mfa, message: Code?}
  - running: 1s
  - pending: 1s
  - completed: {output: {}}
"""


@pytest.fixture
def types(api):
    """The types of the events, oldest first."""

    def types(**query):
        data = api.get("/events", params={"limit": 100, **query}).json()["data"]
        return [event["type"] for event in reversed(data)]

    return types


def _source(api):
    body = {"type": "website", "website": {"url": "https://a.example"}}
    return api.post("/sources", json=body).json()["id"]


def _open(api, sim, scenario):
    headers = {"Deck-Sim-Scenario": scenario}
    body = {"source_id": _source(api), "auth_method": "none"}
    made = api.post("/connections", json=body, headers=headers).json()["id"]
    sim.post("/clock/advance", json={"until": "idle"})
    return made


def _touch_resources(api):
    """Create, change and delete one of each."""
    agent = api.post("/agents", json={"name": "a"}).json()["id"]
    task = api.post("/tasks", json={"name": "t", "agent_id": agent}).json()["id"]
    api.post(f"/tasks/{task}/reset")
    for path in (f"/tasks/{task}", f"/agents/{agent}", f"/sources/{_source(api)}"):
        api.patch(path, json={"name": "b"})
        api.delete(path)


def _live_through_connections(api, sim):
    api.post(f"/connections/{_open(api, sim, 'success')}/disconnect")
    api.post(f"/connections/{_open(api, sim, 'connection_needs_mfa')}/terminate")
    sim.post(f"/connections/{_open(api, sim, 'success')}/invalidate")


def _live_through_runs(api, sim, run_task):
    sim.put("/scenarios/everything", content=MANUAL)
    run = run_task("everything")["id"]
    sim.post("/clock/advance", json={"until": "idle"})
    api.post(f"/task-runs/{run}/interaction", json={"inputs": {"code": "1"}})
    api.post(f"/task-runs/{run_task()['id']}/cancel")
    run_task("source_down")
    sim.post("/clock/advance", json={"until": "idle"})


def _keep_files(api, task, sim):
    api.patch(f"/tasks/{task['id']}", json={"storage": {"enabled": True}})


def test_every_documented_type_is_emitted_by_some_call(api, sim, task, run_task, types):
    """The whole table of event types is lived through, and each is emitted."""
    made = {"name": "q", "type": "aws_sqs", "events": ["*"]}
    queue = api.post("/event-destinations", json=made).json()["id"]
    for status in ("inactive", "active"):
        api.patch(f"/event-destinations/{queue}", json={"status": status})
    _touch_resources(api)
    _keep_files(api, task, sim)
    _live_through_connections(api, sim)
    _live_through_runs(api, sim, run_task)
    kept = [event for event in sim.get("/events").json()["data"] if "storage." in event["type"]]
    sim.delete(f"/storage/{kept[0]['data']['id']}")
    emitted = {event["type"] for event in sim.get("/events").json()["data"]}
    assert emitted == set(EDITIONS["connections"].event_types)


def test_an_event_holds_the_whole_resource_as_it_was(api):
    """What an event shows does not change with its resource, nor with what that embeds."""
    made = api.post("/agents", json={"name": "first"}).json()
    api.post("/tasks", json={"name": "t", "agent_id": made["id"]})
    api.patch(f"/agents/{made['id']}", json={"name": "second"})
    event = api.get("/events", params={"type": "agent.created"}).json()["data"][0]
    del made["request_id"]
    assert event["data"] == made
    assert list(event) == ["id", "object", "type", "data", "created_at"]
    assert event["object"] == "event"
    updated = api.get("/events", params={"type": "agent.updated"}).json()["data"][0]
    assert [task["name"] for task in updated["data"]["tasks"]] == ["t"]


def test_events_of_runs_and_connections_carry_the_external_id(api, connection, run_task, sim):
    """The external id is that of the moment of the event."""
    api.patch(f"/connections/{connection['id']}", json={"external_id": "user-1"})
    run_task()
    api.patch(f"/connections/{connection['id']}", json={"external_id": "user-2"})
    event = api.get("/events", params={"type": "task_run.queued"}).json()["data"][0]
    assert event["data"]["external_id"] == "user-1"


def test_one_event_is_shown_with_a_request_id(api, agent):
    """A single event is as in the list, and has the id of the request."""
    agent()
    listed = api.get("/events").json()["data"][0]
    shown = api.get(f"/events/{listed['id']}").json()
    assert shown.pop("request_id").startswith("req_")
    assert shown == listed


def test_an_unknown_event_is_not_found(api):
    """An id that there is not is a 404 of its own."""
    answer = api.get("/events/evt_nobody")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["code"] == "event_not_found"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["agent.created", "source.created"]),
        ({"type": "agent.created"}, ["agent.created"]),
        ({"type[]": ["agent.created", "source.created"]}, ["agent.created", "source.created"]),
        ({"type": "task.reset"}, []),
        ({"created_after": "2025-01-15T09:30:00Z"}, ["source.created"]),
        ({"created_before": "2025-01-15T09:30:01Z"}, ["agent.created"]),
    ],
)
def test_events_are_filtered_by_type_and_time(api, agent, advance, types, query, found):
    """The filters are those that the API documents."""
    agent()
    advance("1s")
    _source(api)
    assert types(**query) == found


def test_events_come_in_pages_newest_first(api, agent):
    """A page names the next one, and none is lost while more come in."""
    for number in range(3):
        agent(f"{number}")
    first = api.get("/events", params={"limit": 2}).json()
    agent("late")
    second = api.get("/events", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    names = [event["data"]["name"] for page in (first, second) for event in page["data"]]
    assert names == ["2", "1", "0"]
    assert (first["has_more"], second["has_more"], second["next_cursor"]) == (True, False, None)


def test_a_bad_page_is_refused_with_every_problem_and_moves_no_clock(api, sim, run_task, unchanged):
    """A refused call does not even let an `on_poll` clock jump."""
    sim.put("/clock", json={"mode": "on_poll"})
    run_task()
    query = {"limit": 0, "cursor": "x", "created_after": "soon"}
    with unchanged():
        answer = api.get("/events", params=query)
    assert [e["field"] for e in answer.json()["errors"]] == ["limit", "cursor", "created_after"]


def test_events_are_kept_for_thirty_days_of_the_world(api, agent, advance, types):
    """An event can be read for 30 days, and then no more."""
    agent()
    event = api.get("/events").json()["data"][0]["id"]
    advance("30d")
    assert types() == ["agent.created"]
    assert api.get(f"/events/{event}").status_code == 200
    advance("1ms")
    assert types() == []
    assert api.get(f"/events/{event}").status_code == 404


def test_a_cursor_outlives_its_event(api, agent, advance):
    """Who pages while events grow too old comes to the end of the list, and to no error."""
    for _ in range(3):
        agent()
    cursor = api.get("/events", params={"limit": 1}).json()["next_cursor"]
    advance("31d")
    agent()
    page = api.get("/events", params={"cursor": cursor}).json()
    assert (page["data"], page["has_more"], page["next_cursor"]) == ([], False, None)


def test_a_loop_that_polls_events_ends(api, sim, run_task, types):
    """With `on_poll`, whoever waits for an event sees it come."""
    run_task()
    sim.put("/clock", json={"mode": "on_poll"})
    polls = 0
    while "task_run.completed" not in types():
        polls += 1
    assert polls > 0


def test_the_types_are_listed(api):
    """Every documented type is listed, once."""
    data = api.get("/event-types").json()["data"]
    assert [item["type"] for item in data] == [*EDITIONS["connections"].event_types]
    assert data[0] == {"object": "event_type", "type": "agent.created"}
