import json
import logging
import re
from contextlib import suppress

import httpx2
import pytest

from deck_sim import DeckSim, DeckSimError, WebhookReceiver
from deck_sim.cli.server_log import log_to_stderr

AT = "2025-01-15T09:30:00Z"


@pytest.fixture
def written(capsys):
    """Call a function with the handle of a server whose log is written; returns its lines."""

    def written(act, form="text", *, quiet=False):
        with log_to_stderr(form, quiet=quiet), DeckSim() as deck:
            act(deck)
            key = deck.api_key
        return [line.replace(key, "KEY") for line in capsys.readouterr().err.splitlines()]

    return written


def post(deck, body, key=None):
    headers = {"Authorization": f"Bearer {key or deck.api_key}"} if key != "" else {}
    httpx2.post(f"{deck.base_url}/agents", json=body, headers=headers, trust_env=False)


def test_each_call_is_a_line_with_its_world_and_errors(written):
    """Or why it has no world. Calls of the control API are not logged."""
    (line,) = written(lambda deck: post(deck, {}))
    reason = "request/input_missing: `name` is required and cannot be empty."
    assert line == f"{AT} KEY POST /v2/agents 400  {reason}"
    (line,) = written(lambda deck: post(deck, {}, ""))
    assert line.startswith("(no world) POST /v2/agents 401  Send `Authorization: Bearer KEY`.")


def test_a_fault_is_named_and_a_run_names_its_scenario(written):
    def act(deck):
        deck.fault(match="POST /v2/connections", status=502, times=1)
        body = {"source_id": deck.ready_task().source_id, "auth_method": "none"}
        for _ in range(2):
            with suppress(DeckSimError):
                deck.create("connections", body)

    spoilt, played = written(act)
    assert spoilt == f"{AT} KEY POST /v2/connections 502  fault: status"
    assert played == f"{AT} KEY POST /v2/connections 201  success; because=default"


def test_each_attempt_of_a_delivery_is_a_line(written):
    """A failed one says when the next follows."""

    def act(deck):
        with WebhookReceiver(deck) as webhooks:
            webhooks.respond(503, times=1)
            post(deck, {"name": "a"})
            deck.advance("10s")

    failed, sent = (line for line in written(act) if "->" in line)
    url = r"http://127\.0\.0\.1:\d+/\S*"
    text = rf"{AT} KEY -> agent\.created to {url} 503  \d+ ms; attempt 1; next at \S+:05Z"
    assert re.fullmatch(text, failed)
    assert re.fullmatch(rf"\S+:05Z KEY -> agent\.created to {url} 200  \d+ ms; attempt 2", sent)


def test_secrets_in_the_url_of_a_receiver_are_not_logged(written):
    def act(deck):
        deck.register_webhook("http://me:pass@127.0.0.1:9/hook?token=abc&page=1")
        deck.create("agents", {"name": "Concierge"})
        deck.advance("0s")

    for form in ("text", "json"):
        (line,) = (line for line in written(act, form) if "9/" in line)
        assert "http://•••@127.0.0.1:9/hook?token=•••&page=1" in line


def test_json_has_an_object_for_each_entry(written):
    """Other records of the server have their level and message; they alone are left if `quiet`."""

    def act(deck):
        post(deck, {"name": "a"})
        logging.getLogger("deck_sim").warning("careful")

    call, other = map(json.loads, written(act, "json"))
    assert (call["kind"], call["world"], call["at"]) == ("call", "KEY", AT)
    assert (call["method"], call["path"], call["status"]) == ("POST", "/v2/agents", 201)
    assert other == {"kind": "log", "level": "warning", "message": "careful"}
    assert written(act, quiet=True) == ["careful"]
