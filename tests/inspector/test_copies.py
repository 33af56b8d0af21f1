import json
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("copy_calls.mjs")
HOSTILE = 'it\'s "quoted" $HOME `id` \\ %s \n\x1b[31m\u202e é 🚢 {x} [0] !! #'

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def copy_calls(deck, *, key=None):
    server = {"origin": deck.base_url.removesuffix("/v2"), "key": key}
    data = json.dumps({"calls": [*deck.requests], "server": server})
    done = subprocess.run(["node", SCRIPT], input=data, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.deck(lint="off")
def test_a_copied_assertion_passes_for_its_call_in_any_world(deck, deck_client):
    def call():
        ready = deck.ready_task()
        values = {HOSTILE: HOSTILE, "n": [1, 1.5, None, True, {"id": ready.task_id}], "big": 2**60}
        run = {"connection_id": ready.connection_id, "input": values}
        deck_client.post(f"/tasks/{ready.task_id}/run", json=run)
        deck_client.post("/agents", json={"name": [HOSTILE]})
        deck_client.delete("/agents/no such {agent}")

    deck.reset(seed=1)
    call()
    copies = [copy["assertion"] for copy in copy_calls(deck)]
    deck.reset(seed=2)
    with pytest.raises(AssertionError):
        eval(copies[-1], {"deck": deck})
    call()
    for text in copies:
        eval(text, {"deck": deck})


def test_a_copied_curl_command_makes_the_same_call(deck, deck_client):
    headers = {"Idempotency-Key": 'it\'s "quoted" $HOME `id` \\'}
    deck_client.post("/agents", json={"name": HOSTILE}, headers=headers)
    deck_client.get("/agents?limit=5&x[]={a,b}&y=it's%20$HOME")
    before = [*deck.requests]
    for key, env in ((deck.api_key, {}), (None, {"DECK_API_KEY": deck.api_key})):
        for copy in copy_calls(deck, key=key)[: len(before)]:
            command = ["bash", "-c", f"{copy['curl']} --silent --show-error"]
            subprocess.run(command, capture_output=True, check=True, env=env)
        again = deck.requests[-len(before) :]
        for name in ("method", "path", "query", "body", "status"):
            assert [call[name] for call in again] == [call[name] for call in before]
        assert again[0]["replayed"]
