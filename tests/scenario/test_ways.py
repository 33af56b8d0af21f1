"""The six ways to choose a scenario, over HTTP: which wins, what came second, what is consumed."""

import pytest

VIP = """
version: 1
name: vip
when: {username: "*@vip.example", auth_method: username_password}
connection: [connecting: 1s, connected]
"""
RULE = {"when": {"username": "*vip*"}, "scenario": "slow_success"}
USER = "ann+mfa_then_success@vip.example"
MAGIC = "ann+mfa_twice@example.com"


@pytest.fixture
def open_connection(api):
    """Open a connection for a user; returns the answer."""
    body = {"name": "Hotel", "type": "website", "website": {"url": "https://hotel.example"}}
    source = api.post("/sources", json=body).json()

    def open_connection(username, scenario=None, **more):
        credentials = {"username": username, "password": "-"}
        body = {"source_id": source["id"], "auth_method": "username_password"}
        body |= {"auth_credentials": credentials, **more}
        headers = {"Deck-Sim-Scenario": scenario} if scenario else {}
        return api.post("/connections", json=body, headers=headers)

    return open_connection


@pytest.fixture
def chosen(open_connection):
    """What is chosen for a user's connection, and why, as the header says it."""
    return lambda *given, **more: open_connection(*given, **more).headers["Deck-Sim-Scenario"]


def test_each_way_goes_before_the_next(sim, chosen):
    """Header, queue, rule, magic name, `when`, default: in this order."""
    assert chosen("ann@vip.example") == "success; because=default"
    sim.put("/scenarios/vip", content=VIP)
    assert chosen("ann@vip.example") == "vip; because=when"
    assert chosen(MAGIC) == "mfa_twice; because=magic_name"
    sim.put("/rules", json={"rules": [RULE]})
    assert chosen("ann@vip.example") == "slow_success; because=rule"
    sim.post("/queue", json={"resource": "connection", "scenarios": ["source_down"]})
    assert chosen("a@vip.example", "agent_hangs") == "agent_hangs; because=header"
    assert chosen("ann@vip.example") == "source_down; because=queue"


def test_what_came_second_is_told(sim, chosen):
    """The journal and the world say what the choice was preferred to."""
    sim.put("/rules", json={"rules": [RULE]})
    assert chosen("vip", external_id="success") == "slow_success; because=rule"
    choice = sim.get("/world").json()["choices"][-1]
    assert (choice["because"], choice["runner_up"]) == ("rule", "success; because=magic_name")
    assert sim.get("/requests").json()["data"][-1]["runner_up"] == choice["runner_up"]


@pytest.mark.parametrize("name", ["source_down", "x+source_down@example.com"])
def test_a_magic_name_reaches_a_scenario(chosen, name):
    """As a user name or an external id, plain or behind a plus."""
    assert chosen(name) == "source_down; because=magic_name"
    assert chosen("ann", external_id=name) == "source_down; because=magic_name"


@pytest.mark.parametrize("name", ["nobody", "x+nobody@example.com", "source_down@example.com"])
def test_a_name_of_no_scenario_is_no_magic_name(chosen, name):
    """Users may be called what they like."""
    assert chosen(name) == "success; because=default"


@pytest.mark.parametrize(
    ("asked", "given", "matches"),
    [
        ({"guest": "Al*"}, {"guest": "Alex", "nights": 2}, True),
        ({"guest": "Al*"}, {"guest": "Bob"}, False),
        ({"guest": "Al*"}, {}, False),
        ({"stay": {"nights": 2}}, {"stay": {"nights": 2, "rooms": 1}}, True),
        ({"stay": {"nights": 2}}, {"stay": 2}, False),
        ({"paid": True}, {"paid": True}, True),
        ({"paid": True}, {"paid": "no"}, False),
        ({"days": [1, "*"]}, {"days": [1, 2]}, True),
        ({"days": [1, "*"]}, {"days": [1]}, False),
        ({"days": [1]}, {"days": 1}, False),
        ({"guest": "*"}, {"guest": None}, False),
    ],
)
def test_a_rule_looks_into_the_input(api, sim, task, connection, asked, given, matches):
    """What it names must be there, however deep; texts are globs, compared as text."""
    rule = {"when": {"input": asked}, "scenario": "source_down", "resource": "task_run"}
    sim.put("/rules", json={"rules": [rule]})
    body = {"connection_id": connection["id"], "input": given}
    answer = api.post(f"/tasks/{task['id']}/run", json=body)
    assert answer.headers["Deck-Sim-Scenario"].startswith("source_down") is matches


def test_a_task_and_an_agent_are_known_by_name_and_by_id(sim, run_task, api, task, connection):
    """Either will do in a rule."""
    for when in ({"task": "Re*"}, {"task": task["id"]}, {"agent": "Concierge"}):
        sim.put("/rules", json={"rules": [{"when": when, "scenario": "source_down"}]})
        body = {"connection_id": connection["id"]}
        answer = api.post(f"/tasks/{task['id']}/run", json=body)
        assert answer.headers["Deck-Sim-Scenario"] == "source_down; because=rule"


def test_a_rule_that_names_nothing_is_refused_and_the_others_stay(sim):
    """An unknown scenario or kind of resource, each with its place."""
    sim.put("/rules", json={"rules": [RULE]})
    wrong = [{**RULE, "scenario": "sucess"}, {**RULE, "resource": "run"}]
    for index, rule in enumerate(wrong):
        refused = sim.put("/rules", json={"rules": [RULE, rule]})
        field = ("rules[1].scenario", "rules[1].resource")[index]
        assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert sim.get("/rules").json()["rules"] == [RULE]


def runs(api, task, connection, count, scenario):
    """What that many runs of a scenario play."""
    headers = {"Deck-Sim-Scenario": scenario}
    body = {"connection_id": connection["id"]}
    answers = (
        api.post(f"/tasks/{task['id']}/run", json=body, headers=headers) for _ in range(count)
    )
    return [answer.headers["Deck-Sim-Scenario"].partition("plays=")[2] for answer in answers]


def test_a_playlist_is_played_in_turn_and_its_last_again_and_again(api, sim, task, connection):
    """Each run takes the next entry; a run that is refused takes none."""
    text = "version: 1\nname: turns\nplaylist: [source_down, agent_hangs]\n"
    sim.put("/scenarios/turns", content=text)
    refused = api.post(f"/tasks/{task['id']}/run", json={"connection_id": "conn_none"})
    assert refused.status_code == 404
    played = runs(api, task, connection, 4, "turns")
    assert played == ["source_down", "agent_hangs", "agent_hangs", "agent_hangs"]


def test_a_mix_is_drawn_as_its_weights_say(api, sim, task, connection):
    """One in five, more or less, and the same ones for the same seed."""
    text = "version: 1\nname: mixed\nmix: {source_down: 1, slow_success: 4}\n"
    sim.put("/scenarios/mixed", content=text)
    played = runs(api, task, connection, 300, "mixed")
    assert set(played) == {"source_down", "slow_success"}
    assert 35 <= played.count("source_down") <= 85


def test_coverage_tells_what_was_played_and_what_never_was(api, sim, advance, run_task):
    """Each step and branch of what was played, with how often."""
    run_task("mfa_then_success")
    advance("20m")
    rows = {row["scenario"]: row for row in sim.get("/coverage").json()["data"]}
    row = rows["mfa_then_success"]
    assert row["steps"]["task_run[0]"] == 1
    assert "task_run[2].on_rejected[0]" in row["missed"]
    assert "task_run[2].on_timeout[0]" not in row["missed"]
    assert row["played"] + len(row["missed"]) == row["of"]
