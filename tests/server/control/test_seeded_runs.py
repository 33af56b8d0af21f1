import pytest

SITE = {"type": "website", "website": {"url": "https://hotel.example"}}
SCHEMA = {"type": "object", "properties": {"nights": {"type": "integer"}}, "required": ["nights"]}
TASK = {"id": "task_1", "name": "Read", "agent_id": "agt_1", "output_schema": SCHEMA}
PARTS = {
    "agents": [{"id": "agt_1", "name": "Concierge"}],
    "sources": [{"id": "src_1", **SITE}],
    "tasks": [TASK],
}
OUTPUT = {"nights": 2}
FAILED = [{"type": "source", "code": "source_error"}]
LOGINS = {"connections": "connection_id", "credentials": "credential_id"}  # by edition


@pytest.fixture(params=LOGINS)
def seed(request, sim):
    """Seed one run, with all that it needs."""
    sim.post("/reset", json={"edition": request.param})
    login = {LOGINS[request.param]: "log_1"}

    def seed(task=TASK, login_status=None, **run):
        stored = {"id": "log_1", "source_id": "src_1", "auth_method": "none"}
        resources = {
            **PARTS,
            "tasks": [task],
            request.param: [{**stored, "status": login_status} if login_status else stored],
            "task_runs": [{"id": "trun_1", "task_id": "task_1", **login, **run}],
        }
        return sim.post("/seed", json={"resources": resources})

    seed.edition = request.param
    return seed


@pytest.mark.parametrize(
    ("run", "status", "output", "result"),
    [
        ({"output": OUTPUT, "input": {"a": 1}}, "completed", OUTPUT, "success"),
        ({"errors": FAILED}, "failed", None, "failure"),
        ({"status": "canceled"}, "canceled", None, "unknown"),
    ],
)
def test_a_finished_run_is_seeded(api, sim, seed, run, status, output, result):
    answer = seed(**run, runtime_ms=5000, created_at="2025-01-01T00:00:00Z")
    assert answer.json().get("seeded", {}).get("task_runs") == ["trun_1"], answer.text
    seeded = api.get("/task-runs/trun_1?include=input").json()
    assert (seeded["status"], seeded["output"], seeded["runtime_ms"]) == (status, output, 5000)
    assert (seeded["input"], seeded["created_at"]) == (run.get("input", {}), "2025-01-01T00:00:00Z")
    assert (seeded["agent_id"], seeded["source_id"]) == ("agt_1", "src_1")
    assert seeded.get("result") == (result if seed.edition == "credentials" else None)
    codes = [error["code"] for error in run.get("errors", [])]
    assert [error["code"] for error in seeded["errors"]] == codes
    assert sim.get("/events").json()["data"] == []
    assert api.get("/task-runs?task_id=task_1").json()["data"][0]["id"] == "trun_1"


@pytest.mark.parametrize("seed", ["credentials"], indirect=True)
@pytest.mark.parametrize("result", ["success", "failure", "unknown"])
def test_a_completed_run_may_be_seeded_with_each_result(api, seed, result):
    assert seed(status="completed", result=result).status_code == 200
    assert api.get("/task-runs/trun_1").json()["result"] == result


def test_a_seeded_run_may_play_a_scenario(api, sim, seed, advance):
    assert seed(scenario="success").status_code == 200
    assert api.get("/task-runs/trun_1").json()["status"] == "queued"
    assert sim.get("/events").json()["data"] == []
    advance("1m")
    assert api.get("/task-runs/trun_1").json()["status"] == "completed"
    types = [event["type"] for event in sim.get("/events").json()["data"]]
    assert {"task_run.running", "task_run.completed"} <= {*types}


def test_a_wrong_seeded_run_is_refused(seed, unchanged):
    wrong = []
    for run, field in [
        ({"task_id": "task_9"}, "task_id"),
        ({"task_id": 5}, "task_id"),
        ({"input": 5}, "input"),
        ({"status": "running"}, "status"),
        ({"output": {"nights": "two"}}, "output.nights"),
        ({"output": OUTPUT, "status": "canceled"}, "output"),
        ({"status": "failed"}, "errors"),
        ({"errors": FAILED, "status": "completed"}, "errors"),
        ({"errors": [{"type": "source", "code": "gone"}]}, "errors[0].code"),
        ({"errors": ["gone"]}, "errors[0]"),
        ({"errors": "gone", "status": "failed"}, "errors"),
        ({"result": "lost"}, "result"),
        ({"errors": FAILED, "result": "success"}, "result"),
        ({"scenario": "sucess"}, "scenario"),
        ({"scenario": 5}, "scenario"),
        ({"scenario": "success", "output": OUTPUT}, "output"),
        ({"nme": 1}, "nme"),
    ]:
        with unchanged():
            answer = seed(**run)
        fields = [error["field"] for error in answer.json()["errors"]]
        if fields != [f"resources.task_runs[0].{field}"] or answer.status_code not in (400, 404):
            wrong.append((run, fields))
    assert wrong == []


@pytest.mark.parametrize("seed", ["connections"], indirect=True)
def test_a_seeded_run_is_checked_with_what_it_names(seed, unchanged):
    impossible = {**TASK, "output_schema": {**SCHEMA, "not": {"required": ["nights"]}}}
    for options, status, code, field in [
        ({"login_status": "invalid", "scenario": "success"}, 409, "state_invalid", ""),
        ({"task": impossible}, 400, "input_invalid", ".output"),
        ({"result": "success"}, 400, "input_invalid", ".result"),
        ({"scenario": "rate_limited"}, 429, "rate_limit_exceeded", ""),
    ]:
        with unchanged():
            answer = seed(**options)
        assert answer.status_code == status
        for error in answer.json()["errors"]:
            assert (error["code"], error["field"]) == (code, f"resources.task_runs[0]{field}")


def test_nothing_is_seeded_from_the_future(sim):
    agent = {"id": "a", "name": "A", "created_at": "2025-01-15T10:30:00.001+01:00"}
    refused = sim.post("/seed", json={"resources": {"agents": [agent]}})
    assert refused.json()["errors"][0]["message"] == (
        "resources.agents[0]: `created_at` is 2025-01-15T10:30:00.001+01:00, but this world's"
        " time is 2025-01-15T09:30:00Z; give an earlier moment, or move the clock first"
    )
    agent["created_at"] = "2025-01-15T10:30:00+01:00"
    assert sim.post("/seed", json={"resources": {"agents": [agent]}}).status_code == 200
