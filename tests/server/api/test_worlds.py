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
LOGIN = {"username": "alex", "password": SECRET}


def test_a_password_is_never_shown_again(api, sim, simulation, source):
    """Answers, the journal as it is shown, timeline, events and the world have no password."""
    for changes in (
        {"auth_credentials": LOGIN},
        {"auth_credentials": {"username": "alex", "pasword": SECRET}},
        {"auth_credentials": f"alex:{SECRET}"},
        {"auth_credentials": {**LOGIN, "pin": SECRET}},
        {"password": SECRET},
        {"source_id": "no", "auth_credentials": LOGIN},
    ):
        body = {"source_id": source["id"], "auth_method": "username_password", **changes}
        answers = [api.post("/connections", json=body), api.get("/connections")]
        paths = ("/world", "/timeline", "/requests", "/events", "/connections", "/next")
        answers += [sim.get(path) for path in paths]
        assert all(answer.status_code < 500 and SECRET not in answer.text for answer in answers)
    now = simulation()
    assert SECRET not in repr((now.world, now.selection, now.crashes))


def test_a_refused_body_hides_its_secrets(api, sim):
    """Wherever they are, and even if it is not JSON."""
    for path, body in [
        ("/connections", '{"source_id": "x", "password": "whsec_hush"'),
        ("/event-destinations", '{"credentials": {"secret": "whsec_hush"'),
        ("/event-destinations", '{"config": {"secret": "whsec_hush"}}'),
        ("/event-destinations", '{"credentials": {"secrte": "whsec_hush"}}'),
        ("/event-destinations", '{"credentials": "whsec_hush"}'),
        ("/event-destinations", '{"secret": "whsec_hush"}'),
        ("/event-destinations", '{"webhook": "whsec_hush"}'),
        ("/event-destinations", '{"name": ["whsec_hush"], "config": "whsec_hush"}'),
        ("/event-destinations", '{"type": "whsec_hush"}'),
    ]:
        answer = api.post(path, content=body)
        assert answer.status_code == 400
        assert "whsec_hush" not in answer.text + sim.get("/requests").text
