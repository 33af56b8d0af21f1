from datetime import timedelta

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.commands import create_resource
from deck_sim.engine.deliveries import (
    AttemptResult,
    create_destination,
    record_attempt,
    replay,
    rotate_secret,
    secrets_of,
    set_destination_status,
    take_outbox,
)
from deck_sim.engine.playing import pass_time
from deck_sim.engine.world import World

DAY = timedelta(days=1)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def listen(world):
    def listen(*events, type_="webhook"):
        config = {"url": "http://127.0.0.1/"} if type_ == "webhook" else {}
        fields = {"name": "x", "type": type_, "config": config, "events": [*events]}
        return create_destination(world, fields, "first")

    return listen


@pytest.fixture
def agent(world):
    return lambda: create_resource(world, "agent", {"name": "a", "description": None})


@pytest.fixture
def due(world, agent):
    """Make an event, and fire what is due; returns the attempts to send."""

    def due():
        agent()
        return _due(world)

    return due


def _due(world, until=timedelta()):
    limit = world.now + until
    while (timer := world.timers.peek()) and timer.at <= limit:
        pass_time(world, limit)
    return take_outbox(world)


def _record(world, attempt, *, ok=False):
    status, at = 200 if ok else 500, attempt.event.created_at
    record_attempt(world, attempt, AttemptResult(at, attempt.number, ok, status, error=None))


def _statuses(world):
    return [delivery.status for delivery in world.all("event_delivery").values()]


def test_each_destination_has_a_delivery_of_its_own(listen, due, world):
    ids = {listen("*").id, listen("*").id}
    attempts = due()
    assert {attempt.destination.id for attempt in attempts} == ids
    _record(world, attempts[0], ok=True)
    assert _statuses(world) == ["success", "pending"]


@pytest.mark.parametrize("kind", ["aws_sqs", "gcp_pubsub", "rabbitmq", "hookdeck"])
def test_a_queue_holds_its_messages(listen, due, world, kind):
    destination = listen("*", type_=kind)
    assert due() == []
    ((id_, event),) = world.messages
    assert (id_, event.type) == (destination.id, "agent.created")
    (delivery,) = world.all("event_delivery").values()
    assert (delivery.status, delivery["attempts"]) == ("success", 1)
    told = [entry.what for entry in world.timeline if entry.id == delivery.id]
    assert told[1:] == ["agent.created, put in the queue", "pending -> success"]


def _end(world, destination, how):
    if how == "deleted":
        world.delete(destination)
    else:
        set_destination_status(world, destination, how)


@pytest.mark.parametrize("how", ["deleted", "inactive", "pending_verification"])
def test_a_retry_fails_if_its_destination_is_gone(listen, due, world, how):
    destination = listen("agent.created")
    (attempt,) = due()
    _record(world, attempt)
    _end(world, destination, how)
    assert _due(world, DAY) == []
    assert _statuses(world) == ["failure"]
    reason = "deleted" if how == "deleted" else f"`{how}`"
    why = f"not attempted: the destination `{destination.id}` is {reason}"
    assert f"agent.created, {why}" in [entry.what for entry in world.timeline]
    _, last = world.delivery_log[attempt.delivery_id]
    assert (last.number, last.error) == (None, why)


@pytest.mark.parametrize("how", ["deleted", "inactive"])
def test_an_attempt_in_the_outbox_is_dropped_if_its_destination_is_gone(listen, agent, world, how):
    """A destination can stop between the due moment and the sending."""
    destination = listen("agent.created")
    agent()
    pass_time(world, world.now)
    _end(world, destination, how)
    assert take_outbox(world) == []
    assert _statuses(world) == ["failure"]


def _exhaust(world, attempts):
    while attempts:
        for attempt in attempts:
            _record(world, attempt)
        attempts = _due(world, DAY)


def test_retries_come_5_25_and_125_seconds_later(listen, due, world):
    listen("agent.created")
    (attempt,), waits = due(), []
    for _ in range(3):
        _record(world, attempt)
        waits.append((world.timers.peek().at - world.now).total_seconds())
        (attempt,) = _due(world, DAY)
    assert waits == [5, 25, 125]


