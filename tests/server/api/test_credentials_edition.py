import pytest

LOGIN = {"username": "alex", "password": "hunter2"}
URL = "http://127.0.0.1:9/hook"
WEBHOOK = {"name": "App", "webhook": {"url": URL}, "events": ["*"]}
QUEUE = {"name": "Queue", "type": "aws_sqs", "aws_sqs": {"queue_url": "q"}, "events": ["*"]}


@pytest.fixture(autouse=True)
def edition(sim):
    """Every test of this file has a world of the other edition."""
    sim.post("/reset", json={"edition": "credentials"})


@pytest.fixture
def credential(api, source):
    body = {"source_id": source["id"], "auth_method": "username_password"}
    return api.post("/credentials", json={**body, "auth_credentials": LOGIN}).json()


@pytest.fixture
def start(api, task, credential):
    def start(scenario="success", **body):
        body = body or {"credential_id": credential["id"]}
        headers = {"Deck-Sim-Scenario": scenario}
        return api.call("POST", f"/tasks/{task['id']}/run", body, headers=headers)

    return start


def test_every_source_field_is_readable(api, sim, source):
    """In the API's answers; the control API hides those with the names of secrets."""
    fields = {"company_id": "c2", "pin": "918273", "token_id": "918273", "access_key": "918273"}
    body = {"source_id": source["id"], "auth_credentials": {"source_fields": fields}}
    created = api.post("/credentials", json=body).json()
    (listed,) = api.get("/credentials").json()["data"]
    read = api.get(f"/credentials/{created['id']}").json()
    for credential in (created, listed, read):
        assert credential["auth_credentials"] == {"username": None, "source_fields": fields}
    records = [sim.get(path).text for path in ("/requests", f"/resources/{created['id']}")]
    assert all("c2" in text and "918273" not in text for text in records)


def test_a_run_takes_a_request_id_and_ignores_it(start, credential):
    """The documented body names it; what it does is not known."""
    for request_id in (None, "", "req_mine"):
        run = start(credential_id=credential["id"], request_id=request_id)
        assert run["request_id"] not in (None, "", "req_mine")


def test_runs_are_filtered_by_outcome(api, start, advance):
    runs = [start(scenario)["id"] for scenario in ("success", "source_down")]
    advance("5m")
    both = api.get("/task-runs", params={"outcome[]": ["success", "failure"]}).json()["data"]
    assert {run["id"] for run in both} == {*runs}
    (good,) = api.get("/task-runs", params={"outcome": "success"}).json()["data"]
    assert good["id"] == runs[0]


def test_a_run_without_a_login_has_the_method_none_for_rules(api, sim, source, task):
    rule = {"when": {"auth_method": "none"}, "scenario": "source_down"}
    sim.put("/rules", json={"rules": [rule]})
    run = api.post(f"/tasks/{task['id']}/run", json={"source_id": source["id"]})
    assert run.headers["Deck-Sim-Scenario"] == "source_down; because=rule"


def test_expressions_can_use_the_credential_and_the_session(api, sim, start):
    answer = {"who": "{{ user.username }}", "by": "{{ credential.id }}", "in": "{{ session.id }}"}
    sim.put("/scenarios/says", json={"task_run": ["running", {"completed": {"output": answer}}]})
    run = start("says")
    output = {"who": "alex", "by": run["credential_id"], "in": run["session_id"]}
    assert api.get(f"/task-runs/{run['id']}").json()["output"] == output


def test_a_seeded_session_gets_the_source_of_its_credential(sim, start, credential):
    resources = {"sessions": [{"id": "sess_1", "credential_id": credential["id"]}]}
    sim.post("/seed", json={"resources": resources})
    run = start(session_id="sess_1")
    assert run["credential_id"] == credential["id"]
    assert run["source_id"] == credential["source_id"]
    refused = sim.post("/seed", json={"resources": {"sessions": [{"id": "sess_2"}]}})
    assert refused.json()["errors"][0]["field"] == "resources.sessions[0].source_id"


def test_a_queued_run_takes_its_session(api, credential, start, advance, task, refused):
    opened = api.post("/sessions", json={"credential_id": credential["id"]})
    assert opened.headers["Deck-Sim-Scenario"] == "success; because=default"
    refused("POST", f"/tasks/{task['id']}/run", 409, json={"session_id": opened.json()["id"]})
    session = start()["session_id"]
    advance("10s")
    run = start(session_id=session)
    answer = refused("POST", f"/tasks/{task['id']}/run", 409, json={"session_id": session})
    assert run["id"] in answer.json()["errors"][0]["message"]


