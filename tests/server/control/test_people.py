"""Control calls that stand for people and websites."""

import pytest


@pytest.mark.parametrize(
    ("verdict", "status", "codes"),
    [("approve", "completed", []), ("reject", "failed", ["review_rejected"])],
)
def test_a_pending_run_is_approved_or_rejected(api, sim, advance, run_task, verdict, status, codes):
    """Approved it completes, rejected it fails; the answer has the new status."""
    run = run_task("needs_approval")
    advance("1m")
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "pending"
    reviewed = sim.post(f"/task-runs/{run['id']}/{verdict}").json()
    assert reviewed["status"] == status
    assert [error["code"] for error in reviewed["errors"]] == codes
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == status


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_only_a_pending_run_can_be_reviewed(errors, run_task, verdict):
    """Another status is a 409, an unknown run a 404."""
    run = run_task()
    path = f"/task-runs/{run['id']}/{verdict}"
    assert errors("POST", path, 409) == [("state_invalid", None)]
    assert errors("POST", f"/task-runs/no/{verdict}", 404) == [("task_run_not_found", None)]


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("drop", "disconnected", "task_failed"), ("invalidate", "invalid", "auth_invalid")],
)
def test_a_connection_can_be_dropped_or_invalidated(
    api, sim, run_task, connection, name, status, code
):
    """Its running runs fail with it."""
    run = run_task()
    path = f"/connections/{connection['id']}"
    assert sim.post(f"{path}/{name}").json()["status"] == status
    assert api.get(path).json()["status"] == status
    failed = api.get(f"/task-runs/{run['id']}").json()
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", code)
