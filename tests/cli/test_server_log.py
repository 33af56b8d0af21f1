import json
import logging
import re

import httpx2
import pytest

from deck_sim import DeckSim
from deck_sim.cli.server_log import log_to_stderr

SECRET, SHOWN = "/hook?token=abc&page=1", "http://•••@127.0.0.1:PORT/hook?token=•••&page=1"
AT = "2025-01-15T09:30:00Z"
LINES = [
    f"{AT} KEY POST /v2/agents 400  request/input_missing: `name` is required and cannot be empty.",
    "(no world) POST /v2/agents 401  Send `Authorization: Bearer KEY`. ",
    f"{AT} KEY POST /v2/agents 502  fault: status",
    f"{AT} KEY POST /v2/agents 201",
    f"{AT} KEY POST /v2/connections 201  success; because=default",
    f"{AT} KEY -> agent.created to {SHOWN} failed  ",
    f"2025-01-15T09:30:05Z KEY -> agent.created to {SHOWN} 200  N ms; attempt 2",
    "attention: café",
]


@pytest.fixture
def written(capsys, receiver):
    """Do what has lines, while the server writes its log; returns them."""

    def written(form="text", *, quiet=False):
        with log_to_stderr(form, quiet=quiet), DeckSim() as deck:
            headers = {"Authorization": f"Bearer {deck.api_key}"}
            url = f"{deck.base_url}/agents"
            receiver.say(b"", 200, path=SECRET)
            hook = receiver.url.replace("//", "//me:pass@") + SECRET
            deck.register_webhook(hook, events=["agent.created"])
            httpx2.post(url, json={}, headers=headers, trust_env=False)
            httpx2.post(url, json={}, trust_env=False)
            deck.fault(match="POST /v2/agents", status=502, times=1)
            for _ in range(2):
                httpx2.post(url, json={"name": "a"}, headers=headers, trust_env=False)
            deck.ready_task(login=True)
            deck.advance("5s")
            logging.getLogger("deck_sim").warning("attention: café")
            key = deck.api_key
        text = capsys.readouterr().err.replace(key, "KEY")
        text = text.replace(f":{receiver.server_address[1]}/", ":PORT/")
        return re.sub(r"\b\d+ ms", "N ms", text).splitlines()

    return written


def test_calls_attempts_and_warnings_have_lines_without_secrets(written):
    """Calls of the control API have none."""
    lines = written()
    assert len(lines) == len(LINES)
    for line, begins in zip(lines, LINES, strict=True):
        assert line.startswith(begins)
    assert lines[-3].endswith("; attempt 1; next at 2025-01-15T09:30:05Z")
    assert written(quiet=True) == ["attention: café"]


def test_json_has_an_object_for_each_line(written):
    lines = written("json")
    assert lines[-1].endswith('"attention: café"}')  # for people, too
    entries = [json.loads(line) for line in lines]
    call, attempt, other = entries[3], entries[-3], entries[-1]
    assert len(entries) == len(LINES)
    assert (call["kind"], call["world"], call["at"]) == ("call", "KEY", AT)
    assert (call["method"], call["path"], call["status"]) == ("POST", "/v2/agents", 201)
    assert (attempt["url"], attempt["status"]) == (SHOWN, None)
    assert other == {"kind": "log", "level": "warning", "message": "attention: café"}
