import pytest


@pytest.mark.parametrize(("minutes", "text"), [(30, "for 30 minutes"), (40, "of 40 minutes")])
def test_it_replaces_the_default_timeout_alone(
    api, sim, advance, put, task, connection, minutes, text
):
    """A run becomes inactive after 45 minutes; a task with a timeout of its own keeps it."""
    api.patch(f"/tasks/{task['id']}", json={"settings": {"timeout_seconds": minutes * 60}})
    name = put("task_timeout: 2h\ntask_run: [queued, running: 45m, running: stuck]")
    body = {"connection_id": connection["id"], "input": {}}
    header = {"Deck-Sim-Scenario": name}
    run = api.post(f"/tasks/{task['id']}/run", json=body, headers=header).json()
    advance("3h")
    (error,) = api.get(f"/task-runs/{run['id']}").json()["errors"]
    assert error["message"].endswith(f"{text}.")
