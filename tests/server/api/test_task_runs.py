def test_listing_finished_runs_polls_unfinished_runs(api, sim, run_task):
    run_task()
    sim.put("/clock", json={"mode": "on_poll"})
    polls = 0
    while not api.get("/task-runs?status=completed").json()["data"]:
        polls += 1
        assert polls < 10
    assert polls == 1
    assert sim.get("/clock").json()["now"] == "2025-01-15T09:30:11Z"


def test_other_reads_do_not_move_the_clock(api, sim, run_task, unchanged):
    run = run_task()
    sim.put("/clock", json={"mode": "on_poll"})
    with unchanged():
        api.get(f"/connections/{run['connection_id']}")
        api.get("/task-runs?task_id=other")
        api.get("/agents")
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "running"
