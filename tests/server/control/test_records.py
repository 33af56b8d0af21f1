def test_the_timeline_merges_calls_and_what_they_caused(api, sim, task, connection):
    """A call is before what it caused, and after what happened earlier."""
    before = sim.get("/timeline").json()["next"]
    body = {"connection_id": connection["id"]}
    run = api.post(f"/tasks/{task['id']}/run", json=body).json()
    sim.post("/clock/advance", json={"by": "2s"})
    api.get(f"/task-runs/{run['id']}?include=input")
    api.post(f"/task-runs/{run['id']}/cancel")
    api.post(f"/task-runs/{run['id']}/cancel")
    path = f"/v2/task-runs/{run['id']}"
    entries = sim.get(f"/timeline?after={before}").json()["data"]
    assert [entry["what"] for entry in entries] == [
        f"POST /v2/tasks/{task['id']}/run -> 201 queued",
        "created as queued",
        "queued -> running",
        "advanced 2s",
        f"GET {path}?include=input -> 200 running",
        f"POST {path}/cancel -> 200 canceled",
        "running -> canceled",
        f"POST {path}/cancel -> 409 (request/state_invalid)",
    ]


def test_timeline_entries_of_calls_and_resources_are_data(api, sim):
    agent = api.post("/agents", json={"name": "x"}).json()
    api.get(f"/agents/{agent['id']}?token=abc")
    at = {"at": "2025-01-15T09:30:00Z"}
    call = {"kind": "call", "errors": [], "scenario": None, "fault": None, "replayed": False}
    call |= {"unanswered": None, "resource_id": agent["id"], "resource_ids": [], "status": 201}
    call |= {"number": 1, "after": 0, "method": "POST", "path": "/v2/agents", "query": ""}
    call_entry, created, read = sim.get("/timeline").json()["data"]
    what = "POST /v2/agents -> 201"
    assert call_entry == {**at, **call, "id": agent["request_id"], "what": what}
    about = {"number": 1, "kind": "agent", "what": "created", "about": {"name": "x"}}
    assert created == {**at, **about, "id": agent["id"]}
    assert (read["number"], read["after"]) == (2, 1)
    assert (read["query"], read["resource_ids"]) == ("token=•••", [agent["id"]])


def test_an_entry_has_the_status_the_changes_and_the_step(sim, advance, run_task, subscribe):
    hook = subscribe("task_run.queued")
    run = run_task("mfa_then_success", input={"n": 1})
    advance("1m")
    entries = sim.get("/timeline").json()["data"]
    created, _, prompted = [entry for entry in entries if entry["id"] == run["id"]]
    assert created["status"] == "queued"
    assert created["about"].items() >= {"scenario": "mfa_then_success", "because": "header"}.items()
    assert created["about"]["connection_id"] == run["connection_id"]
    assert (prompted["status"], prompted["step"]) == ("interaction_required", ["task_run", 2])
    assert prompted["changes"]["interaction"]["type"] == "mfa"
    delivery = next(e for e in entries if e["kind"] == "event_delivery")
    assert delivery["about"]["resource_id"] == run["id"]
    assert delivery["about"]["event_destination_id"] == hook["id"]


def test_the_journal_keeps_each_call_with_its_body(api, sim, run_task):
    run = run_task("source_down", input={"a": 1})
    api.get("/agents?limit=x")
    api.post("/agents", content=b"{oops")
    api.get("/test", headers={"Idempotency-Key": "k"})
    *_, started, listed, broken, keyed = sim.get("/requests").json()["data"]
    assert started.pop("headers").keys() == {"content-type", "user-agent"}
    assert started == {
        "at": "2025-01-15T09:30:01Z",
        "request_id": run["request_id"],
        "method": "POST",
        "path": f"/v2/tasks/{run['task_id']}/run",
        "query": "",
        "body": {"connection_id": run["connection_id"], "input": {"a": 1}},
        "status": 201,
        "answered": {"id": run["id"], "status": "queued"},
        "errors": [],
        "scenario": "source_down; because=header",
        "replayed": False,
        "fault": None,
        "unanswered": None,
    }
    assert (listed["query"], listed["body"], listed["scenario"]) == ("limit=x", None, None)
    assert keyed["headers"]["idempotency-key"] == "k"
    assert (broken["body"], broken["errors"]) == ("{oops", ["request/body_invalid"])


def test_calls_can_be_chosen_by_a_pattern(sim, api):
    api.post("/agents", json={"name": "Concierge"})
    api.get("/agents")
    matched = sim.get("/requests", params={"match": "POST /v2/*"}).json()["data"]
    assert [call["method"] for call in matched] == ["POST"]
    refused = sim.get("/requests", params={"match": "POST agents"})
    assert "write it like `POST /v2/tasks/*/run`" in refused.json()["errors"][0]["message"]
