"""Task runs: start, answer, cancel, read."""

import pytest

WAITS = {
    "queued": [{"queued": "1h"}, {"running": "1s"}, "completed"],
    "running": ["queued", {"running": "1h"}, "completed"],
    "interaction_required": [
        "queued",
        "running",
        {"interaction_required": {"type": "mfa"}},
        "running",
        "completed",
    ],
    "pending": ["queued", "running", "pending", "completed"],
    "completed": ["queued", "running", "completed"],
    "failed": ["queued", {"failed": "task/task_failed"}],
}


@pytest.fixture
def run_in(api, sim, advance, run_task):
    """Start a run and bring it into a status; return its path."""

    def run_in(status):
        if status == "canceled":
            path = run_in("running")
            api.post(f"{path}/cancel")
            return path
        put = sim.put(f"/scenarios/waits_in_{status}", json={"task_run": WAITS[status]})
        assert put.status_code == 200, put.text
        path = f"/task-runs/{run_task(f'waits_in_{status}')['id']}"
        advance("1m")
        assert api.get(path).json()["status"] == status
        return path

    return run_in


@pytest.mark.parametrize("status", ["pending", "queued", "running"])
def test_an_unfinished_run_can_be_canceled(api, advance, run_in, status):
    """Cancel moves to `canceled`, and the script stops."""
    path = run_in(status)
    answer = api.post(f"{path}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    advance("2h")
    after = api.get(path).json()
    assert after | {"request_id": 0} == answer.json() | {"request_id": 0}
    assert (after["output"], after["errors"]) == (None, [])


@pytest.mark.parametrize("status", ["interaction_required", "completed", "failed", "canceled"])
def test_a_run_cannot_be_canceled_in_any_other_status(errors, run_in, status):
    """During an interaction, or when finished, cancel is a 409 that changes nothing."""
    assert errors("POST", f"{run_in(status)}/cancel", 409) == [("state_invalid", None)]


@pytest.mark.parametrize("status", [s for s in (*WAITS, "canceled") if s != "interaction_required"])
def test_only_an_open_interaction_can_be_answered(errors, run_in, status):
    """Without an interaction an answer is a 409 that changes nothing."""
    body = {"inputs": {"code": "1"}}
    path = f"{run_in(status)}/interaction"
    assert errors("POST", path, 409, json=body) == [("state_invalid", None)]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, [("input_missing", "inputs")]),
        ({"inputs": None}, [("input_missing", "inputs")]),
        ({"inputs": []}, [("input_invalid", "inputs")]),
        ({"inputs": {}}, [("input_missing", "inputs.code")]),
        ({"inputs": {"code": ""}}, [("input_missing", "inputs.code")]),
        (
            {"inputs": {"cod": "1"}},
            [("input_missing", "inputs.code"), ("input_invalid", "inputs.cod")],
        ),
        ({"input": {"code": "1"}}, [("input_missing", "inputs"), ("input_invalid", "input")]),
    ],
)
def test_an_answer_must_have_the_requested_fields(errors, run_in, body, found):
    """An invalid answer leaves the interaction open and uses up no attempt."""
    path = f"{run_in('interaction_required')}/interaction"
    assert errors("POST", path, 400, json=body) == found


def test_the_input_is_checked_before_the_run_starts(api, errors, task, connection):
    """Invalid input is reported with each field, together with an unknown connection."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["day"]}
    api.patch(f"/tasks/{task['id']}", json={"input_schema": schema})
    path = f"/tasks/{task['id']}/run"
    body = {"connection_id": connection["id"], "input": {"n": "x"}}
    broken = [("input_invalid", "input.day"), ("input_invalid", "input.n")]
    assert sorted(errors("POST", path, 400, json=body)) == broken
    body["connection_id"] = "conn_no"
    unknown = ("connection_not_found", "connection_id")
    found = errors("POST", path, 404, json=body)
    assert (found[0], sorted(found[1:])) == (unknown, broken)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, ("input_missing", "connection_id")),
        ({"connection_id": "x", "input": []}, ("input_invalid", "input")),
        ({"connection_id": "x", "inputs": {}}, ("input_invalid", "inputs")),
    ],
)
def test_a_run_does_not_start_with_an_invalid_body(errors, task, body, found):
    """Each problem of the body has its field."""
    assert found in errors("POST", f"/tasks/{task['id']}/run", 400, json=body)


@pytest.mark.parametrize("leave", [[], ["disconnect"], ["terminate"]])
def test_only_a_connected_connection_runs_tasks(api, errors, task, connection, leave):
    """Otherwise a run is a 409, and uses up no queued scenario."""
    connection_id = connection["id"]
    for name in leave:
        api.post(f"/connections/{connection_id}/{name}")
    if not leave:
        body = {"source_id": connection["source_id"], "auth_method": "none"}
        connection_id = api.post("/connections", json=body).json()["id"]
    body = {"connection_id": connection_id}
    path = f"/tasks/{task['id']}/run"
    assert errors("POST", path, 409, json=body) == [("state_invalid", None)]


def test_the_input_is_shown_only_if_included(api, run_task):
    """`include=input` shows it; an unknown include is ignored."""
    run = run_task(input={"a": 1})
    assert "input" not in run
    path = f"/task-runs/{run['id']}"
    for query in ("", "?include=", "?include=screenshots", "?include=Input"):
        assert "input" not in api.get(f"{path}{query}").json()
    for query in ("include=input", "include=storage,input", "include=x&include[]=input"):
        assert api.get(f"{path}?{query}").json()["input"] == {"a": 1}
        assert api.get(f"/task-runs?{query}").json()["data"][0]["input"] == {"a": 1}


def test_listing_finished_runs_polls_unfinished_runs(api, sim, run_task):
    """On an `on_poll` clock a list filtered by status moves unfinished runs, one due moment a
    time.
    """
    run_task()
    sim.put("/clock", json={"mode": "on_poll"})
    polls = 0
    while not api.get("/task-runs?status=completed").json()["data"]:
        polls += 1
        assert polls < 10
    assert polls == 1
    assert sim.get("/clock").json()["now"] == "2025-01-15T09:30:11Z"


def test_other_reads_do_not_move_the_clock(api, sim, run_task, unchanged):
    """On an `on_poll` clock only reads of unfinished resources move time."""
    run = run_task()
    sim.put("/clock", json={"mode": "on_poll"})
    with unchanged():
        api.get(f"/connections/{run['connection_id']}")
        api.get("/task-runs?task_id=other")
        api.get("/agents")
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "running"
