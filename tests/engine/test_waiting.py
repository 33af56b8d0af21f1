"""The resources that wait, and the explanations why an event does not come."""

from datetime import timedelta

import pytest

from deck_sim.base.errors import listed
from deck_sim.engine.options import Options
from deck_sim.engine.waiting import AwaitedEvent, waiting
from deck_sim.engine.world_state import FROZEN_START


@pytest.fixture
def explain(play):
    """Why no completed run comes, or not that one."""

    def explain(run_id=None):
        return AwaitedEvent("task_run.completed", run_id, 0).explain(play.world)

    return explain


def test_a_resource_waits_if_it_is_not_settled_and_no_timer_moves_it(play, bring):
    """A run that asks waits; a working run, a completed one and a connection do not."""
    asking = bring("task_run", "interaction_required")
    bring("task_run", "running")
    bring("task_run", "completed")
    assert [resource.id for resource in waiting(play.world)] == [asking.id]


WAITS = {
    "an answer": (
        "[running, interaction_required: mfa, running, completed]",
        "`{}` is `interaction_required` (an answer to `mfa` must give `code`;"
        " the interaction times out in 5m)",
    ),
    "a reviewer": (
        "[running, pending, completed]",
        "`{}` is `pending` (a reviewer must approve or reject it; the task times out in 30m)",
    ),
    "nobody": (
        "[running: stuck]",
        "`{}` is `running` (nothing moves it on; the task times out in 30m)",
    ),
}


@pytest.mark.parametrize("needed", WAITS)
def test_the_explanation_says_what_a_run_needs_and_which_timeout_ends_it(play, explain, needed):
    """Without an id, all waiting runs are explained. A screenshot ends no wait."""
    play.world.set_options(Options(screenshots=True))
    steps, text = WAITS[needed]
    run = play.run(steps)
    assert explain(run.id) == explain() == f"waiting without a timer: {text.format(run.id)}"


def test_a_wait_without_a_timeout_is_explained_without_one(play, explain):
    """A connection that hangs has no limit of its own."""
    opened = play.open("[connecting: stuck]")
    assert explain() == (
        f"waiting without a timer: `{opened.id}` is `connecting` (nothing moves it on); this"
        " world has no task run"
    )


def test_a_login_at_rest_is_shown_with_its_status(play):
    """No timer moves it, and it waits for nobody."""
    opened = play.open("[connecting: 1s, invalid]")
    play.wait("1s")
    awaited = AwaitedEvent("connection.connected", opened.id, 0)
    assert awaited.explain(play.world) == f"nothing is waiting; at rest: `{opened.id}` is `invalid`"


def test_the_explanation_says_how_runs_ended(play, explain):
    """A failed run is named with its error."""
    failed = play.run("[failed: auth/auth_invalid]")
    done = play.run("[running, completed]")
    over = f"nothing is waiting; over: `{done.id}` is `completed`; it came 0s ago"
    assert explain(done.id) == over
    assert explain(failed.id) == (
        f"nothing is waiting; over: `{failed.id}` is `failed` (auth/auth_invalid:"
        " The source rejected the credentials.)"
    )


def test_the_explanation_names_runs_that_move_too_late(play, explain):
    """It says when their next step is due."""
    run = play.run("[queued: 2h, running, completed]")
    assert explain() == (
        f"nothing is waiting; on the way: `{run.id}` is `queued` (the script goes on in 2h)"
    )


def test_the_explanation_names_at_most_five(play, explain):
    """The latest five are named, and the others counted."""
    runs = [play.run("[running, completed]") for _ in range(7)]
    text = explain()
    assert [run.id in text for run in runs] == [False] * 2 + [True] * 5
    assert ", and 2 more; it came " in text


def test_an_unknown_id_is_the_explanation(explain):
    """A misspelt id is the reason why nothing comes."""
    assert explain("trun_x") == "there is no `trun_x` in this world"


def test_an_id_of_another_kind_is_the_explanation(play, bring):
    """Events about a run never are about a login; the runs that it could be about are named."""
    login, run = bring("connection", "connected"), bring("task_run", "failed")
    text = AwaitedEvent("task_run.completed", login.id, 0).explain(play.world)
    runs = listed(play.world.resources["task_run"])
    assert run.id in runs
    assert text == (
        f"`{login.id}` is one of the connections, and this event is about task runs, such as {runs}"
    )
    text = AwaitedEvent("event_destination.updated", run.id, 0).explain(play.world)
    assert text.endswith(", and this event is about event destinations")


def test_an_event_of_a_final_or_unknown_resource_is_over(play, bring):
    """Any other resource may still emit it."""
    ended, waits = bring("task_run", "failed").id, bring("task_run", "pending").id
    ids = (ended, waits, "trun_x", None)
    over = [AwaitedEvent("x", id_, 0).is_over(play.world) for id_ in ids]
    assert over == [True, False, True, False]


def test_an_event_moves_if_a_step_of_its_resource_is_due_in_time(play):
    """Steps of other resources do not count."""
    run = play.run("[queued: 2s, running, completed]")
    due = FROZEN_START + timedelta(seconds=2)
    for awaited, moves in [
        (AwaitedEvent("task_run.completed", None, 0), True),
        (AwaitedEvent("task_run.completed", run.id, 0), True),
        (AwaitedEvent("task_run.completed", "trun_x", 0), False),
        (AwaitedEvent("connection.connected", None, 0), False),
        (AwaitedEvent("no.such", None, 0), False),
    ]:
        assert awaited.moves(play.world, due) is moves
        assert not awaited.moves(play.world, due - timedelta(microseconds=1))


def test_the_last_timer_of_a_moment_is_kept_until_it_fires(play):
    """So the timers are looked through once, although many are due at that moment."""
    runs = [play.run("[queued: 1s, running: 1s, completed]") for _ in range(3)]
    awaited = AwaitedEvent("task_run.failed", None, 0)
    assert awaited.moves(play.world, play.world.now + timedelta(hours=1))
    assert awaited.mover.owner == runs[-1].id
