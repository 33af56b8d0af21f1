from datetime import timedelta

from deck_sim.engine.deliveries import create_destination
from deck_sim.engine.waiting import AwaitedEvent, waiting
from deck_sim.engine.world import FROZEN_START


def test_a_resource_waits_if_it_is_not_settled_and_no_timer_moves_it(play, bring):
    hook = {"name": "x", "type": "webhook", "config": {"url": "http://x/"}, "events": ["*"]}
    create_destination(play.world, hook, "secret")  # its deliveries are due
    asking = bring("task_run", "interaction_required")
    bring("task_run", "running")
    bring("task_run", "completed")
    assert [resource.id for resource in waiting(play.world)] == [asking.id]


def test_an_event_of_a_final_or_unknown_resource_is_over(play, bring):
    ended, waits = bring("task_run", "failed").id, bring("task_run", "pending").id
    ids = (ended, waits, "trun_x", None)
    over = [AwaitedEvent(("x",), id_, 0).is_over(play.world) for id_ in ids]
    assert over == [True, False, True, False]


def test_an_event_moves_if_a_step_of_its_resource_is_due_in_time(play):
    run = play.run("[queued: 2s, running, completed]")
    due = FROZEN_START + timedelta(seconds=2)
    for awaited, moves in [
        (AwaitedEvent(("task_run.completed",), None, 0), True),
        (AwaitedEvent(("task_run.completed",), run.id, 0), True),
        (AwaitedEvent(("task_run.completed",), "trun_x", 0), False),
        (AwaitedEvent(("connection.connected",), None, 0), False),
        (AwaitedEvent(("no.such",), None, 0), False),
    ]:
        assert awaited.moves(play.world, due) is moves
        assert not awaited.moves(play.world, due - timedelta(microseconds=1))


def test_the_last_timer_of_a_moment_is_kept_until_it_fires(play):
    """So the timers are looked through once, although many are due at that moment."""
    runs = [play.run("[queued: 1s, running: 1s, completed]") for _ in range(3)]
    awaited = AwaitedEvent(("task_run.failed",), None, 0)
    assert awaited.moves(play.world, play.world.now + timedelta(hours=1))
    assert awaited.mover.owner == runs[-1].id
