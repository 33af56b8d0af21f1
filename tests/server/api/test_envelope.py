"""The envelope, ids and headers of every answer."""

import httpx2
import pytest

from deck_sim import __version__


@pytest.fixture
def anyone(server):
    """A client without a key."""
    with httpx2.Client(base_url=server.base_url, trust_env=False) as client:
        yield client


def test_every_answer_has_its_request_id_and_the_version(api, sim, task):
    answers = [
        *(api.get(path) for path in ("/test", "/agents", "/agents/no", "/no", "/tasks?limit=x")),
        api.post("/agents", json={}),
        api.delete(f"/tasks/{task['id']}"),
        api.put("/agents"),
        *(sim.get(path) for path in ("/world", "/no", "/scenarios/no")),
    ]
    ids = [answer.json()["request_id"] for answer in answers]
    assert len(set(ids)) == len(ids)
    assert all(answer.headers["Deck-Sim-Version"] == __version__ for answer in answers)
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/json"}


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Basic c2s6", "sk_live_1", "Bearersk_live_1"]
)
def test_a_call_without_a_key_is_refused(anyone, authorization):
    """No key, or a scheme other than Bearer, is a 401 in the envelope, on any path."""
    headers = {} if authorization is None else {"Authorization": authorization}
    for path in ("/test", "/no", "/agents/x"):
        answer = anyone.get(path, headers=headers)
        assert answer.status_code == 401
        (error,) = answer.json()["errors"]
        assert (error["type"], error["code"]) == ("request", "api_key_invalid")
        assert answer.json()["request_id"].startswith("req_")
        assert answer.headers["Deck-Sim-Version"] == __version__


def _heading(answer):
    return answer.headers.get("Deck-Sim-Scenario")


def test_an_unknown_scenario_in_the_header_is_refused(refused, task, connection):
    body, headers = {"connection_id": connection["id"]}, {"Deck-Sim-Scenario": "sucess"}
    answer = refused("POST", f"/tasks/{task['id']}/run", 400, json=body, headers=headers)
    (error,) = answer.json()["errors"]
    assert (error["code"], error["field"]) == ("input_invalid", "Deck-Sim-Scenario")
    assert error["message"] == (
        "`Deck-Sim-Scenario` names an unknown scenario: 'sucess'; did you mean 'success'?"
    )
    assert _heading(answer) is None


@pytest.mark.parametrize("name", ["sucess", "session_breaks_down", "source_down"])
def test_a_client_may_send_the_header_with_all_calls(api, refused, name):
    """Every create refuses what the world cannot play; reads do not."""
    agent, headers = {"name": "Concierge"}, {"Deck-Sim-Scenario": name}
    if name == "source_down":
        assert api.post("/agents", json=agent, headers=headers).status_code == 201
    else:
        refused("POST", "/agents", 400, json=agent, headers=headers)
    assert api.get("/agents", headers=headers).status_code == 200
