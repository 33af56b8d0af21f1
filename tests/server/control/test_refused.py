"""Bodies that the control API refuses: by call, each with the fields that its errors name.

A field with `!` in front is missing; any other is invalid. Nothing changes.
"""

PAGE = {"match": "GET /v2/agents", "status": 502}
MORE, KINDS = "additive_changes", "resources.agents"
RULE = {"when": {}, "scenario": "success"}
SETTINGS = [
    ({"edition": "credential"}, "edition"),
    ({"seed": "7"}, "seed"),
    ({"seed": 1.5}, "seed"),
    ({"webhook_time": "word"}, "webhook_time"),
    ({"default_scenario": "sucess", "seed": 7}, "default_scenario"),
    ({"default_scenario": ""}, "!default_scenario"),
    ({"session_limit": -1}, "session_limit"),
    ({"timeout_cap": True}, "timeout_cap"),
    ({"timeout_cap": 0}, "timeout_cap"),
    ({"screenshots": "yes"}, "screenshots"),
    ({"connection_idle": "soon"}, "connection_idle"),
    ({"session_limt": 1}, "session_limt"),
    ({"keep_headers": "x-request-id"}, "keep_headers"),
    ({"keep_headers": ["x-request-id", "x y"]}, "keep_headers[1]"),
    ({"keep_headers": ["x-\u0301"]}, "keep_headers[0]"),
]
REFUSED = {
    "PATCH /world": [
        *SETTINGS,
        ({"rate_limit": 5}, "rate_limit"),
        ({"rate_limit": {"requests": 0}}, "rate_limit.requests"),
        ({"rate_limit": {"per": 10}}, "rate_limit.per"),
        ({"rate_limit": {"per": "0s"}}, "rate_limit.per"),
        ({"rate_limit": {"retry_after": "1s"}}, "rate_limit.retry_after"),
        ({"rate_limit": {"request": 1}}, "rate_limit.request"),
        ({MORE: True}, MORE),
        ({MORE: {"field": True}}, f"{MORE}.field"),
        ({MORE: {"fields": 1}}, f"{MORE}.fields"),
        ({MORE: {"event_type": "task_run.completed"}}, f"{MORE}.event_type"),
        ({MORE: {"event_type": "task_rn.x"}}, f"{MORE}.event_type"),
        ({MORE: {"event_type": "task.a.b"}}, f"{MORE}.event_type"),
        ({MORE: {"interaction_type": "mfa"}}, f"{MORE}.interaction_type"),
        ({MORE: {"interaction_type": "Palm"}}, f"{MORE}.interaction_type"),
        ({MORE: {"event_type": "no"}, "rate_limit": True}, f"{MORE}.event_type"),
    ],
    "POST /reset": [
        *SETTINGS,
        ({"mode": "freeze"}, "mode"),
        ({"step": "5s"}, "step"),
        ({"speed": 0}, "speed"),
        ({"mode": "frozen", "speed": 2}, "speed"),
        ({"now": "soon"}, "now"),
        ({"now": "9999-12-31T23:59:59Z"}, "now"),
        ({"now": "0999-12-31T23:59:59Z"}, "now"),
    ],
    "PUT /clock": [
        ({}, "!mode"),
        ({"mode": "fast"}, "mode"),
        ({"mode": "on_poll", "speed": -1}, "speed"),
        ({"mode": "on_poll", "step": "0s"}, "step"),
        ({"mode": "frozen", "step": "5s"}, "step"),
        ({"mode": "frozen", "speed": 5}, "speed"),
        ({"mode": "on_poll", "now": "soon"}, "now"),
        ({"mode": "on_poll", "now": "2025-01-15T09:29:59Z"}, "now"),
        ({"mode": "on_poll", "now": "9999-01-01T00:00:00Z"}, "now"),
    ],
    "POST /clock/advance": [
        ({}, "by"),
        ({"by": "1s", "until": "idle"}, "by"),
        ({"by": "-5m"}, "by"),
        ({"by": 300}, "by"),
        ({"by": "40000d"}, "by"),
        ({"to": "2025-01-15T09:29:59Z"}, "to"),
        ({"to": "soon"}, "to"),
        ({"until": "idl"}, "until"),
        ({"until": {"evnt": "x"}}, "!until.event until.evnt"),
        ({"until": {"event": "x"}, "limit": "long"}, "limit"),
        ({"until": {"event": "task_run.completd"}}, "until.event"),
        ({"bye": "1s"}, "bye"),
    ],
    "POST /faults": [
        ({"reset": True}, "!match"),
        ({"duplicate": True}, "!event"),
        ({"match": "GET /v2/agents"}, "match"),
        ({"event": "agent.created"}, "event"),
        ({"match": "agents", "status": 1}, "match status"),
        ({**PAGE, "event": "agent.created"}, "event"),
        ({"match": "GET /v2/agents", "error": "session/timeout"}, "error"),
        ({"match": "POST /v2/tasks/{id}/run", "reset": True}, "match"),
        ({"event": "session.idle", "drop": True}, "event"),
    ],
    "POST /holds": [
        ({}, "event"),
        ({"event": "task_run.failed", "call": "/**"}, "event"),
        ({"event": "task_run.complete"}, "event"),
        ({"event": "agent.created"}, "event"),
        ({"event": "task_run.*"}, "event"),
        ({"event": "session.idle"}, "event"),
        ({"event": "task_run.queued"}, "event"),
        ({"event": "task_run.completed", "id": "trun_nope"}, "id"),
        ({"call": "POST tasks"}, "call"),
        ({"call": "POST /tasks/*/run"}, "call"),
        ({"call": "POST /v2/tasks/{id}/run"}, "call"),
        ({"call": "/v2/test", "id": "x"}, "id"),
    ],
    "POST /queue": [
        ({}, "!resource !scenarios"),
        ({"resource": "task_run", "scenarios": []}, "scenarios"),
        ({"resource": "task_run", "scenarios": [5]}, "scenarios[0]"),
        ({"resource": "run", "scenarios": ["success"]}, "resource"),
        ({"resource": "session", "scenarios": ["success"]}, "resource"),
        ({"resource": "task_run", "scenarios": ["success", "sucess"]}, "scenarios[1]"),
    ],
    "PUT /rules": [
        ({"rules": [RULE, {"when": {}, "scenario": "sucess"}]}, "rules[1].scenario"),
        ({"rules": [RULE, {**RULE, "resource": "run"}]}, "rules[1].resource"),
        ({"rules": [{**RULE, "resource": "session"}]}, "rules[0].resource"),
        ({"rules": [RULE, {}]}, "!rules[1].when !rules[1].scenario"),
        ({"rules": [{**RULE, "when": {"user": "a"}}]}, "rules[0].when.user"),
        ({"rules": [{**RULE, "when": {"username": 5}}]}, "rules[0].when.username"),
        ({"rules": [RULE, "success"]}, "rules[1]"),
    ],
    "POST /seed": [
        ({}, "!resources"),
        ({"resources": []}, "resources"),
        ({"resources": {"agents": {}}}, KINDS),
        ({"resources": {"agents": [5]}}, f"{KINDS}[0]"),
        (
            {"resources": {"agents": [{"id": "x", "name": "x", "status": "a"}]}},
            f"{KINDS}[0].status",
        ),
        ({"resources": {"agents": [{"id": "x" * 256, "name": "x"}]}}, f"{KINDS}[0].id"),
    ],
}


def test_a_wrong_body_is_refused_at_its_field(sim, unchanged):
    wrong = []
    with unchanged():
        for call, rows in REFUSED.items():
            for body, fields in rows:
                answer = sim.request(*call.split(), json=body)
                found = [
                    ("!" if error["code"] == "input_missing" else "") + error.get("field", "")
                    for error in answer.json().get("errors", [])
                ]
                if (answer.status_code, sorted(found)) != (400, sorted(fields.split())):
                    wrong.append((call, body, answer.status_code, found))
    assert wrong == []
