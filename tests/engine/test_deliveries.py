"""Events on their way: who gets them, what follows an attempt, and secrets that rotate."""

from datetime import timedelta

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.commands import create_resource
from deck_sim.engine.deliveries import (
    AttemptResult,
    record_attempt,
    replay,
    rotate_secret,
    secrets_of,
    set_destination_status,
    take_outbox,
)
from deck_sim.engine.destinations import create_destination, update_destination
from deck_sim.engine.playing import pass_time
from deck_sim.engine.world import World

DAY = timedelta(days=1)


@pytest.fixture
def world():
    """An empty world."""
    return World()


@pytest.fixture
def listen(world):
    """Make a destination of a type that gets these events."""

    def listen(*events, type_="webhook"):
        config = {"url": "http://127.0.0.1/"} if type_ == "webhook" else {}
        fields = {"name": "x", "type": type_, "config": config, "events": [*events]}
        return create_destination(world, fields, "first", lambda seed, own_id: own_id)

    return listen


@pytest.fixture
def agent(world):
    """Make an event."""
    return lambda: create_resource(world, "agent", {"name": "a", "description": None})


@pytest.fixture
def due(world, agent):
    """Make an event, and let what is due happen; returns what is to be sent."""

    def due():
        agent()
        return _due(world)

    return due


def _due(world, until=timedelta()):
    limit = world.now + until
    while (timer := world.timers.peek()) and timer.at <= limit:
        pass_time(world, limit)
    return take_outbox(world)


def _tried(attempt, ok):
    return AttemptResult(
        attempt.event.created_at, attempt.number, ok, 200 if ok else 500, None, 0, {}, {}
    )


def _statuses(world):
    return [one.status for one in world.all("event_delivery").values()]


@pytest.mark.parametrize(
    ("events", "count"),
    [
        (["*"], 1),
        (["agent.created"], 1),
        (["source.created", "agent.created"], 1),
        (["task.reset"], 0),
    ],
)
def test_a_destination_gets_what_it_asked_for(listen, due, events, count):
    """Events are wanted by type, or all of them."""
    listen(*events)
    assert len(due()) == count


def test_each_destination_has_a_delivery_of_its_own(listen, due, world):
    """An event goes to every destination that wants it, on its own."""
    ids = {listen("*").id, listen("*").id}
    attempts = due()
    assert {attempt.destination.id for attempt in attempts} == ids
    record_attempt(world, attempts[0], _tried(attempts[0], True))
    assert _statuses(world) == ["success", "pending"]


@pytest.mark.parametrize("kind", ["aws_sqs", "gcp_pubsub", "rabbitmq", "hookdeck"])
def test_a_destination_that_is_a_queue_holds_its_messages(listen, due, world, kind):
    """What is no webhook is not sent; it succeeds, and the events can be read."""
    destination = listen("*", type_=kind)
    assert due() == []
    assert [event.type for event in world.messages[destination.id]] == ["agent.created"]
    (delivery,) = world.all("event_delivery").values()
    assert (delivery.status, delivery["attempts"]) == ("success", 1)
    told = [entry.what for entry in world.timeline if entry.id == delivery.id]
    assert told[1:] == ["agent.created, held to be read", "pending -> success"]


def _deleted(world, destination):
    world.delete(destination)


def _stopped(world, destination):
    set_destination_status(world, destination, "inactive")


def _unverified(world, destination):
    set_destination_status(world, destination, "pending_verification")


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (_deleted, "is deleted"),
        (_stopped, "is `inactive`"),
        (_unverified, "is `pending_verification`"),
    ],
)
def test_a_delivery_with_nowhere_to_go_ends_as_a_failure(listen, due, world, gone, said):
    """A retry that finds its destination gone is not sent, and the timeline says why."""
    destination = listen("agent.created")
    (attempt,) = due()
    record_attempt(world, attempt, _tried(attempt, False))
    gone(world, destination)
    assert _due(world, DAY) == []
    assert _statuses(world) == ["failure"]
    why = f"not attempted: the destination `{destination.id}` {said}"
    assert f"agent.created, {why}" in [entry.what for entry in world.timeline]
    assert [(one.number, one.error) for one in world.attempts[attempt.delivery_id]][1:] == [
        (None, why)
    ]


@pytest.mark.parametrize("gone", [_deleted, _stopped])
def test_an_event_before_the_end_of_its_destination_leaves_a_delivery(listen, agent, world, gone):
    """What was not sent before the destination was stopped or deleted is told as a failure."""
    destination = listen("agent.created")
    agent()
    gone(world, destination)
    agent()
    assert _due(world) == []
    ((line,),) = world.attempts.values()
    assert line.error.startswith("not attempted: the destination")


@pytest.mark.parametrize("gone", [_deleted, _stopped])
def test_what_waits_in_the_outbox_is_not_sent_to_who_takes_nothing_more(listen, agent, world, gone):
    """A destination that goes between the moment and the sending is not called."""
    destination = listen("agent.created")
    agent()
    pass_time(world, world.now)
    gone(world, destination)
    assert take_outbox(world) == []
    assert _statuses(world) == ["failure"]


def test_a_new_destination_gets_no_older_event(listen, agent, due, world):
    """Events are given to those that are there when they happen, not when time moves next."""
    agent()
    listen("*")
    assert _due(world) == []
    assert len(due()) == 1


