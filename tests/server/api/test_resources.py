"""Agents, sources and tasks: the five usual operations."""

import pytest


def test_an_agent_shows_its_tasks_until_they_are_deleted(api, task):
    path = f"/agents/{task['agent_id']}"
    short = {name: task[name] for name in ("id", "object", "name", "status")}
    other = api.post("/agents", json={"name": "Other"}).json()
    api.post("/tasks", json={"name": "Another", "agent_id": other["id"]})
    assert api.get(path).json()["tasks"] == [short]
    assert api.get("/agents").json()["data"][1]["tasks"] == [short]
    api.delete(f"/tasks/{task['id']}")
    assert api.get(path).json()["tasks"] == []


def test_an_empty_change_changes_nothing(api, task, unchanged):
    """An empty PATCH keeps `updated_at`, and emits no event."""
    with unchanged():
        assert api.patch(f"/tasks/{task['id']}", json={}).status_code == 200


def test_a_change_replaces_a_whole_object(api, task, connection):
    """Missing fields of `settings` get their defaults."""
    path = f"/tasks/{task['id']}"
    api.patch(path, json={"settings": {"timeout_seconds": 60}, "storage": {"enabled": True}})
    changed = api.patch(path, json={"settings": {}}).json()
    assert changed["settings"] == {"timeout_seconds": 1800}
    assert changed["storage"]["enabled"] is True
    run = api.post(f"{path}/run", json={"connection_id": connection["id"]})
    assert run.status_code == 201


def test_a_deleted_resource_can_be_deleted_again(api, task, errors, unchanged):
    """Every DELETE has the same answer, only the first has an effect; the resource is not found."""
    path = f"/tasks/{task['id']}"
    answers = [api.delete(path).json()]
    with unchanged():
        answers.append(api.delete(path).json())
    for answer in answers:
        assert answer.items() >= {"id": task["id"], "object": "task", "deleted": True}.items()
    assert errors("GET", path, 404) == [("task_not_found", None)]
    assert errors("PATCH", path, 404, json={}) == [("task_not_found", None)]
    assert errors("POST", f"{path}/run", 404, json={}) == [("task_not_found", None)]
    assert api.get("/tasks").json()["data"] == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/agents", "agent_not_found"),
        ("/sources", "source_not_found"),
        ("/tasks", "task_not_found"),
        ("/connections", "connection_not_found"),
        ("/task-runs", "task_run_not_found"),
        ("/events", "event_not_found"),
        ("/storage", "storage_not_found"),
    ],
)
def test_an_unknown_id_is_not_found(errors, path, code):
    for name in ("nope", "x" * 255, "x" * 20_000, "%00", "%FF", "%F0%9F%98%80", "a%20b", "{id}"):
        assert errors("GET", f"{path}/{name}", 404) == [(code, None)]


def test_the_message_about_null_says_whether_a_field_is_required(api, task):
    """An optional field is left out instead."""
    optional = {"name": "x", "agent_id": task["agent_id"], "settings": {"timeout_seconds": None}}
    calls = (("/agents", {"name": None}), ("/tasks", optional))
    texts = [api.post(path, json=sent).json()["errors"][0]["message"] for path, sent in calls]
    assert texts == [
        "`name` is required and cannot be empty.",
        "`settings.timeout_seconds` must not be null; leave it out, or send a value",
    ]


MISTAKES = {
    "nothing": ("/tasks", {}, [("input_missing", "name"), ("input_missing", "agent_id")]),
    "null": ("/agents", {"name": None}, [("input_missing", "name")]),
    "empty": ("/agents", {"name": ""}, [("input_missing", "name")]),
    "type": ("/agents", {"name": ["x"]}, [("input_invalid", "name")]),
    "unknown": ("/agents", {"name": "x", "nmae": 1}, [("input_invalid", "nmae")]),
    "nested": (
        "/sources",
        {"type": "website", "website": {"url": "hotel", "port": 1}},
        [("input_invalid", "website.url"), ("input_invalid", "website.port")],
    ),
    "nested missing": (
        "/sources",
        {"type": "website", "website": {}},
        [("input_missing", "website.url")],
    ),
    "nested type": (
        "/sources",
        {"type": "web", "website": 5},
        [("input_invalid", "type"), ("input_invalid", "website")],
    ),
    "unknown agent": ("/tasks", {"name": "x", "agent_id": "no"}, [("agent_not_found", "agent_id")]),
}


@pytest.mark.parametrize(("path", "body", "found"), MISTAKES.values(), ids=MISTAKES)
def test_an_invalid_create_reports_all_problems(errors, path, body, found):
    status = 404 if found[0][0].endswith("not_found") else 400
    assert errors("POST", path, status, json=body) == found
