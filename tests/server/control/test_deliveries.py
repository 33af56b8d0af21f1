import pytest


@pytest.fixture
def delivered(receiver, subscribe, agent, advance, delivery_log):
    subscribe("agent.created")
    agent()
    advance("0s")
    return delivery_log()[0]


def test_a_receiver_is_registered_without_a_call(receiver, sim, agent, advance):
    """The journal does not have it, so an exploration has no place there."""
    names = {"url": f"{receiver.url}/hook", "events": "agent.created", "name": "Mine"}
    row = sim.post("/webhooks", json=names).json()
    assert (row["name"], row["events"], row["warning"]) == ("Mine", ["agent.created"], None)
    assert row["secret"] == sim.get("/world").json()["webhook_secret"]
    assert sim.get("/requests").json()["data"] == []
    agent()
    advance("0s")
    assert receiver.types("/hook") == ["agent.created"]


def test_a_receiver_that_is_never_called_has_a_warning(sim):
    row = sim.post("/webhooks", json={"url": "http://hooks.example.com/"}).json()
    assert row["events"] == ["*"]
    assert row["warning"].startswith("webhooks to http://hooks.example.com/ are not sent: ")


@pytest.mark.parametrize("edition", ["connections", "credentials"])
def test_a_wrong_receiver_is_refused_with_each_mistake(errors, sim, edition):
    sim.patch("/world", json={"edition": edition})
    bodies = {
        "url": {"url": "localhost:3000"},
        "events": {"url": "http://localhost/", "events": []},
        "events[0]": {"url": "http://localhost/", "events": ["task_run.complet"]},
        "secret": {"url": "http://localhost/", "secret": "s3cret"},
    }
    for field, body in bodies.items():
        assert errors("POST", "/webhooks", 400, json=body)[0][1] == field


def test_the_log_has_each_attempt(delivered, receiver):
    (line,) = delivered["log"]
    assert (line["at"], line["attempt"], line["ok"]) == ("2025-01-15T09:30:00Z", 1, True)
    assert (line["status"], line["error"]) == (200, None)
    assert line["latency_ms"] >= 0
    assert line["request_headers"] == receiver.arrivals[0].headers
    assert {"host", "content-length"} <= line["request_headers"].keys()
    assert (line["response_headers"], line["response_body"]) == ({"content-length": "0"}, "")


def test_a_replay_is_delivered_before_the_answer(delivered, receiver, sim):
    again = sim.post(f"/deliveries/{delivered['id']}/replay").json()
    assert (again["status"], again["attempts"]) == ("success", 2)
    first, second = receiver.arrivals
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_a_replay_that_a_fault_delays_has_not_failed(delivered, sim):
    sim.post("/faults", json={"event": "*", "delay": "10s"})
    sim.post(f"/deliveries/{delivered['id']}/replay")
    (waiting,) = sim.get("/next").json()["unfinished"]
    assert waiting["why"] == "The clock is frozen; a delivery is attempted in 10s."


def test_a_replay_from_inside_a_receiver_does_not_wait(delivered, receiver, sim, agent, advance):
    """The advance in progress delivers it, so the call does not wait for itself."""
    answers = []

    def replay(arrival, line):
        if not answers:
            answers.append(sim.post(f"/deliveries/{delivered['id']}/replay").json())
        return 200

    receiver.say(replay)
    agent()
    advance("0s")
    assert answers[0]["status"] == "pending"
    assert receiver.types() == ["agent.created"] * 3
