"""Runs of the `credentials` edition."""

import pytest


def test_a_new_run_shows_its_login_and_no_result(start, credential):
    run = start()
    assert run["session_id"].startswith("sess_")
    assert run["credential_id"] == credential["id"]
    assert run["source_id"] == credential["source_id"]
    assert (run["status"], run["result"]) == ("queued", None)
    assert "connection_id" not in run


@pytest.mark.parametrize("request_id", [None, "", "req_mine"])
def test_a_run_takes_a_request_id_and_ignores_it(start, credential, request_id):
    """The documented body names it; what it does is not known."""
    run = start(credential_id=credential["id"], request_id=request_id)
    assert run["request_id"] not in (None, "", "req_mine")


def test_runs_are_filtered_by_outcome(api, start, advance):
    """`outcome[]` takes several values; an unknown one is a 400 with the allowed ones."""
    runs = [start(scenario)["id"] for scenario in ("success", "source_down")]
    advance("5m")
    both = api.get("/task-runs", params={"outcome[]": ["success", "failure"]}).json()["data"]
    assert {run["id"] for run in both} == {*runs}
    (good,) = api.get("/task-runs", params={"outcome": "success"}).json()["data"]
    assert good["id"] == runs[0]
    wrong = api.get("/task-runs", params={"outcome": "sucess"})
    assert wrong.json()["errors"][0]["field"] == "outcome"
    assert "`success`, `failure` or `unknown`" in wrong.json()["errors"][0]["message"]


def test_an_interaction_is_answered_with_input(api, sim, start, errors):
    """The body's key is `input`; errors name the fields below it."""
    run = start("mfa_then_success")
    sim.post("/clock/advance", json={"until": {"event": "task_run.interaction_required"}})
    path = f"/task-runs/{run['id']}/interaction"
    assert errors("POST", path, 400, json={"inputs": {"code": "123456"}}) == [
        ("input_missing", "input"),
        ("input_invalid", "inputs"),
    ]
    assert errors("POST", path, 400, json={"input": {}}) == [("input_missing", "input.code")]
    assert api.post(path, json={"input": {"code": "123456"}}).json()["status"] == "running"


def test_a_run_needs_a_consistent_login(task, errors, credential, new_credential, start):
    """Missing, unknown and contradictory ids are all reported."""
    path, other = f"/tasks/{task['id']}/run", new_credential()
    session = start()["session_id"]
    for body, expected in [
        ({}, [("input_missing", "credential_id")]),
        ({"credential_id": "cred_x"}, [("credential_not_found", "credential_id")]),
        (
            {"session_id": "sess_x", "source_id": "src_x"},
            [("source_not_found", "source_id"), ("session_not_found", "session_id")],
        ),
        (
            {"credential_id": other["id"], "session_id": session},
            [("input_invalid", "credential_id")],
        ),
    ]:
        status = 400 if expected[0][0].startswith("input") else 404
        assert errors("POST", path, status, json=body) == expected


def test_events_of_runs_have_a_summary(api, start, advance):
    """Exactly the documented fields, in the documented order."""
    start()
    advance("10s")
    event = api.get("/events", params={"type": "task_run.completed"}).json()["data"][0]
    ids = ["task_id", "credential_id", "agent_id", "source_id"]
    times = ["runtime_ms", "created_at", "updated_at"]
    assert [*event["data"]] == ["id", "object", "status", "result", *ids, *times]


def test_a_session_starts_before_its_run_and_ends_after_it(api, start, advance):
    """A cause is announced before its effect."""
    start()
    advance("10s")
    types = [event["type"] for event in reversed(api.get("/events").json()["data"])]
    assert [type_ for type_ in types if type_.startswith(("session.", "task_run."))] == [
        *("session.queued", "task_run.queued", "session.running", "task_run.running"),
        *("task_run.completed", "session.idle"),
    ]


def test_expressions_can_use_the_credential_and_the_session(sim, start, look):
    """`credential`, `session` and `user` are those of the run."""
    wanted = {"who": "{{ user.username }}", "by": "{{ credential.id }}", "in": "{{ session.id }}"}
    sim.put("/scenarios/says", json={"task_run": ["running", {"completed": {"output": wanted}}]})
    run = start("says")
    assert look(run)["output"] == {
        "who": "alex",
        "by": run["credential_id"],
        "in": run["session_id"],
    }


def test_a_seeded_session_gets_the_source_of_its_credential(sim, start, credential):
    """Missing ids are those of its credential; a session without a source is refused."""
    wanted = {"sessions": [{"id": "sess_1", "credential_id": credential["id"]}]}
    sim.post("/seed", json={"resources": wanted})
    run = start(session_id="sess_1")
    assert run["credential_id"] == credential["id"]
    assert run["source_id"] == credential["source_id"]
    refused = sim.post("/seed", json={"resources": {"sessions": [{"id": "sess_2"}]}})
    assert refused.json()["errors"][0]["field"] == "resources.sessions[0].source_id"
