"""Sessions of the `credentials` edition."""

import pytest


def test_an_unused_session_ends_after_ten_minutes(start, advance, session_of, event_types):
    """Queued and running with its run, then idle, and completed after ten minutes."""
    run = start()
    statuses = [session_of(run)["status"]]
    for length in ("2s", "8s", "9m59s", "1s", "1s"):
        advance(length)
        statuses.append(session_of(run)["status"])
    assert statuses == ["queued", "running", "idle", "idle", "completing", "completed"]
    assert event_types(session_of(run)) == [
        f"session.{w}" for w in ("queued", "running", "idle", "completing", "completed")
    ]


def test_a_queued_run_takes_its_session(api, credential, start, advance, task, refused):
    """And a session that is queued itself can run nothing."""
    opened = api.post("/sessions", json={"credential_id": credential["id"]}).json()
    refused("POST", f"/tasks/{task['id']}/run", 409, json={"session_id": opened["id"]})
    session = start()["session_id"]
    advance("10s")
    run = start(session_id=session)
    answer = refused("POST", f"/tasks/{task['id']}/run", 409, json={"session_id": session})
    assert run["id"] in answer.json()["errors"][0]["message"]


def test_ending_a_session_cancels_its_run(api, start, advance, session_of, look, event_types):
    """Session and run end within seconds."""
    run = start()
    advance("3s")
    ended = api.post(f"/sessions/{run['session_id']}/end").json()
    assert (ended["status"], look(run)["status"]) == ("completing", "cancelling")
    advance("2s")
    assert (session_of(run)["status"], look(run)["status"]) == ("completed", "canceled")
    assert event_types(run)[-2:] == ["task_run.canceling", "task_run.canceled"]


@pytest.mark.parametrize(
    ("scenario", "status"),
    [
        ("credentials_rejected", "failed"),
        ("login_times_out", "completing"),
        ("source_down", "idle"),
        ("task_fails", "idle"),
    ],
)
def test_a_failed_run_fails_completes_or_frees_its_session(
    scenario, status, sim, start, session_of
):
    """A failed login fails the session; a session that was never open completes; another stays
    idle.
    """
    run = start(scenario)
    sim.post("/clock/advance", json={"until": {"event": "task_run.failed"}})
    assert session_of(run)["status"] == status


def test_polling_a_session_moves_the_run_that_uses_it(sim, start, session_of):
    """On an `on_poll` clock, until the session is idle; then a read moves nothing."""
    run = start()
    sim.put("/clock", json={"mode": "on_poll"})
    assert [session_of(run)["status"] for _ in range(4)] == ["running", "idle", "idle", "idle"]


def test_a_session_can_start_without_a_run(api, credential, advance):
    """It is queued, plays a script of its own, and a run can use it."""
    opened = api.post("/sessions", json={"credential_id": credential["id"]})
    assert opened.headers["Deck-Sim-Scenario"] == "success; because=default"
    session = opened.json()
    assert (session["status"], session["task_runs"]) == ("queued", [])
    advance("2s")
    assert api.get(f"/sessions/{session['id']}").json()["status"] == "idle"


def test_dropping_a_session_fails_its_run(sim, start, advance, look, session_of):
    """The run fails, and the credential does not change."""
    run = start()
    advance("3s")
    assert sim.post(f"/sessions/{run['session_id']}/drop").json()["status"] == "failed"
    assert (look(run)["status"], look(run)["errors"][0]["code"]) == ("failed", "task_failed")


def test_a_session_has_the_documented_fields_and_its_runs(start, advance, session_of):
    """Oldest first, and no login of its own."""
    first = start()
    advance("10s")
    second = start(session_id=first["session_id"])
    session = session_of(second)
    names = ["id", "object", "status", "runtime_ms", "task_runs", "created_at", "updated_at"]
    assert [*session] == [*names, "request_id"]
    assert session["task_runs"] == [
        {name: run[name] for name in ("id", "task_id", "agent_id", "credential_id")}
        for run in (first, second)
    ]


def test_the_runtime_of_a_session_counts_until_it_ends(api, start, advance, session_of, look):
    """From its first `running`, idle time included; events keep the value of their moment."""
    run, found = start(), []
    for length in ("1s", "4s", "5s", "9m52s", "1m"):
        advance(length)
        found.append((session_of(run)["runtime_ms"], look(run)["runtime_ms"]))
    assert found == [(0, 0), (3000, 3000), (8000, 8000), (600_000, 8000), (609_000, 8000)]
    events = api.get("/events", params={"type[]": ["task_run.running", "task_run.completed"]})
    assert [e["data"]["runtime_ms"] for e in events.json()["data"]] == [8000, 0]


def test_a_session_is_idle_again_when_its_queued_run_is_canceled(api, start, advance, session_of):
    """The session is free again, and its ten minutes restart."""
    first = start()
    advance("10s")
    run = start(session_id=first["session_id"])
    api.post(f"/task-runs/{run['id']}/cancel")
    advance("10m")
    assert session_of(run)["status"] == "idle"
    advance("1s")
    assert session_of(run)["status"] == "completing"


@pytest.mark.parametrize(
    ("client", "call"),
    [
        ("api", ("POST", "/sessions/{session_id}/end")),
        ("api", ("DELETE", "/credentials/{credential_id}")),
        ("sim", ("POST", "/sessions/{session_id}/drop")),
    ],
)
def test_a_cancelling_run_never_fails(client, call, request, api, start, advance, look):
    """Whatever happens to its login in that second, it is canceled."""
    run, (method, path) = start(), call
    advance("3s")
    api.post(f"/task-runs/{run['id']}/cancel")
    answer = request.getfixturevalue(client).request(method, path.format(**run))
    assert answer.status_code == 200, answer.text
    advance("1s")
    assert look(run)["status"] == "canceled"


def test_a_call_that_needs_a_session_too_many_is_a_429(api, sim, task, credential, start, advance):
    """A run and a new session are refused; a slot is free again when a session ends."""
    sim.patch("/world", json={"session_limit": 1})
    first = start("success")
    body = {"credential_id": credential["id"]}
    for path in (f"/tasks/{task['id']}/run", "/sessions"):
        answer = api.post(path, json=body)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["code"]) == (429, "session_limit_exceeded")
        assert error["message"] == "Agent sandbox limit exceeded."
    advance("1m")
    again = start("success", session_id=first["session_id"])  # needs no other session
    advance("1m")
    api.post(f"/sessions/{again['session_id']}/end")
    advance("2s")
    assert start("success")["session_id"] != first["session_id"]
