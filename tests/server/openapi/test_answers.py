"""What the server really sends, held against the document."""

import httpx2
import jsonschema_rs
import pytest
from checked import FOUND, close, complaints, wrong_headers

from deck_sim.contract.editions import EDITIONS
from deck_sim.server.openapi.document import document


def test_webhooks_are_those_of_the_document(run_task, advance, receiver, subscribe, agent):
    """Each event that is sent fits the webhook of its type."""
    subscribe("*")
    agent()
    run_task("mfa_then_success")
    run_task("source_down")
    advance("1h")
    assert len(set(receiver.types())) > 4
    found = document("connections")
    for arrival in receiver.arrivals:
        hook = found["webhooks"][arrival.data["type"]]["post"]["requestBody"]
        schema = close(
            hook["content"]["application/json"]["schema"], found["components"]["schemas"]
        )
        assert list(jsonschema_rs.Draft202012Validator(schema).iter_errors(arrival.data)) == []


FIRST = '{"id": "agt_1", "object": "agent"}'
WRONG = [
    ("get", "/test", 200, b"", '{"status": "ready", "request_id": "req_1"}', "environment"),
    ("get", "/test", 418, b"", "{}", "the status is none of"),
    ("get", "/none", 200, b"", "{}", "the status is none of"),
    ("put", "/agents", 404, b"", "{}", "the status is none of"),
    ("delete", "/agents/a", 200, b"", FIRST, "deleted"),
    ("post", "/agents", 201, b'{"nmae": "x"}', FIRST, "nmae"),
    ("get", "/agents/a", 404, b"", '{"errors": [{"type": "a", "code": "b"}]}', "a/b is not"),
]


@pytest.mark.parametrize(("method", "path", "status", "sent", "answered", "told"), WRONG)
def test_what_does_not_fit_is_found(method, path, status, sent, answered, told):
    """The check that all answers of the suite go through notices what is wrong with one."""
    found = complaints("connections", method, path, status, sent, answered)
    assert any(told in error_message for error_message in found)


def test_fields_that_are_not_documented_are_found_or_tolerated():
    """With additive changes on, answers are held against the open schemas of the document."""
    answered = '{"status": "ready", "environment": "live", "request_id": "req_1", "more": 1}'
    call = ("connections", "get", "/test", 200, b"", answered)
    assert "more" in complaints(*call)[0]
    assert complaints(*call, closed=False) == []


HEADERS = [
    ("/agents", 201, {"deck-sim-version", "deck-sim-replayed"}, []),
    ("/agents", 201, set(), ["deck-sim-version"]),
    ("/agents", 201, {"deck-sim-version", "retry-after"}, ["retry-after"]),
    ("/agents", 429, {"deck-sim-version", "retry-after"}, []),
    ("/tasks/a/run", 201, {"deck-sim-version"}, ["deck-sim-scenario"]),
    ("/tasks/a/reset", 200, {"deck-sim-version", "deck-sim-replayed"}, ["deck-sim-replayed"]),
    ("/none", 404, {"deck-sim-version"}, []),
]


@pytest.mark.parametrize(("path", "status", "names", "told"), HEADERS)
def test_headers_that_do_not_fit_are_found(path, status, names, told):
    """Those that an answer must have, and those that it must not."""
    found = wrong_headers("connections", "post", path, status, names | {"content-type"})
    assert [error_message.split()[2] for error_message in found] == told


def test_what_is_found_fails_the_test(api, monkeypatch):
    """The answers of the suite's server do go through the check."""
    operation = document("connections")["paths"]["/test"]["get"]
    monkeypatch.delitem(operation["responses"], "200")
    assert api.get("/test").status_code == 200
    assert FOUND == ["GET /v2/test -> 200: the status is none of ['401', '429', '500', '501']"]
    FOUND.clear()


MADE = [
    pytest.param(edition, path, methods["post"], id=f"{edition}: {path}")
    for edition in EDITIONS
    for path, methods in document(edition)["paths"].items()
    if "201" in methods.get("post", {}).get("responses", {})
]


@pytest.mark.parametrize(("edition", "path", "operation"), MADE)
def test_the_example_of_what_is_sent_is_taken(edition, path, operation, server, seed_examples, key):
    """Where there is what the examples name, each create does with its example what it says."""
    simulation = server.worlds.create(key, edition=edition)
    seed_examples(simulation)
    parameters = operation.get("parameters", [])
    ids = [named["schema"]["examples"][0] for named in parameters if named["in"] == "path"]
    path = path.replace("{id}", ids[0] if ids else "")
    body = operation["requestBody"]["content"]["application/json"]["example"]
    headers = {"Authorization": f"Bearer {key}"}
    made = httpx2.post(server.base_url + path, json=body, headers=headers, trust_env=False)
    assert made.status_code == 201, made.text