def test_after_the_last_retry_the_destination_is_inactive(listen, due, world):
    destination, other = listen("agent.created"), listen("event_destination.deactivated")
    _exhaust(world, due())
    assert world.all("event_destination")[destination.id].status == "inactive"
    assert world.all("event_destination")[other.id].status == "inactive"
    assert [e.type for e in world.events].count("event_destination.deactivated") == 2
    assert len(world.delivery_log) == 2
    assert due() == []


def test_a_deleted_destination_is_not_made_inactive(listen, due, world):
    destination = listen("agent.created")
    attempts = due()
    for _ in range(3):
        _record(world, attempts[0])
        attempts = _due(world, DAY)
    world.delete(destination)
    _record(world, attempts[0])
    assert [event.type for event in world.events] == ["agent.created"]


def test_a_destination_can_be_deactivated_and_activated(listen, due, world):
    destination = listen("*")
    assert set_destination_status(world, destination, "active") is destination
    stopped = set_destination_status(world, destination, "inactive")
    waiting = set_destination_status(world, stopped, "pending_verification")
    assert set_destination_status(world, waiting, "active").status == "active"
    told = [event.type for event in world.events]
    assert told == ["event_destination.deactivated", "event_destination.activated"]


def test_a_replay_has_all_its_retries(listen, due, world):
    destination = listen("agent.created")
    _exhaust(world, due())
    set_destination_status(world, world.all("event_destination")[destination.id], "active")
    (delivery,) = world.all("event_delivery").values()
    replay(world, delivery)
    _exhaust(world, _due(world))
    assert world.all("event_delivery")[delivery.id]["attempts"] == 8


def test_a_pending_delivery_cannot_be_replayed(listen, due, world):
    listen("agent.created")
    due()
    (delivery,) = world.all("event_delivery").values()
    with pytest.raises(ApiError, match="is `pending`"):
        replay(world, delivery)
    assert world.timers.peek() is None


@pytest.mark.parametrize(
    ("how", "end"), [("deleted", "is deleted."), ("inactive", "is `inactive`; activate it first.")]
)
def test_a_delivery_is_not_replayed_to_a_destination_that_is_gone(listen, due, world, how, end):
    destination = listen("agent.created")
    (attempt,) = due()
    _record(world, attempt, ok=True)
    _end(world, destination, how)
    with pytest.raises(ApiError, match=f"cannot be replayed: the destination `.*` {end}"):
        replay(world, world.all("event_delivery")[attempt.delivery_id])
    assert _statuses(world) == ["success"]


def test_the_result_of_an_unknown_delivery_is_ignored(listen, due, world):
    """It may come from a world that this one has replaced."""
    listen("*")
    (attempt,) = due()
    other = World()
    _record(other, attempt, ok=True)
    assert (other.delivery_log, other.timeline.total) == ({}, 0)


def test_each_secret_signs_for_a_day_after_it_was_rotated_out(listen, world):
    destination = rotate_secret(world, listen("*"), "second")
    world.now += DAY / 2
    destination = rotate_secret(world, destination, "third")
    assert secrets_of(world, destination) == ["third", "second", "first"]
    world.now += DAY / 2
    assert secrets_of(world, destination) == ["third", "second"]
    world.now += DAY / 2
    assert secrets_of(world, destination) == ["third"]


def test_rotating_to_the_present_secret_changes_nothing(listen, world):
    destination = listen("*")
    assert rotate_secret(world, destination, "first") is destination
    destination = rotate_secret(world, destination, "second")
    destination = rotate_secret(world, destination, "first")
    assert secrets_of(world, destination) == ["first", "second"]


def test_no_secret_is_in_the_timeline_or_an_event(listen, world):
    rotate_secret(world, listen("*"), "whsec_hush")
    assert "whsec_hush" not in repr([world.timeline, [e.data.fields for e in world.events]])
