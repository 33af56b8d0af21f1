"""Calls that the Deck API refuses: each with its status, and the code and field of its errors."""

NUMBER = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
SITE = {"type": "website", "website": {"url": "https://hotel.example"}}
LOGIN = {"source_id": "src_1", "auth_method": "none"}
TASK = {"name": "x", "agent_id": "agt_1"}
SHARED = {
    "agents": [{"id": "agt_1", "name": "A"}],
    "sources": [{"id": "src_1", **SITE}],
    "tasks": [{"id": "task_1", "name": "T", "agent_id": "agt_1", "input_schema": NUMBER}],
}
RUN = {"task_id": "task_1", "input": {"n": 1}}
CONNECTED = {"connection_id": "conn_1", **RUN}
SEEDS = {
    "connections": {
        **SHARED,
        "connections": [{"id": "conn_1", **LOGIN}],
        "task_runs": [
            {"id": "trun_asks", "scenario": "mfa_then_success", **CONNECTED},
            {"id": "trun_hangs", "scenario": "agent_hangs", **CONNECTED},
        ],
    },
    "credentials": {
        **SHARED,
        "credentials": [{"id": "cred_1", **LOGIN}, {"id": "cred_2", **LOGIN}],
        "sessions": [{"id": "sess_1", "credential_id": "cred_1"}],
        "task_runs": [
            {"id": "trun_asks", "scenario": "mfa_then_success", "credential_id": "cred_1", **RUN}
        ],
    },
}


def missing(*fields):
    return [("input_missing", field) for field in fields]


def invalid(*fields):
    return [("input_invalid", field) for field in fields]


def bad_source_fields(*fields):
    return invalid(*(f"auth_credentials.source_fields{field}" for field in fields))


def with_source_fields(**fields):
    return {**LOGIN, "auth_credentials": {"source_fields": fields}}


UNKNOWN = ("connection_not_found", "connection_id")
WRONG_STATE = [("state_invalid", None)]
HOOK = {"name": "h", "type": "webhook", "events": ["*"]}
URL = {"url": "http://127.0.0.1:9/"}
PATCH_TASK, RUN_TASK = "PATCH /tasks/task_1", "POST /tasks/task_1/run"

