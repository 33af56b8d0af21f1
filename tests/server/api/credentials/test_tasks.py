"""Tasks of the `credentials` edition: the id that a client may choose."""

import pytest


@pytest.fixture
def create(api):
    """Create a task with these fields."""
    agent = api.post("/agents", json={"name": "Concierge"}).json()["id"]
    return lambda **body: api.post("/tasks", json={"name": "Read", "agent_id": agent, **body})


def test_a_client_may_choose_the_id_of_a_task(api, create):
    """Null is no choice."""
    chosen = f"task_{'a' * 250}"
    assert create(id=chosen).json()["id"] == chosen
    assert api.get(f"/tasks/{chosen}").json()["id"] == chosen
    assert create(id=None).status_code == 201


@pytest.mark.parametrize("wrong", ["mine", "task_", "task_a/b", f"task_{'a' * 251}", "task_a\n", 5])
def test_a_badly_formed_id_is_refused(create, wrong):
    """It needs the prefix, at most 255 characters, and only some of them."""
    answer = create(id=wrong)
    assert answer.status_code == 400
    assert [(e["code"], e["field"]) for e in answer.json()["errors"]] == [("input_invalid", "id")]
