"""Worlds: one for each key, separate, consistent, without secrets."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest


@pytest.fixture
def other(server, key):
    """A client of another world."""
    headers = {"Authorization": f"bearer {key}_other"}
    with httpx2.Client(base_url=server.base_url, headers=headers, trust_env=False) as client:
        yield client


def test_two_keys_are_two_worlds(sim, other, task):
    """A world does not see the resources of another; the scheme is case-insensitive."""
    assert other.get("/agents").json()["data"] == []
    assert other.get(f"/tasks/{task['id']}").status_code == 404
    again = other.post("/agents", json={"name": "Concierge"}).json()
    assert again["id"] == task["agent_id"]
    assert len(sim.get("/requests").json()["data"]) == 2


def test_parallel_calls_on_one_world_lose_nothing(api, sim, server, task, connection):
    def play(number):
        with httpx2.Client(headers=api.headers, base_url=server.base_url, trust_env=False) as mine:
            for _ in range(8):
                body = {"connection_id": connection["id"], "input": {"n": number}}
                run = mine.post(f"/tasks/{task['id']}/run", json=body).json()
                mine.post(f"/task-runs/{run['id']}/cancel")
                mine.get("/task-runs?limit=5")
                yield run["id"]

    with ThreadPoolExecutor(4) as threads:
        ids = [run for runs in threads.map(lambda n: list(play(n)), range(4)) for run in runs]
    assert len(set(ids)) == 32
    listed = api.get("/task-runs?limit=100&status=canceled").json()["data"]
    assert {run["id"] for run in listed} == set(ids)
    timeline = sim.get("/timeline").json()["data"]
    assert sum(entry["what"] == "queued -> canceled" for entry in timeline) == 32
    requests = [call["request_id"] for call in sim.get("/requests").json()["data"]]
    assert len(set(requests)) == len(requests)
    assert sim.get("/world").json()["crashes"] == []


SECRET = "correct-horse-battery"
LEAKS = {
    "right": {"auth_credentials": {"username": "alex", "password": SECRET}},
    "misspelt": {"auth_credentials": {"username": "alex", "pasword": SECRET}},
    "text": {"auth_credentials": f"alex:{SECRET}"},
    "too much": {"auth_credentials": {"username": "a", "password": SECRET, "pin": SECRET}},
    "misplaced": {"password": SECRET},
    "unknown source": {
        "source_id": "no",
        "auth_credentials": {"username": "alex", "password": SECRET},
    },
}


@pytest.mark.parametrize("changes", LEAKS.values(), ids=LEAKS)
def test_a_password_is_never_shown_again(api, sim, simulation, source, changes):
    """Answers, the journal as it is shown, timeline, events and the world have no password."""
    body = {"source_id": source["id"], "auth_method": "username_password", **changes}
    answers = [api.post("/connections", json=body), api.get("/connections")]
    paths = ("/world", "/timeline", "/requests", "/events", "/connections", "/next")
    answers += [sim.get(path) for path in paths]
    assert all(answer.status_code < 500 and SECRET not in answer.text for answer in answers)
    now = simulation()
    assert SECRET not in repr((now.world, now.selection, now.crashes))
