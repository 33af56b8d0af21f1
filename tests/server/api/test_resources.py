"""Agents, sources and tasks: the five usual operations."""


def test_an_agent_shows_its_tasks_until_they_are_deleted(api, task):
    path = f"/agents/{task['agent_id']}"
    short = {name: task[name] for name in ("id", "object", "name", "status")}
    other = api.post("/agents", json={"name": "Other"}).json()
    api.post("/tasks", json={"name": "Another", "agent_id": other["id"]})
    assert api.get(path).json()["tasks"] == [short]
    assert api.get("/agents").json()["data"][1]["tasks"] == [short]
    api.delete(f"/tasks/{task['id']}")
    assert api.get(path).json()["tasks"] == []


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


def test_the_message_about_null_says_whether_a_field_is_required(api, task):
    """An optional field is left out instead."""
    optional = {"name": "x", "agent_id": task["agent_id"], "settings": {"timeout_seconds": None}}
    calls = (("/agents", {"name": None}), ("/tasks", optional))
    texts = [api.post(path, json=sent).json()["errors"][0]["message"] for path, sent in calls]
    assert texts == [
        "`name` is required and cannot be empty.",
        "`settings.timeout_seconds` must not be null; leave it out, or send a value",
    ]
