"""What waits, and for whom, in words."""

from datetime import timedelta

import pytest

from deck_sim.engine.waiting import Wanted, waiting
from deck_sim.engine.world import FROZEN_START


@pytest.fixture
def explain(play):
    """Why no completed run comes, or not that one."""
    return lambda run=None: Wanted("task_run.completed", run and run.id, 0).explain(play.world)


def test_what_waits_is_what_nothing_moves_on(play, bring):
    """A run that asks waits; one that works, one that is over and a connection do not."""
    asking = bring("task_run", "interaction_required")
    bring("task_run", "running")
    bring("task_run", "completed")
    assert [resource.id for resource in waiting(play.world)] == [asking.id]


WAITS = {
    "an answer": (
        "[running, interaction_required: mfa, running, completed]",
        "`{}` is `interaction_required` (an answer to `mfa` has to give `code`;"
        " the interaction times out in 5m)",
    ),
    "a reviewer": (
        "[running, pending, completed]",
        "`{}` is `pending` (a reviewer has to approve or reject it; the task times out in 30m)",
    ),
    "nobody": (
        "[running: stuck]",
        "`{}` is `running` (nothing moves it on; the task times out in 30m)",
    ),
}


@pytest.mark.parametrize("whom", WAITS)
def test_it_is_told_for_whom_a_run_waits_and_for_how_long(play, explain, whom):
    """Whose turn it is, and whose patience ends next."""
    steps, text = WAITS[whom]
    run = play.run(steps)
    assert explain(run) == explain() == f"waiting without a timer: {text.format(run.id)}"


def test_a_wait_that_nothing_ends_is_told_without_an_end(play, explain):
    """A connection that hangs has no limit of its own."""
    opened = play.open("[connecting: stuck]")
    assert explain() == (
        f"waiting without a timer: `{opened.id}` is `connecting` (nothing moves it on)"
    )


def test_it_is_told_how_runs_ended(play, explain):
    """One that failed is named with its error, one that completed without."""
    failed = play.run("[failed: auth/auth_invalid]")
    done = play.run("[running, completed]")
    assert explain(done) == f"nothing is waiting; over: `{done.id}` is `completed`"
    assert explain(failed) == (
        f"nothing is waiting; over: `{failed.id}` is `failed` (auth/auth_invalid:"
        " The source rejected the credentials.)"
    )


def test_it_is_told_what_is_on_the_way(play, explain):
    """A run that goes on by itself, though not soon enough."""
    run = play.run("[queued: 2h, running, completed]")
    assert explain() == (
        f"nothing is waiting; on the way: `{run.id}` is `queued` (the script goes on in 2h)"
    )


def test_only_the_latest_are_named(play, explain):
    """Of many, five are enough, and how many more there are."""
    runs = [play.run("[running, completed]") for _ in range(7)]
    told = explain()
    assert [run.id in told for run in runs] == [False] * 2 + [True] * 5
    assert told.endswith("and 2 more")


def test_an_id_that_nothing_has_is_told(explain, play):
    """A misspelt id is the reason why nothing comes."""
    assert Wanted("task_run.completed", "trun_x", 0).explain(play.world) == (
        "there is no `trun_x` in this world"
    )


def test_what_is_over_cannot_be_what_is_waited_for(play, bring):
    """A run at its end, and one that does not exist; any other may still bring its event."""
    ended, waits = bring("task_run", "failed").id, bring("task_run", "pending").id
    over = {one: Wanted("x", one, 0).is_over(play.world) for one in (ended, waits, "trun_x", None)}
    assert over == {ended: True, waits: False, "trun_x": True, None: False}


def test_something_moves_if_its_step_is_due_in_time(play):
    """Only a step of what the event could be about counts, and only until then."""
    run = play.run("[queued: 2s, running, completed]")
    due = FROZEN_START + timedelta(seconds=2)
    for wanted, moves in [
        (Wanted("task_run.completed", None, 0), True),
        (Wanted("task_run.completed", run.id, 0), True),
        (Wanted("task_run.completed", "trun_x", 0), False),
        (Wanted("connection.connected", None, 0), False),
        (Wanted("no.such", None, 0), False),
    ]:
        assert wanted.moves(play.world, due) is moves
        assert not wanted.moves(play.world, due - timedelta(microseconds=1))