def test_a_run_that_fails_before_it_works_says_nothing_about_its_login(api, sim, start, advance):
    script = [{"queued": "1s"}, {"failed": "auth/auth_invalid"}]
    sim.put("/scenarios/early", json={"task_run": script})
    run = start("early")
    advance("1s")
    assert api.get(f"/task-runs/{run['id']}").json()["errors"][0]["code"] == "auth_invalid"
    assert api.get(f"/credentials/{run['credential_id']}").json()["status"] == "unverified"


def test_deleting_a_credential_ends_all_its_runs(api, start, credential):
    """But for one that is being canceled. Deleting it again changes nothing."""
    runs = [f"/task-runs/{start('agent_hangs')['id']}" for _ in range(2)]
    api.post(f"{runs[0]}/cancel")
    for _ in range(2):
        assert api.delete(f"/credentials/{credential['id']}").is_success
    assert [api.get(run).json()["status"] for run in runs] == ["cancelling", "failed"]


def test_ending_a_session_stops_the_script_of_its_run(api, sim, start, advance):
    sim.put("/scenarios/quick", json={"task_run": [{"running": "500ms"}, "completed"]})
    run = start("quick")
    api.post(f"/sessions/{run['session_id']}/end")
    advance("1s")
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "canceled"


def test_polling_a_session_moves_the_run_that_uses_it(api, sim, start):
    path = f"/sessions/{start()['session_id']}"
    sim.put("/clock", json={"mode": "on_poll"})
    assert [api.get(path).json()["status"] for _ in range(3)] == ["running", "idle", "idle"]


def test_a_call_above_the_session_limit_uses_up_no_queued_scenario(api, sim, task, credential):
    sim.patch("/world", json={"session_limit": 0})
    for kind, path in (("task_run", f"/tasks/{task['id']}/run"), ("session", "/sessions")):
        sim.post("/queue", json={"resource": kind, "scenarios": ["success"]})
        assert api.post(path, json={"credential_id": credential["id"]}).status_code == 429
    assert sim.get("/queue").json()["queues"] == {"task_run": ["success"], "session": ["success"]}


def test_a_client_may_choose_the_id_of_a_task_once(api, task, errors):
    body, chosen = {"name": "Read", "agent_id": task["agent_id"]}, f"task_{'a' * 250}"
    mine = {**body, "id": chosen}
    assert api.post("/tasks", json=mine).json()["id"] == chosen
    for call in (api.get, api.delete):
        assert errors("POST", "/tasks", 409, json=mine) == [("state_invalid", "id")]
        assert call(f"/tasks/{chosen}").json()["id"] == chosen
    assert errors("POST", "/tasks", 409, json=mine) == [("state_invalid", "id")]
    assert api.post("/tasks", json={**body, "id": None}).status_code == 201


def test_a_webhook_has_an_object_named_after_its_type(api):
    """Typed clients send null for the objects of other types, and need not say the type."""
    nulls = dict.fromkeys(("aws_sqs", "hookdeck"))
    created = api.post("/event-destinations", json={**WEBHOOK, **nulls}).json()
    path = f"/event-destinations/{created['id']}"
    assert created["webhook"].pop("secret").startswith("whsec_")
    assert (created["type"], created["webhook"]) == ("webhook", {"url": URL})
    assert "config" not in created
    for change in ({"webhook": {"secret": "whsec_" + "A" * 32}}, {"name": "N", **nulls}):
        assert api.patch(path, json=change).json()["webhook"] == {"url": URL}
    assert api.get(path).json()["webhook"] == {"url": URL}


def test_a_destination_needs_the_object_of_its_type_even_an_empty_one(errors, api):
    hook = {"name": "H", "type": "hookdeck", "events": ["*"]}
    for body in (hook, {**hook, "hookdeck": None}):
        refused = errors("POST", "/event-destinations", 400, json=body)
        assert refused == [("input_missing", "hookdeck")]
    assert api.post("/event-destinations", json={**hook, "hookdeck": {}}).status_code == 201


def test_a_destination_may_name_an_event_that_nothing_emits(api):
    """It was seen in the list of the live API."""
    assert "user.created" in [item["type"] for item in api.get("/event-types").json()["data"]]
    body = {**WEBHOOK, "events": ["user.created"]}
    assert api.post("/event-destinations", json=body).json()["events"] == ["user.created"]


