import threading
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

DONE = "task_run.completed"


@pytest.fixture
def put(sim):
    def put(event=DONE, **fault):
        sim.call("POST", "/faults", {"times": 1, **fault, "event": event})

    return put


@pytest.fixture
def log(sim):
    """The lines of the delivery log about events of a type: when, which attempt, ok, fault."""

    def log(event=DONE):
        deliveries = sim.get("/deliveries").json()["data"]
        lines = [line for d in deliveries if d["event_type"] == event for line in d["log"]]
        return [
            (line["at"][14:19], line["attempt"], line["ok"], line["fault"])
            for line in sorted(lines, key=lambda line: line["at"])
        ]

    return log


@pytest.fixture
def play(put, subscribe, run_task, advance):
    """Play a run whose last webhook has this fault; returns the destination's secret."""

    def play(**fault):
        destination = subscribe(DONE)
        put(**fault)
        run_task()
        advance("1m")
        return destination["credentials"]["secret"]

    return play


def is_genuine(arrival, secret):
    try:
        Webhook(secret).verify(arrival.body, arrival.headers)
    except WebhookVerificationError:
        return False
    return True


@pytest.mark.parametrize(
    ("fault", "value", "at", "arrivals"),
    [("duplicate", True, "30:11", 2), ("drop", True, "30:11", 0), ("delay", "30s", "30:41", 1)],
)
def test_the_log_has_one_successful_attempt(play, receiver, log, fault, value, at, arrivals):
    """Of a webhook that is lost, too; copies have the same id."""
    play(**{fault: value})
    assert log() == [(at, 1, True, fault)]
    assert len(receiver.arrivals) == arrivals
    assert len({arrival.headers["webhook-id"] for arrival in receiver.arrivals}) == min(arrivals, 1)


def test_an_older_webhook_is_not_the_next_one(put, subscribe, receiver, api, advance):
    """It may be sent at the same moment as the one that is postponed."""
    subscribe("agent.created", "agent.updated", "agent.deleted")
    put("agent.updated", reorder=True)
    path = f"/agents/{api.post('/agents', json={'name': 'Concierge'}).json()['id']}"
    api.patch(path, json={"name": "Porter"})
    advance("1s")
    api.delete(path)
    advance("1s")
    assert receiver.types() == ["agent.created", "agent.deleted", "agent.updated"]


def test_a_webhook_waits_at_most_30_seconds_for_the_next(
    put, subscribe, receiver, run_task, advance
):
    """Webhooks to other destinations do not end the wait."""
    subscribe("task_run.running", path="/a")
    subscribe(DONE, path="/b")
    put("task_run.running", reorder=True)
    run_task()
    advance("30s")
    assert (receiver.types("/a"), receiver.types("/b")) == ([], [DONE])
    advance("10s")
    assert receiver.types("/a") == ["task_run.running"]


def test_stale_timestamp_is_ten_minutes_old(play, receiver):
    secret = play(stale_timestamp=True)
    (arrival,) = receiver.arrivals
    stamp = int(arrival.headers["webhook-timestamp"])
    assert datetime.now(UTC).timestamp() - stamp > 540
    moment = datetime.fromtimestamp(stamp, UTC)
    assert arrival.headers["webhook-signature"] == Webhook(secret).sign(
        arrival.data["id"], moment, arrival.body.decode()
    )


@pytest.mark.parametrize(
    ("fault", "genuine"),
    [("bad_signature", False), ("tampered_body", False), ("rotated_signature", True)],
)
def test_verifiers_refuse_wrong_signatures(play, receiver, fault, genuine):
    secret = play(**{fault: True})
    (arrival,) = receiver.arrivals
    assert is_genuine(arrival, secret) is genuine
    assert arrival.headers["deck-sim-fault"] == fault
    assert (arrival.data["type"], "tampered" in arrival.data) == (DONE, fault == "tampered_body")


@pytest.mark.parametrize("status", [308, 413])
def test_status_answers_in_place_of_the_receiver(play, receiver, sim, status):
    play(status=status)
    (delivery,) = sim.get("/deliveries").json()["data"]
    failed, repeated = delivery["log"]
    assert (failed["status"], failed["fault"]) == (status, "status")
    assert failed["error"].startswith(f"answered {status}")
    assert (repeated["status"], len(receiver.arrivals)) == (200, 1)


def test_content_type_replaces_the_header(play, receiver):
    secret = play(content_type="t\u00e9xt/plain")
    (arrival,) = receiver.arrivals
    assert arrival.headers["content-type"] == "t\u00e9xt/plain"
    assert (arrival.data["type"], is_genuine(arrival, secret)) == (DONE, True)


def test_a_fault_affects_one_attempt(put, subscribe, receiver, run_task, advance):
    destination = subscribe(DONE)
    put(bad_signature=True)
    receiver.say(lambda arrival, line: 401 - 201 * is_genuine(arrival, secret))
    secret = destination["credentials"]["secret"]
    run_task()
    advance("1m")
    assert [is_genuine(arrival, secret) for arrival in receiver.arrivals] == [False, True]
    assert "deck-sim-fault" not in receiver.arrivals[1].headers


def test_again_after_next_sends_a_webhook_a_second_time_after_the_next_one(
    put, subscribe, receiver, agent, api, advance
):
    """Once, whatever its `times`; after 30 seconds if no other comes."""
    subscribe("agent.created", "agent.deleted")
    put("agent.*", again_after_next=True, times=9)
    api.delete(f"/agents/{agent()['id']}")
    advance("1s")
    assert receiver.types() == ["agent.created", "agent.deleted", "agent.created"]
    first, _, again = (arrival.headers["webhook-id"] for arrival in receiver.arrivals)
    assert first == again
    advance("10m")
    assert receiver.types()[3:] == ["agent.deleted"]


def test_a_webhook_is_not_sent_again_to_a_destination_that_is_gone(
    put, subscribe, receiver, agent, api, advance
):
    hook = subscribe("agent.created")
    put("agent.created", again_after_next=True)
    receiver.say(lambda *_: api.delete(f"/event-destinations/{hook['id']}").status_code)
    agent()
    advance("1m")
    assert receiver.types() == ["agent.created"]


@pytest.mark.parametrize("mode", ["frozen", "real"])
def test_before_response_sends_a_webhook_before_the_response(
    put, sim, subscribe, receiver, agent, mode
):
    """Those of earlier calls are sent too, but the fault is not theirs."""
    sim.put("/clock", json={"mode": mode})
    subscribe("agent.created")
    earlier = agent()["id"]
    put("agent.created", before_response=True)
    new = agent()["id"]
    faults = {a.data["data"]["id"]: a.headers.get("deck-sim-fault") for a in receiver.arrivals}
    assert faults == {earlier: None, new: "before_response"}


def test_before_response_has_no_effect_during_an_advance(
    put, api, subscribe, receiver, agent, advance, sim
):
    subscribe("agent.created", "agent.deleted")
    put("agent.deleted", before_response=True)
    calls = threading.Semaphore(1)

    def call_back(arrival, line):
        if calls.acquire(blocking=False):
            api.delete(f"/agents/{arrival.data['data']['id']}")
        return 200

    receiver.say(call_back)
    agent()
    advance("1s")
    assert [fault["fired"] for fault in sim.get("/faults").json()["data"]] == [0]
