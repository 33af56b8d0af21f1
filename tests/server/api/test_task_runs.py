"""Task runs: start, answer, cancel, read."""

import pytest


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
        ({"inputs": {"code": {"a": 1}}}, [("input_invalid", "inputs.code")]),
        ({"inputs": {"code": [1]}}, [("input_invalid", "inputs.code")]),
    ],
)
def test_an_answer_must_have_the_requested_fields(errors, advance, run_task, body, found):
    """An invalid answer leaves the interaction open and uses up no attempt."""
    path = f"/task-runs/{run_task('mfa_then_success')['id']}/interaction"
    assert errors("POST", path, 409, json={"inputs": {"code": "1"}}) == [("state_invalid", None)]
    advance("10s")
    assert errors("POST", path, 400, json=body) == found


BROKEN = [("input_invalid", "input.n")]
UNKNOWN = ("connection_not_found", "connection_id")


@pytest.mark.parametrize(
    ("body", "status", "found"),
    [
        ({}, 400, [("input_missing", "connection_id"), ("input_invalid", "input.n")]),
        ({"connection_id": "CONN", "input": {"n": "x"}}, 400, BROKEN),
        ({"connection_id": "x", "input": {"n": "x"}}, 404, [UNKNOWN, *BROKEN]),
        ({"connection_id": "x", "input": []}, 400, [("input_invalid", "input"), UNKNOWN]),
        (
            {"connection_id": 5, "input": [1]},
            400,
            [("input_invalid", "connection_id"), ("input_invalid", "input")],
        ),
        (
            {"connection_id": "x", "input": {"n": "x"}, "zz": 1},
            400,
            [("input_invalid", "zz"), UNKNOWN, *BROKEN],
        ),
    ],
)
def test_a_run_starts_only_with_a_valid_body(api, errors, task, connection, body, status, found):
    """Shape, references and input are checked together; a field has one problem."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    api.patch(f"/tasks/{task['id']}", json={"input_schema": schema})
    body = {n: connection["id"] if value == "CONN" else value for n, value in body.items()}
    assert errors("POST", f"/tasks/{task['id']}/run", status, json=body) == found


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