def test_answers_have_only_the_listed_fields_of_a_destination(api):
    """Custom headers and other keys of a queue are accepted."""
    hook = {"url": URL, "custom_headers": '{"X-Key": "1"}'}
    queue = {"queue_url": "q", "account": "a", "access_key": "k"}
    for body, type_, sent in ((WEBHOOK, "webhook", hook), (QUEUE, "aws_sqs", queue)):
        created = api.post("/event-destinations", json={**body, type_: sent}).json()
        created[type_].pop("secret", None)
        path = f"/event-destinations/{created['id']}"
        changed = api.patch(path, json={type_: sent})
        for answer in (created, changed.json(), api.get(path).json()):
            assert answer[type_] == body[type_]


def test_messages_in_a_queue_have_no_request_id(api, sim, advance):
    created = api.post("/event-destinations", json=QUEUE).json()
    api.post("/agents", json={"name": "Concierge"})
    advance("1s")
    *_, message = sim.get(f"/destinations/{created['id']}/messages").json()["data"]
    assert (message["type"], "request_id" in message) == ("agent.created", False)
    assert [*message["data"]] == ["id", "object", "name"]


def test_equal_values_of_the_deduplication_schema_make_a_duplicate(api, sim, task, start, advance):
    """Whatever the name and content; a file without any of the fields is kept."""
    storage = {"enabled": True, "extraction": True, "extraction_schema": {}, "deduplication": True}
    storage["deduplication_schema"] = {"properties": {"number": {}, "month": {}}}
    api.patch(f"/tasks/{task['id']}", json={"storage": storage})
    march, april = ({"number": 7, "month": month, "page": month} for month in (3, 4))
    data = {"a": march, "b": {**march, "page": 9}, "c": april, "d": {"number": 7}, "e": "7"}
    data |= {"f": {"page": 3}, "g": {"page": 3}, "h": {"number": 7}}
    files = [{"file": {"name": name, "extraction": value}} for name, value in data.items()]
    sim.put("/scenarios/files", json={"task_run": ["running", *files, "completed"]})
    stored = []
    for _ in range(2):
        run = start("files")["id"]
        advance("1m")
        items = api.get(f"/task-runs/{run}?include=storage").json()["storage"]
        stored.append("".join(item["file_name"] for item in reversed(items)))
    assert stored == ["acdefg", "efg"]


def test_lists_and_runs_show_less_than_a_file(api, task, start, advance):
    storage = {"enabled": True, "extraction": True, "extraction_schema": {"required": ["total"]}}
    api.patch(f"/tasks/{task['id']}", json={"storage": storage})
    path = f"/task-runs/{start('downloads_statement')['id']}"
    advance("1m")
    (listed,) = api.get(f"{path}/storage").json()["data"]
    fields = "id object file_name file_type file_size purpose url extraction created_at"
    assert [*listed] == fields.split()
    assert api.get(f"{path}?include=storage").json()["storage"] == [listed]
    whole = api.get(f"/storage/{listed['id']}").json()
    assert whole == whole | listed
    assert {*whole} - {*listed} == {"task_run_id", "metadata", "result", "request_id"}
    assert whole["purpose"] == "output"
    assert (whole["result"], whole["metadata"], "fetch_date" in whole) == ("success", None, False)
    assert "total" in whole["extraction"]


@pytest.mark.parametrize(
    ("scenario", "schema", "codes"),
    [("extraction_fails", {}, ["extraction_failed"]), ("downloads_statement", {"not": {}}, [])],
)
def test_a_file_without_its_extraction_is_a_failure(
    api, task, start, advance, scenario, schema, codes
):
    """Of the file; of the run only if its scenario says so."""
    storage = {"enabled": True, "extraction": True, "extraction_schema": schema}
    api.patch(f"/tasks/{task['id']}", json={"storage": storage})
    run = start(scenario)
    advance("1m")
    run = api.get(f"/task-runs/{run['id']}?include=storage").json()
    item = api.get(f"/storage/{run['storage'][0]['id']}").json()
    assert [error["code"] for error in run["errors"]] == codes
    assert (item["result"], item["extraction"]) == ("failure", None)


@pytest.mark.parametrize("name", ["task_run.pending", "task_run.review_required"])
def test_a_destination_may_name_a_review_in_two_ways(api, sim, start, advance, name):
    """The pages differ; the event is always called `task_run.review_required` (assumed)."""
    assert name in [row["type"] for row in api.get("/event-types").json()["data"]]
    created = api.post("/event-destinations", json={**QUEUE, "events": [name]}).json()
    start("needs_approval")
    advance("1m")
    deliveries = api.get(f"/event-destinations/{created['id']}/event-deliveries")
    (delivery,) = deliveries.json()["data"]
    assert delivery["event_type"] == "task_run.review_required"