# By edition: the call, its body, and the answer.
CONNECTIONS = [
    ("POST /tasks", {}, 400, missing("name", "agent_id")),
    ("POST /tasks", {"name": "x", "agent_id": "no"}, 404, [("agent_not_found", "agent_id")]),
    ("POST /agents", {"name": None}, 400, missing("name")),
    ("POST /agents", {"name": ""}, 400, missing("name")),
    ("POST /agents", {"name": ["x"]}, 400, invalid("name")),
    ("POST /agents", {"name": "x", "nmae": 1}, 400, invalid("nmae")),
    (
        "POST /sources",
        {"type": "website", "website": {"url": "hotel", "port": 1}},
        400,
        invalid("website.url", "website.port"),
    ),
    ("POST /sources", {"type": "website", "website": {}}, 400, missing("website.url")),
    ("POST /sources", {"type": "web", "website": 5}, 400, invalid("type", "website")),
    (
        "PATCH /sources/src_1",
        {"website": {"url": "https://a.example", "ulr": 1}},
        400,
        invalid("website.ulr"),
    ),
    (PATCH_TASK, {"settings": {"timeout_second": 1}}, 400, invalid("settings.timeout_second")),
    (PATCH_TASK, {"settings": {"timeout_seconds": 0}}, 400, invalid("settings.timeout_seconds")),
    (
        PATCH_TASK,
        {"settings": {"timeout_seconds": 31_536_001}},
        400,
        invalid("settings.timeout_seconds"),
    ),
    (PATCH_TASK, {"input_schema": {"type": "strin"}}, 400, invalid("input_schema.type")),
    (
        PATCH_TASK,
        {"storage": {"enabled": 1, "on": 1}},
        400,
        invalid("storage.enabled", "storage.on"),
    ),
    (
        PATCH_TASK,
        {"storage": {"extraction_schema": {"type": "x"}}},
        400,
        invalid("storage.extraction_schema.type"),
    ),
    (
        PATCH_TASK,
        {"name": 5, "storage": {"deduplication_schema": {"type": "x"}}},
        400,
        invalid("name", "storage.deduplication_schema.type"),
    ),
    ("POST /connections", {**LOGIN, "source_id": None}, 400, missing("source_id")),
    (
        "POST /connections",
        {**LOGIN, "source_id": "src_no"},
        404,
        [("source_not_found", "source_id")],
    ),
    ("POST /connections", {**LOGIN, "source_id": "hotel"}, 400, [("source_invalid", "source_id")]),
    (
        "POST /connections",
        {**LOGIN, "source_id": f"src_{'x' * 252}"},
        400,
        [("source_invalid", "source_id")],
    ),
    (
        "POST /connections",
        {**LOGIN, "auth_method": "password"},
        400,
        [("auth_method_invalid", "auth_method")],
    ),
    ("POST /connections", {**LOGIN, "auth_method": None}, 400, missing("auth_method")),
    ("POST /connections", {**LOGIN, "auth_credentials": "a:x"}, 400, invalid("auth_credentials")),
    (
        "POST /connections",
        {**LOGIN, "auth_method": "username_password", "auth_credentials": []},
        400,
        invalid("auth_credentials"),
    ),
    ("POST /connections", {**LOGIN, "external_id": 7}, 400, invalid("external_id")),
    # Shape, references and input are checked together; a field has one problem.
    (RUN_TASK, {}, 400, missing("connection_id") + invalid("input.n")),
    (RUN_TASK, {"connection_id": "conn_1", "input": {"n": "x"}}, 400, invalid("input.n")),
    (RUN_TASK, {"connection_id": "x", "input": {"n": "x"}}, 404, [UNKNOWN, *invalid("input.n")]),
    (RUN_TASK, {"connection_id": "x", "input": []}, 400, [*invalid("input"), UNKNOWN]),
    (RUN_TASK, {"connection_id": 5, "input": [1]}, 400, invalid("connection_id", "input")),
    (
        RUN_TASK,
        {"connection_id": "x", "input": {"n": "x"}, "zz": 1},
        400,
        [*invalid("zz"), UNKNOWN, *invalid("input.n")],
    ),
    ("POST /task-runs/trun_hangs/interaction", {"inputs": {"code": "1"}}, 409, WRONG_STATE),
    *(
        ("POST /task-runs/trun_asks/interaction", body, 400, errors)
        for body, errors in [
            ({}, missing("inputs")),
            ({"inputs": None}, missing("inputs")),
            ({"inputs": []}, invalid("inputs")),
            ({"inputs": {}}, missing("inputs.code")),
            ({"inputs": {"code": ""}}, missing("inputs.code")),
            ({"inputs": {"cod": "1"}}, missing("inputs.code") + invalid("inputs.cod")),
            ({"input": {"code": "1"}}, missing("inputs") + invalid("input")),
            ({"inputs": {"code": {"a": 1}}}, invalid("inputs.code")),
            ({"inputs": {"code": [1]}}, invalid("inputs.code")),
        ]
    ),
    *(
        (f"GET /tasks?{query}", None, 400, invalid(query.partition("=")[0].removesuffix("[]")))
        for query in [
            *("limit=0", "limit=101", "limit=", "limit=ten", "limit=1.0", "limit=-1", "limit=%2B5"),
            *("limit=%D9%A3", "limit=00001", "limit=5&limit=500", "status=done", "status[]="),
            *("cursor=x", "cursor=%C3%A9", "cursor=Zm9v", "cursor=%FF%00", "created_after=soon"),
            "created_before=9999-12-31T23:59:59-05:00",
        ]
    ),
    (
        "GET /events?limit=0&cursor=x&created_after=soon",
        None,
        400,
        invalid("limit", "cursor", "created_after"),
    ),
    *(
        (f"GET /{path}/{name}", None, 404, [(f"{kind}_not_found", None)])
        for path, kind in [
            *(("agents", "agent"), ("sources", "source"), ("tasks", "task")),
            *(("connections", "connection"), ("task-runs", "task_run")),
            *(("events", "event"), ("storage", "storage")),
        ]
        for name in ("nope", "x" * 20_000, "%00", "%FF", "%F0%9F%98%80", "a%20b", "{id}")
    ),
    ("DELETE /agents/nope", None, 404, [("agent_not_found", None)]),
    ("GET /task-runs/trun_no/storage", None, 404, [("task_run_not_found", None)]),
    ("GET /task-runs/trun_no/screenshots", None, 404, [("task_run_not_found", None)]),
]
CREDENTIALS = [
    *(
        ("POST /tasks", {**TASK, "id": id_}, 400, invalid("id"))
        for id_ in ("mine", "task_", "task_a/b", f"task_{'a' * 251}", "task_a\n", 5)
    ),
    (RUN_TASK, {"input": {"n": 1}}, 400, missing("credential_id")),
    (
        RUN_TASK,
        {"credential_id": "cred_x", "input": {"n": 1}},
        404,
        [("credential_not_found", "credential_id")],
    ),
    (
        RUN_TASK,
        {"session_id": "sess_x", "source_id": "src_x", "input": {"n": 1}},
        404,
        [("source_not_found", "source_id"), ("session_not_found", "session_id")],
    ),
    (
        RUN_TASK,
        {"credential_id": "cred_2", "session_id": "sess_1", "input": {"n": 1}},
        400,
        invalid("credential_id"),
    ),
    (
        "POST /task-runs/trun_asks/interaction",
        {"inputs": {"code": "123456"}},
        400,
        missing("input") + invalid("inputs"),
    ),
    ("POST /task-runs/trun_asks/interaction", {"input": {}}, 400, missing("input.code")),
    (
        "PATCH /credentials/cred_1",
        {"auth_method": "username_password"},
        400,
        missing("auth_credentials.username", "auth_credentials.password"),
    ),
    ("POST /credentials", with_source_fields(Branch="1"), 400, bad_source_fields(".Branch")),
    ("POST /credentials", with_source_fields(**{"1st": "1"}), 400, bad_source_fields(".1st")),
    ("POST /credentials", with_source_fields(branch=12), 400, bad_source_fields(".branch")),
    ("POST /credentials", with_source_fields(password="x"), 400, bad_source_fields(".password")),
    (
        "POST /credentials",
        with_source_fields(**{"a" * 65: "12"}),
        400,
        bad_source_fields(f".{'a' * 65}"),
    ),
    (
        "POST /credentials",
        with_source_fields(**{f"field_{number}": "x" for number in range(11)}),
        400,
        bad_source_fields(""),
    ),
    *(
        (call, {**usual, **body}, 400, invalid(field))
        for call, usual in [
            ("POST /event-destinations", {**HOOK, "webhook": URL}),
            ("PATCH /event-destinations/{hook}", {}),
        ]
        for body, field in [
            ({"aws_sqs": {}}, "aws_sqs"),
            ({"webhook": {"url": "ftp://x"}}, "webhook.url"),
            ({"webhook": {**URL, "secret": "short"}}, "webhook.secret"),
            ({"webhook": {**URL, "custom_headers": "no"}}, "webhook.custom_headers"),
            ({"config": {}}, "config"),
        ]
    ),
    *(
        ("POST /event-destinations", {"name": "App", "events": ["*"], **body}, 400, errors)
        for body, errors in [
            ({}, missing("webhook.url")),
            ({"webhook": None}, missing("webhook.url")),
            ({"webhook": {"url": ""}}, missing("webhook.url")),
            (
                {"type": "aws_s3", "rabbitmq": {}},
                missing("aws_s3.bucket", "aws_s3.region") + invalid("rabbitmq"),
            ),
        ]
    ),
    ("PATCH /event-destinations/{hook}", {"webhook": None}, 400, missing("webhook")),
    ("PATCH /event-destinations/{hook}", {"webhook": {"url": ""}}, 400, missing("webhook.url")),
    (
        "PATCH /event-destinations/{queue}",
        {"aws_sqs": {"queue_url": ""}, "aws_s3": {}},
        400,
        missing("aws_sqs.queue_url") + invalid("aws_s3"),
    ),
]


def test_a_wrong_call_is_refused_at_its_fields(api, sim, unchanged, advance):
    wrong = []
    queue = {**HOOK, "type": "aws_sqs", "aws_sqs": {"queue_url": "q"}}
    for edition, rows in {"connections": CONNECTIONS, "credentials": CREDENTIALS}.items():
        sim.post("/reset", json={"edition": edition})
        seeded = sim.post("/seed", json={"resources": SEEDS[edition]})
        assert seeded.status_code == 200, seeded.text
        advance("12s")
        ids = {}
        if edition == "credentials":
            bodies = {"hook": {**HOOK, "webhook": URL}, "queue": queue}
            for name, body in bodies.items():
                ids[name] = api.post("/event-destinations", json=body).json()["id"]
        with unchanged():
            for call, body, status, errors in rows:
                method, path = call.split(" ", 1)
                for name, id_ in ids.items():
                    path = path.replace(f"{{{name}}}", id_)
                answer = api.request(method, path, json=body)
                found = [(e["code"], e.get("field")) for e in answer.json().get("errors", [])]
                if (answer.status_code, found) != (status, errors):
                    wrong.append((call, body, answer.status_code, found))
    assert wrong == []
