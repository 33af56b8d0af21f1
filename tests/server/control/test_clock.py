from datetime import timedelta


def test_the_clock_can_be_set(sim):
    body = {"mode": "on_poll", "now": "2025-01-15T10:00:00Z", "step": "5s"}
    clock = sim.put("/clock", json=body).json()
    clock.pop("request_id")
    assert clock == {**body, "speed": 1}
    assert sim.put("/clock", json={"mode": "real", "speed": 0.001}).json()["speed"] == 0.001
    frozen = sim.put("/clock", json={"mode": "frozen"}).json()
    assert (frozen["now"][:16], frozen["step"]) == (body["now"][:16], None)


def test_next_shows_what_is_due_and_what_waits(sim, run_task):
    run = run_task("mfa_then_success")
    due = sim.get("/next").json()["due"]
    id_ = run["id"]
    steps, times_out = {"what": "the script continues"}, {"what": "the task times out"}
    assert due == [
        {"at": "2025-01-15T09:30:03Z", "in": "2s", "id": id_, **steps, "to": "running"},
        {"at": "2025-01-15T10:00:01Z", "in": "30m", "id": id_, **times_out, "to": "failed"},
    ]
    sim.post("/clock/advance", json={"by": "10s"})
    after = sim.get("/next").json()
    assert [timer["what"] for timer in after["due"]] == [
        "the interaction times out",
        "the task times out",
        "the run fails for inactivity",
    ]
    waiting = {"id": run["id"], "kind": "task_run", "status": "interaction_required"}
    assert after["waiting"] == [{**waiting, "answer": {"code": "123456"}}]


def test_each_call_brings_a_real_clock_up_to_date(sim):
    """Also if nothing is due."""
    sim.put("/clock", json={"mode": "real", "speed": 1_000_000})
    before, now = (sim.get("/clock").json()["now"] for _ in range(2))
    assert before < now


def test_an_advance_can_be_the_sleep_of_a_client(sim, simulation):
    """What moved the clock is counted, so that exploration knows what a test is about."""
    before = simulation().world.now
    moves = [{"sleep": "5s"}, {"by": "1s"}, {"until": "idle"}, {"to": "2025-01-16T00:00:00Z"}]
    for how in moves:
        assert sim.post("/clock/advance", json=how).status_code == 200
        if "sleep" in how:
            assert simulation().world.now - before == timedelta(seconds=5)
    assert simulation().moves == {"sleep": 1, "by": 1, "until": 1, "to": 1}


def test_the_events_that_an_advance_waits_for_are_counted(sim, simulation, run_task):
    run_task()
    until = {"event": ["task_run.completed", "task_run.failed"]}
    assert sim.post("/clock/advance", json={"until": until}).status_code == 200
    assert simulation().moves == {"by": 1, "task_run.completed,task_run.failed": 1}


def test_an_advance_says_what_is_due_next(sim, run_task):
    run = run_task("slow_success")
    moved = sim.post("/clock/advance", json={"by": "0ms"}).json()
    assert moved["next"] == sim.get("/next").json()["due"][0]
    assert (moved["next"]["id"], moved["next"]["to"]) == (run["id"], "running")
    assert sim.post("/clock/advance", json={"by": "1d"}).json()["next"] is None


def test_an_advance_to_what_is_due_reaches_it(sim, run_task):
    """Also if it is due between two milliseconds, as after a real clock was frozen."""
    sim.post("/clock/advance", json={"by": "0.5ms"})
    run = run_task()
    due = sim.get("/next").json()["due"][0]
    assert due["at"] == "2025-01-15T09:30:03.001Z"
    sim.post("/clock/advance", json={"to": due["at"]})
    assert sim.get(f"/resources/{run['id']}").json()["resource"]["status"] == "running"
