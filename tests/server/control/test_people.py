def test_a_prompt_is_answered_and_a_run_canceled(sim, run_task, advance):
    prompted, queued = run_task("mfa_then_success"), run_task("agent_hangs")
    advance("1m")
    calls = sim.get("/requests").json()["data"]
    body = {"inputs": {"code": "123456"}}
    assert sim.post(f"/task-runs/{prompted['id']}/answer", json=body).json()["status"] == "running"
    assert sim.post(f"/task-runs/{queued['id']}/cancel").json()["status"] == "canceled"
    assert sim.get("/requests").json()["data"] == calls


def test_an_answer_is_checked_as_that_of_a_caller(errors, run_task, advance):
    run = run_task("mfa_then_success")
    path = f"/task-runs/{run['id']}/answer"
    early = errors("POST", path, 409, json={"inputs": {"code": "1"}})
    assert early == [("state_invalid", None)]
    advance("1m")
    blank = errors("POST", path, 400, json={"inputs": {"code": ""}})
    assert blank == [("input_missing", "inputs.code")]
    assert errors("POST", path, 400, json={"code": "1"})[0] == ("input_missing", "inputs")
