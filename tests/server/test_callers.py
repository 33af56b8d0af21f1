"""Messages in the terms of the caller: a test in Python, or a program in another language."""

from contextvars import copy_context

import httpx2
import pytest

from deck_sim.base.errors import in_python
from deck_sim.runtime.callers import CALLERS
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.simulation import Exploration
from deck_sim.server.uvicorn_server import Server

OF_PYTHON = ("pytest", "deck.", "DeckSim", "time.sleep")


@pytest.fixture
def server():
    """A server like that of a command, which is not in the process of a test."""
    context = copy_context()
    context.run(in_python.set, False)
    server = Server(WorldRegistry())
    context.run(server.__enter__)
    yield server
    server.__exit__(None, None, None)


@pytest.fixture
def messages(server, key, sim, run_task):
    """The messages with hints that the client gets which sends this User-Agent."""

    def messages(agent):
        headers = {"Authorization": f"Bearer {key}", "User-Agent": agent}
        run = run_task()
        with httpx2.Client(base_url=server.url, headers=headers, trust_env=False) as client:
            for _ in range(3):
                client.get(f"/v2/task-runs/{run['id']}")
            sim.patch("/world", json={"default_scenario": "connection_drops_later"})
            webhook = client.post("/_sim/webhooks", json={"url": "https://hooks.example.com/"})
            queue = {"resource": "task_run", "scenarios": ["no_such_scenario"]}
            fault = {"match": "POST /v2/credentials", "status": 502}
            refused = [
                client.post("/v2/credentials", json={}),
                client.post("/_sim/faults", json=fault),
                client.post("/_sim/queue", json=queue),
            ]
            return [
                webhook.json()["warning"],
                client.get("/_sim/lint").json()["data"][0]["fix"],
                *client.get("/_sim/world").json()["unplayed_login"],
                *(answer.json()["errors"][0]["message"] for answer in refused),
            ]

    return messages


@pytest.mark.parametrize("agent", ["node", "curl/8.5.0", "axios/1.7.2"])
def test_hints_for_other_languages_name_no_python(messages, agent):
    texts = messages(agent)
    assert [text for text in texts if any(word in text for word in OF_PYTHON)] == []
    assert 'POST /_sim/clock/advance {"by": "5s"}' in texts[1]
    assert "open a connection with `POST /v2/connections`" in texts[2]
    assert "to switch: --edition credentials of deck-sim, or PATCH /_sim/world" in texts[3]


def test_hints_for_tests_in_python_name_python(messages):
    for text in messages("python-httpx2/2.0"):
        assert any(word in text for word in OF_PYTHON)


def test_hints_of_a_server_in_the_process_of_a_test_name_python(deck):
    """Whatever the client of the application calls itself."""
    headers = {"Authorization": f"Bearer {deck.api_key}", "User-Agent": "bookings/1.0"}
    answer = httpx2.post(f"{deck.base_url}/credentials", headers=headers, trust_env=False)
    assert '@pytest.mark.deck(edition="credentials")' in answer.text.replace("\\", "")


def test_remedies_can_be_in_the_terms_of_the_npm_package(sim, run_task):
    run_task()
    rows = {
        caller: sim.get("/findings", params={"caller": caller}).json()["data"]
        for caller in ("node", "http")
    }
    remedies = {caller: row[-1]["remedy"] for caller, row in rows.items()}
    assert "`world.advanceUntil(…)`" in remedies["node"]
    assert "POST /_sim/clock/advance" in remedies["http"]


def test_the_remedies_for_each_caller_have_the_same_names():
    assert {frozenset(terms) for terms in CALLERS.values()} == {frozenset(CALLERS["test"])}


def test_a_finding_says_if_it_fails_a_test(sim, simulation):
    """A test with a trouble may pass without using all that it set up."""
    sim.post("/faults", json={"match": "POST /v2/agents", "status": 502})
    weights = []
    for has_trouble in (False, True):
        simulation().exploration = Exploration(has_trouble)
        weights.append({row["kind"]: row["weight"] for row in sim.get("/findings").json()["data"]})
    assert weights[0] == {"unused_fault": "leftover", "no_calls": "note"}
    assert weights[1] == {"unused_fault": "note", "no_calls": "note"}
