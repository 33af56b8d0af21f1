"""What goes wrong with a webhook, seen by a real receiver."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

DONE = "task_run.completed"


@pytest.fixture
def put(sim):
    """Put a fault of webhooks into the world; of one, unless it says otherwise."""

    def put(event=DONE, **fault):
        answer = sim.post("/faults", json={"times": 1, **fault, "event": event})
        assert answer.status_code == 200, answer.text

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


def is_genuine(arrival, secret):
    """Whether the library that Standard Webhooks publish takes it."""
    try:
        Webhook(secret).verify(arrival.body, arrival.headers)
    except WebhookVerificationError:
        return False
    return True


def test_a_webhook_can_come_twice(put, subscribe, receiver, run_task, advance, log):
    """`duplicate` sends the same message with the same id again, in one attempt."""
    subscribe(DONE)
    put(duplicate=True)
    run_task()
    advance("1m")
    first, second = receiver.arrivals
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert log() == [("30:11", 1, True, "duplicate")]


def test_a_webhook_can_be_overtaken(put, subscribe, receiver, run_task, advance, log):
    """`reorder` waits until the next one has been sent to the destination."""
    subscribe("task_run.running", DONE)
    put("task_run.running", reorder=True)
    run_task()
    advance("1m")
    assert receiver.types() == [DONE, "task_run.running"]
    assert log("task_run.running") == [("30:11", 1, True, "reorder")]


def test_others_do_not_overtake_for_a_destination(put, subscribe, receiver, run_task, advance):
    """What is sent elsewhere lets nothing go, and what nothing overtakes goes after 30 seconds."""
    subscribe("task_run.running", path="/a")
    subscribe(DONE, path="/b")
    put("task_run.running", reorder=True)
    run_task()
    advance("30s")
    assert receiver.types("/a") == []
    advance("10s")
    assert receiver.types("/a") == ["task_run.running"]


def test_a_webhook_can_get_lost(put, subscribe, receiver, run_task, advance, log, api):
    """`drop` sends nothing, and nobody notices: the delivery is a success, and not sent again."""
    made = subscribe(DONE)
    put(drop=True)
    run_task()
    advance("1h")
    assert receiver.arrivals == []
    assert log() == [("30:11", 1, True, "drop")]
    assert api.get(f"/event-destinations/{made['id']}").json()["status"] == "active"


def test_a_webhook_can_come_late(put, subscribe, receiver, run_task, advance, log):
    """`delay` waits on the world's clock."""
    subscribe(DONE)
    put(delay="30s")
    run_task()
    advance("35s")
    assert receiver.arrivals == []
    advance("5s")
    assert log() == [("30:41", 1, True, "delay")]


def test_a_timestamp_can_be_stale(put, subscribe, receiver, run_task, advance):
    """`stale_timestamp` is ten minutes old, and rightly signed."""
    made = subscribe(DONE)
    put(stale_timestamp=True)
    run_task()
    advance("1m")
    (arrival,) = receiver.arrivals
    stamp = datetime.fromtimestamp(int(arrival.headers["webhook-timestamp"]), UTC)
    assert datetime.now(UTC) - stamp > timedelta(minutes=9)
    assert not is_genuine(arrival, made["credentials"]["secret"])


@pytest.mark.parametrize(
    ("fault", "genuine"),
    [("bad_signature", False), ("tampered_body", False), ("rotated_signature", True)],
)
def test_a_signature_can_be_odd(put, subscribe, receiver, run_task, advance, fault, genuine):
    """Receivers must refuse a wrong one, and find the right one among several."""
    made = subscribe(DONE)
    put(**{fault: True})
    run_task()
    advance("1m")
    (arrival,) = receiver.arrivals
    assert is_genuine(arrival, made["credentials"]["secret"]) is genuine
    assert arrival.headers["deck-sim-fault"] == fault
    assert arrival.data["type"] == DONE


def test_a_tampered_body_has_something_added(put, subscribe, receiver, run_task, advance):
    """It is JSON still, so only the signature tells."""
    subscribe(DONE)
    put(tampered_body=True)
    run_task()
    advance("1m")
    assert receiver.arrivals[0].data["tampered"] is True


