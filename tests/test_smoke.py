def test_a_run_that_asks_for_a_code_finishes_once_it_gets_it(api, sim, run_task):
    run = run_task("mfa_then_success")
    sim.post("/clock/advance", json={"until": {"event": "task_run.interaction_required"}})
    answer = api.post(f"/task-runs/{run['id']}/interaction", json={"inputs": {"code": "123456"}})
    assert answer.json()["status"] == "running"
    sim.post("/clock/advance", json={"until": "idle"})
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "completed"
