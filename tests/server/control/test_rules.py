"""Control calls about rules, and why a scenario was chosen."""

import pytest


@pytest.fixture
def rules(sim):
    """Set the rules, each given as `when`, scenario and, maybe, resource."""

    def rules(*wanted):
        names = ("when", "scenario", "resource")
        body = {"rules": [dict(zip(names, rule, strict=False)) for rule in wanted]}
        answer = sim.put("/rules", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["rules"] == body["rules"] == sim.get("/rules").json()["rules"]

    return rules


@pytest.fixture
def open_(api):
    """Open a connection, and return the answer."""

    def open_(username="ada", **body):
        source = {"type": "website", "website": {"url": "https://inn.example"}, "name": "Inn"}
        login = {"username": username, "password": "x"}
        body = {
            "source_id": api.post("/sources", json=source).json()["id"],
            "auth_method": "username_password",
            "auth_credentials": login,
            **body,
        }
        return api.post("/connections", json=body)

    return open_


def test_the_ways_of_selection_have_an_order(sim, api, rules, task, open_, advance):
    """Removed one by one, each way of selection leaves its place to the next."""
    opened = open_("agent_hangs").json()
    advance("1s")
    sim.post("/queue", json={"resource": "task_run", "scenarios": ["task_fails"]})
    rules(({"task": "Read"}, "deck_error", "task_run"))

    def choice(**headers):
        body = {"connection_id": opened["id"]}
        answer = api.post(f"/tasks/{task['id']}/run", json=body, headers=headers)
        call = sim.get("/requests").json()["data"][-1]
        assert call["scenario"] == answer.headers["Deck-Sim-Scenario"]
        return call["scenario"]

    assert choice(**{"Deck-Sim-Scenario": "source_down"}) == "source_down; because=header"
    assert choice() == "task_fails; because=queue"
    assert choice() == "deck_error; because=rule"
    rules()
    assert choice() == "agent_hangs; because=magic_name"


def test_a_scenario_in_use_cannot_be_removed(sim, message):
    sim.put("/scenarios/mine", json={"task_run": ["queued", "running", "completed"]})
    for call, body, place in [
        ("PUT /rules", {"rules": [{"when": {}, "scenario": "mine"}]}, "rules[0].scenario"),
        ("PUT /scenarios/user", {"playlist": ["success", "mine"]}, "scenarios.user.playlist"),
        ("PUT /scenarios/user", {"mix": {"mine": 1}}, "scenarios.user.mix"),
    ]:
        assert sim.request(*call.split(), json=body).status_code == 200
        text = f"'mine' is named by `{place}`; change that first"
        assert message("DELETE", "/scenarios/mine") == text
        sim.put("/rules", json={"rules": []})
    sim.delete("/scenarios/user")
    assert sim.delete("/scenarios/mine").status_code == 200
