INPUT = {"type": "object", "properties": {"check_in": {"type": "string"}}, "required": ["check_in"]}
OUTPUT = {"type": "object", "properties": {"hotel": {"const": "Sea View"}}, "required": ["hotel"]}


def test_a_client_runs_a_task_and_reads_the_output(api, advance):
    website = {"type": "website", "website": {"url": "https://hotel.example"}}
    source = api.post("/sources", json=website)
    assert (source.status_code, source.json()["name"]) == (200, None)
    agent = api.post("/agents", json={"name": "Concierge"})
    assert (agent.status_code, agent.json()["tasks"]) == (201, [])
    body = {"name": "Read", "agent_id": agent.json()["id"]}
    body |= {"input_schema": INPUT, "output_schema": OUTPUT}
    task = api.post("/tasks", json=body)
    assert task.status_code == 201
    assert task.json()["status"] == "learning"
    assert task.json()["settings"] == {"timeout_seconds": 1800}
    credentials = {"username": "alex", "password": "hunter2"}
    body = {"source_id": source.json()["id"], "auth_method": "username_password"}
    body |= {"auth_credentials": credentials, "external_id": "user-7"}
    opened = api.post("/connections", json=body)
    assert (opened.status_code, opened.json()["status"]) == (201, "connecting")
    connection = f"/connections/{opened.json()['id']}"
    advance("1s")
    assert api.get(connection).json()["status"] == "connected"

    body = {"connection_id": opened.json()["id"], "input": {"check_in": "2025-02-01"}}
    headers = {"Deck-Sim-Scenario": "mfa_then_success"}
    started = api.post(f"/tasks/{task.json()['id']}/run", json=body, headers=headers)
    assert (started.status_code, started.json()["status"]) == (201, "queued")
    run = f"/task-runs/{started.json()['id']}"
    advance("2s")
    assert api.get(run).json()["status"] == "running"
    advance("8s")
    asking = api.get(run).json()
    assert asking["status"] == "interaction_required"
    assert asking["interaction"] == {
        "type": "mfa",
        "message": "Enter the 6-digit code sent to your phone",
        "fields": [{"name": "code", "type": "string", "label": "Verification code"}],
    }
    wrong = api.post(f"{run}/interaction", json={"inputs": {"code": "000000"}})
    assert (wrong.status_code, wrong.json()["status"]) == (200, "interaction_required")
    right = api.post(f"{run}/interaction", json={"inputs": {"code": "123456"}})
    assert (right.status_code, right.json()["status"]) == (200, "running")
    advance("3s")
    done = api.get(run).json()
    done.pop("request_id")
    assert done == {
        "id": started.json()["id"],
        "object": "task_run",
        "status": "completed",
        "task_id": task.json()["id"],
        "agent_id": agent.json()["id"],
        "source_id": source.json()["id"],
        "connection_id": opened.json()["id"],
        "runtime_ms": 11_000,
        "output": {"hotel": "Sea View"},
        "errors": [],
        "interaction": None,
        "created_at": "2025-01-15T09:30:01Z",
        "updated_at": "2025-01-15T09:30:14Z",
    }