@pytest.mark.parametrize(
    ("before", "after", "count"), [("*", "task.reset", 1), ("task.reset", "*", 0)]
)
def test_a_changed_subscription_counts_from_the_change(listen, agent, world, before, after, count):
    """Whoever wanted an event when it happened gets it, and nobody else."""
    destination = listen(before)
    agent()
    update_destination(world, destination, {"events": [after]}, None)
    assert len(_due(world)) == count


def test_the_timeline_names_the_event_of_a_delivery_and_where_it_goes(listen, agent, world):
    """The line that a delivery was made says of what, and for whom."""
    destination = listen("*")
    agent()
    assert world.timeline[-1].what == f"created as pending: agent.created to {destination.id}"


def _exhaust(world, attempts):
    while attempts:
        for attempt in attempts:
            record_attempt(world, attempt, _tried(attempt, False))
        attempts = _due(world, DAY)


def test_after_the_last_retry_the_destination_is_inactive(listen, due, world):
    """Four attempts fail, the destination is told inactive once, and gets nothing more."""
    destination, other = listen("agent.created"), listen("event_destination.deactivated")
    _exhaust(world, due())
    assert world.all("event_destination")[destination.id].status == "inactive"
    assert world.all("event_destination")[other.id].status == "inactive"
    assert [e.type for e in world.events].count("event_destination.deactivated") == 2
    assert len(world.attempts) == 2
    assert due() == []


def test_a_deleted_destination_is_not_made_inactive(listen, due, world):
    """When the last attempt of a deleted destination fails, nothing is told."""
    destination = listen("agent.created")
    attempts = due()
    for _ in range(3):
        record_attempt(world, attempts[0], _tried(attempts[0], False))
        attempts = _due(world, DAY)
    world.delete(destination)
    record_attempt(world, attempts[0], _tried(attempts[0], False))
    assert [event.type for event in world.events] == ["agent.created"]


def test_an_active_destination_can_be_stopped_and_made_active(listen, due, world):
    """Both changes are events; none is one that changes nothing."""
    destination = listen("*")
    assert set_destination_status(world, destination, "active") is destination
    stopped = set_destination_status(world, destination, "inactive")
    waiting = set_destination_status(world, stopped, "pending_verification")
    assert set_destination_status(world, waiting, "active").status == "active"
    told = [event.type for event in world.events]
    assert told == ["event_destination.deactivated", "event_destination.activated"]


def test_a_replay_begins_the_retries_anew(listen, due, world):
    """What failed is sent again under its id, with as many retries as the first time."""
    destination = listen("agent.created")
    _exhaust(world, due())
    set_destination_status(world, world.all("event_destination")[destination.id], "active")
    (delivery,) = world.all("event_delivery").values()
    replay(world, delivery)
    _exhaust(world, _due(world))
    assert world.all("event_delivery")[delivery.id]["attempts"] == 8


def test_what_is_under_way_cannot_be_replayed(listen, due, world):
    """A pending delivery stays as it is."""
    listen("agent.created")
    due()
    (delivery,) = world.all("event_delivery").values()
    with pytest.raises(ApiError, match="is `pending`"):
        replay(world, delivery)
    assert world.timers.peek() is None


@pytest.mark.parametrize("gone", [_deleted, _stopped])
def test_nothing_is_replayed_to_who_takes_nothing(listen, due, world, gone):
    """A replay needs a destination that listens; nothing changes without."""
    destination = listen("agent.created")
    (attempt,) = due()
    record_attempt(world, attempt, _tried(attempt, True))
    gone(world, destination)
    with pytest.raises(ApiError, match="cannot be replayed: the destination"):
        replay(world, world.all("event_delivery")[attempt.delivery_id])
    assert _statuses(world) == ["success"]


def test_an_outcome_that_the_world_knows_nothing_of_is_passed_by(listen, due, world):
    """A world put in the place of another ignores what that had sent."""
    listen("*")
    (attempt,) = due()
    other = World()
    record_attempt(other, attempt, _tried(attempt, True))
    assert (other.attempts, other.timeline) == ({}, [])


def test_each_secret_signs_for_a_day_after_it_was_rotated_out(listen, world):
    """Two rotations within a day leave three secrets; each goes when its own day is over."""
    destination = rotate_secret(world, listen("*"), "second")
    world.now += DAY / 2
    destination = rotate_secret(world, destination, "third")
    assert secrets_of(world, destination) == ["third", "second", "first"]
    world.now += DAY / 2
    assert secrets_of(world, destination) == ["third", "second"]
    world.now += DAY / 2
    assert secrets_of(world, destination) == ["third"]


def test_rotating_to_the_present_secret_changes_nothing(listen, world):
    """There is no rotation to what signs already; and one back does not sign twice."""
    destination = listen("*")
    assert rotate_secret(world, destination, "first") is destination
    destination = rotate_secret(world, destination, "second")
    destination = rotate_secret(world, destination, "first")
    assert secrets_of(world, destination) == ["first", "second"]


def test_no_secret_stands_in_the_timeline_or_an_event(listen, world):
    """A rotation is noted without what was rotated."""
    rotate_secret(world, listen("*"), "whsec_hush")
    assert "whsec_hush" not in repr([world.timeline, [e.data.fields for e in world.events]])
