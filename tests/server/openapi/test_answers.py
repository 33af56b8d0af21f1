import httpx2
import jsonschema_rs
import pytest
from checked import MISMATCHES, close, complaints

from deck_sim.contract import DEFAULT_EDITION
from deck_sim.contract.editions import EDITIONS
from deck_sim.server.openapi.document import document


def test_messages_fit_the_document(run_task, advance, receiver, subscribe, agent):
    subscribe("*")
    agent()
    run_task("mfa_then_success")
    run_task("source_down")
    advance("1h")
    assert len(set(receiver.types())) > 4
    api_document = document("connections")
    for arrival in receiver.arrivals:
        hook = api_document["webhooks"][arrival.data["type"]]["post"]["requestBody"]
        schema = hook["content"]["application/json"]["schema"]
        schema = close(schema, api_document["components"]["schemas"])
        assert list(jsonschema_rs.Draft202012Validator(schema).iter_errors(arrival.data)) == []


FIRST = '{"id": "agt_1", "object": "agent"}'
WRONG = [
    ("get", "/test", 200, b"", '{"status": "ready", "request_id": "req_1"}', "environment"),
    ("get", "/test", 418, b"", "{}", "the status is not one of"),
    ("get", "/none", 200, b"", "{}", "the status is not one of"),
    ("put", "/agents", 404, b"", "{}", "the status is not one of"),
    ("delete", "/agents/a", 200, b"", FIRST, "deleted"),
    ("post", "/agents", 201, b'{"nmae": "x"}', FIRST, "nmae"),
    ("get", "/agents/a", 404, b"", '{"errors": [{"type": "a", "code": "b"}]}', "a/b is not"),
]


def test_mismatches_are_found():
    """The check of all answers in this suite works."""
    for *call, expected in WRONG:
        assert any(expected in text for text in complaints("connections", *call)), call


def test_fields_that_are_not_documented_are_found_or_tolerated():
    answered = '{"status": "ready", "environment": "live", "request_id": "req_1", "more": 1}'
    call = ("connections", "get", "/test", 200, b"", answered)
    assert "more" in complaints(*call)[0]
    assert complaints(*call, closed=False) == []


def test_answers_of_the_suite_s_server_are_checked(api, monkeypatch):
    operation = document("connections")["paths"]["/test"]["get"]
    monkeypatch.delitem(operation["responses"], "200")
    assert api.get("/test").status_code == 200
    text = "GET /v2/test -> 200: the status is not one of ['401', '429', '500', '507']"
    assert [text] == MISMATCHES
    MISMATCHES.clear()


URL = {"url": "http://x"}
HOOK = {"name": "H", "type": "webhook", "events": ["*"]}
TASK = {"name": "T", "agent_id": "agt_1"}
REFUSED = [
    ("connections", "CreateDestination", HOOK),
    ("connections", "CreateDestination", {**HOOK, "config": {}}),
    ("connections", "CreateDestination", {**HOOK, "config": {**URL, "custom_headers": ""}}),
    ("connections", "CreateConnection", {"source_id": "s", "auth_method": "username_password"}),
    ("connections", "CreateSource", {"type": "website", "website": {"url": "ftp://x"}}),
    ("credentials", "CreateTypedDestination", HOOK),
    ("credentials", "CreateTypedDestination", {**HOOK, "webhook": URL, "aws_s3": {}}),
    ("credentials", "CreateTypedDestination", {**HOOK, "webhook": {**URL, "custom_headers": ""}}),
    ("credentials", "RunTaskWithLogin", {"input": {}}),
    *(
        ("credentials", name, {**body, "storage": {setting: True}})
        for name, body in {"CreateTask": TASK, "UpdateTask": {}}.items()
        for setting in ("extraction", "deduplication")
    ),
    *(
        ("credentials", "CreateCredential", {"source_id": "s", "auth_credentials": login})
        for login in ({"source_fields": {"a": 7}}, {"source_fields": {"A": "x"}})
    ),
]


def test_the_document_refuses_what_the_rules_between_fields_refuse():
    """Schemathesis compares both by chance; these are the rules."""
    fitting = []
    for edition, name, body in REFUSED:
        schemas = document(edition)["components"]["schemas"]
        schema = {**schemas[name], "components": {"schemas": schemas}}
        if jsonschema_rs.Draft202012Validator(schema).is_valid(body):
            fitting.append((name, body))
    assert fitting == []


@pytest.fixture
def ask(server):
    return lambda **more: httpx2.get(f"{server.url}/openapi.json", trust_env=False, **more)


def test_the_document_is_served_without_a_key(ask):
    answer = ask()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json() == document(DEFAULT_EDITION)
    for edition in EDITIONS:
        assert ask(params={"edition": edition}).json() == document(edition)


def test_an_unknown_edition_is_refused(ask):
    answer = ask(params={"edition": "connection"})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "edition")
    assert error["message"] == "unknown edition 'connection'; did you mean 'connections'?"
    assert answer.json()["request_id"].startswith("req_")
