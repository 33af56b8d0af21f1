"""Copies from the journal of the inspector run, pasted into a shell or into a test."""

import json
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

SCRIPT = Path(__file__).with_name("copy_calls.mjs")
HOSTILE = 'it\'s "quoted" $HOME `id` \\ %s \n\x1b[31m\u202e é 🚢 {x} [0] !! #'

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def copy_calls(deck, *, key=None):
    server = {"origin": deck.base_url.removesuffix("/v2"), "key": key}
    given = json.dumps({"calls": [*deck.requests], "server": server})
    done = subprocess.run(["node", SCRIPT], input=given, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture
def client(deck):
    """A client of the world over HTTP, as curl is one."""
    key = {"Authorization": f"Bearer {deck.api_key}"}
    with httpx2.Client(base_url=deck.base_url, headers=key) as client:
        yield client


def run_shell(text, **env):
    command = ["bash", "-c", f"{text} --silent --show-error"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    return json.loads(done.stdout)


@pytest.mark.deck(lint="off")
def test_a_copied_assertion_passes_for_the_call_it_was_copied_from(deck, client):
    ready = deck.ready_task()
    run = {
        "connection_id": ready.connection_id,
        "input": {HOSTILE: HOSTILE, "n": [1, 1.5, None, True, {"id": ready.task_id}], "big": 2**60},
    }
    client.post(f"/tasks/{ready.task_id}/run", json=run)
    client.get("/task-runs", params={"limit": 5, "status[]": ["queued", "running"]})
    client.post("/agents", json={"name": [HOSTILE] * 20})
    client.post("/agents", content=HOSTILE)
    client.delete("/agents/no such {agent}")
    client.get(f"/{quote(HOSTILE)}")
    copies = [copy["assertion"] for copy in copy_calls(deck)]
    for text in copies:
        eval(text, {"deck": deck})
    assert any("times=1" in text for text in copies)


def test_a_copied_assertion_fails_without_its_call(deck, client):
    client.post("/agents", json={"name": "Concierge", "description": HOSTILE})
    [copy] = copy_calls(deck)
    deck.reset()
    client.post("/agents", json={"name": "Concierge", "description": "another"})
    with pytest.raises(AssertionError, match=r"differs  json\.description"):
        eval(copy["assertion"], {"deck": deck})


def test_a_copied_assertion_passes_in_a_world_with_other_ids(deck, client):
    def run_task():
        ready = deck.ready_task()
        ids = {"one": ready.task_id, "many": [ready.task_id, ready.connection_id], "n": 1}
        run = {"connection_id": ready.connection_id, "input": ids}
        client.post(f"/tasks/{ready.task_id}/run", json=run)

    deck.reset(seed=1)
    run_task()
    [copy] = copy_calls(deck)
    deck.reset(seed=2)
    run_task()
    assert len(eval(copy["assertion"], {"deck": deck})) == 1


def test_a_copied_assertion_is_laid_out_like_a_formatter_does(deck, client):
    client.post("/agents", json={"name": "Concierge"})
    client.post("/agents", json={"name": "Concierge", "description": "Reads reservations " * 3})
    short, long = (copy["assertion"] for copy in copy_calls(deck))
    assert short == 'deck.requests.assert_called("POST /v2/agents", json={"name": "Concierge"})'
    assert long.splitlines() == [
        "deck.requests.assert_called(",
        '    "POST /v2/agents",',
        "    json={",
        '        "name": "Concierge",',
        f'        "description": "{"Reads reservations " * 3}",',
        "    },",
        ")",
    ]


def test_a_copied_curl_command_makes_the_same_call(deck, client):
    headers = {"Idempotency-Key": 'it\'s "quoted" $HOME `id` \\'}
    client.post("/agents", json={"name": HOSTILE}, headers=headers)
    client.get("/agents?limit=5&x[]={a,b}&y=it's%20$HOME")
    copies = [copy["curl"] for copy in copy_calls(deck, key=deck.api_key)]
    before = [*deck.requests]
    for text in copies:
        run_shell(text)
    again = deck.requests[len(before) :]
    for name in ("method", "path", "query", "body", "status"):
        assert [call[name] for call in again] == [call[name] for call in before]
    assert again[0]["replayed"]


def test_a_copied_curl_command_without_a_key_takes_that_of_the_environment(deck, client):
    client.get("/test")
    [copy] = copy_calls(deck)
    assert run_shell(copy["curl"], DECK_API_KEY=deck.api_key)["status"] == "ready"
