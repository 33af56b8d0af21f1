"""The `task_timeout` of a scenario."""

import pytest

IMPOSSIBLE = ("500ms", "366d", "soon", "0s", "5")


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


def test_a_timeout_that_no_task_can_have_is_a_mistake(mistakes):
    """A timeout is 1s to 365d, in whole seconds."""
    bodies = {t: f"task_timeout: {t}\ntask_run: [running, completed]\n" for t in IMPOSSIBLE}
    assert [t for t, body in bodies.items() if "task_timeout: " not in mistakes(body)[0]] == []