def test_the_next_attempt_is_struck_by_the_next_fault(put, subscribe, receiver, run_task, advance):
    """A fault strikes attempts: one that is refused is sent again, and that one is right."""
    made = subscribe(DONE)
    put(bad_signature=True)
    receiver.say(lambda arrival, line: 401 - 201 * is_genuine(arrival, secret))
    secret = made["credentials"]["secret"]
    run_task()
    advance("1m")
    assert [is_genuine(arrival, secret) for arrival in receiver.arrivals] == [False, True]
    assert "deck-sim-fault" not in receiver.arrivals[1].headers


def test_a_webhook_can_come_before_the_answer(put, api, subscribe, receiver, agent, log):
    """`before_response`: the receiver has it, and has answered, before the caller is answered."""
    subscribe("agent.created")
    put("agent.created", before_response=True, times=1)
    agent()
    assert receiver.types() == ["agent.created"]
    agent()
    assert receiver.types() == ["agent.created"]
    assert log("agent.created") == [("30:00", 1, True, "before_response")]


def test_it_comes_first_to_every_destination_that_it_strikes(put, subscribe, receiver, agent):
    """One fault strikes as many deliveries as it says."""
    for path in ("/a", "/b", "/c"):
        subscribe("agent.created", path=path)
    put("agent.created", before_response=True, times=2)
    agent()
    log = [line for line in receiver.arrivals if "deck-sim-fault" in line.headers]
    assert sorted(arrival.path for arrival in log) == ["/a", "/b"]


def test_the_right_signature_is_not_the_first(put, subscribe, receiver, run_task, advance):
    """Whoever looks at the first alone takes a genuine message for a forged one."""
    made = subscribe(DONE)
    put(rotated_signature=True)
    run_task()
    advance("1m")
    (arrival,) = receiver.arrivals
    arrival.headers["webhook-signature"] = arrival.headers["webhook-signature"].split(" ")[0]
    assert not is_genuine(arrival, made["credentials"]["secret"])


def test_only_what_a_call_causes_comes_before_its_answer(put, subscribe, run_task, advance, sim):
    """What the clock brings about has no answer to come before: the fault waits on."""
    subscribe()
    put(before_response=True)
    run_task()
    advance("1m")
    assert [fault["fired"] for fault in sim.get("/faults").json()["data"]] == [0]


def test_nothing_hurries_while_somebody_moves_the_clock(
    put, api, subscribe, receiver, agent, advance, sim
):
    """A call from inside a receiver finds its clock driven; its own webhooks wait their turn."""
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


def test_each_destination_has_its_own(put, subscribe, receiver, run_task, advance):
    """One fault strikes one delivery; the other destination gets what it should."""
    subscribe(DONE, path="/a")
    subscribe(DONE, path="/b")
    put(drop=True)
    run_task()
    advance("1m")
    assert receiver.types("/a") == []
    assert receiver.types("/b") == [DONE]


def test_queues_are_not_struck(put, api, run_task, advance, sim):
    """A fault of webhooks is for webhooks."""
    body = {"name": "Q", "type": "aws_sqs", "config": {"queue_url": "q"}, "events": [DONE]}
    made = api.post("/event-destinations", json=body).json()
    put(drop=True)
    run_task()
    advance("1m")
    assert len(sim.get(f"/destinations/{made['id']}/messages").json()["data"]) == 1


def test_a_struck_delivery_whose_destination_is_gone_is_forgotten(
    put, api, subscribe, run_task, advance, log, simulation
):
    """What was held back has nowhere to go, and says so."""
    made = subscribe(DONE)
    put(delay="1h")
    run_task()
    advance("1m")
    api.delete(f"/event-destinations/{made['id']}")
    advance("1h")
    assert log() == [("30:11", None, False, None)]
    assert simulation().world.fired == {}


def test_a_webhook_is_held_back_in_real_time_too(put, api, sim, subscribe, receiver, agent):
    """With a clock that moves by itself nothing waits for the answer, either."""
    sim.put("/clock", json={"mode": "real"})
    subscribe("agent.created")
    put("agent.created", before_response=True)
    agent()
    assert receiver.types() == ["agent.created"]
