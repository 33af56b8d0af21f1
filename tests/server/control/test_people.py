"""Control calls that stand for people and websites."""

import pytest


@pytest.mark.parametrize(
    ("verdict", "status", "codes"),
    [("approve", "completed", []), ("reject", "failed", ["review_rejected"])],
)
def test_a_pending_run_is_approved_or_rejected(api, sim, advance, run_task, verdict, status, codes):
    run = run_task("needs_approval")
    advance("1m")
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "pending"
    reviewed = sim.post(f"/task-runs/{run['id']}/{verdict}").json()
    assert reviewed["status"] == status
    assert [error["code"] for error in reviewed["errors"]] == codes
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == status


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


def test_a_prompt_is_answered_and_a_run_canceled(sim, run_task, advance):
    """As by the Deck API, but without a call in the journal."""
    asked, queued = run_task("mfa_then_success"), run_task("agent_hangs")
    advance("1m")
    calls = sim.get("/requests").json()["data"]
    body = {"inputs": {"code": "123456"}}
    assert sim.post(f"/task-runs/{asked['id']}/answer", json=body).json()["status"] == "running"
    assert sim.post(f"/task-runs/{queued['id']}/cancel").json()["status"] == "canceled"
    assert sim.get("/requests").json()["data"] == calls


def test_an_answer_is_checked_as_that_of_a_caller(errors, run_task, advance):
    """Against the status, the prompt, and the shape of the body."""
    run = run_task("mfa_then_success")
    path = f"/task-runs/{run['id']}/answer"
    early = errors("POST", path, 409, json={"inputs": {"code": "1"}})
    assert early == [("state_invalid", None)]
    advance("1m")
    blank = errors("POST", path, 400, json={"inputs": {"code": ""}})
    assert blank == [("input_missing", "inputs.code")]
    assert errors("POST", path, 400, json={"code": "1"})[0] == ("input_missing", "inputs")
