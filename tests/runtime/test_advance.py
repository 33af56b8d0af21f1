import copy
import re
from datetime import timedelta

import pytest
from offline import SECOND, OfflineSimulation

from deck_sim.base import real_time
from deck_sim.base.durations import parse_duration
from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.deliveries import create_destination
from deck_sim.engine.world import FROZEN_START
from deck_sim.runtime import advance
from deck_sim.runtime.moment_text import LAST_MOMENT
from deck_sim.runtime.seeding import seed_resources

INPUT, STATE = "request/input_invalid", "request/state_invalid"
ASKS = "[running: 1s, interaction_required: mfa, running, completed]"
MINUTE = 60 * SECOND


@pytest.fixture
def simulation():
    return OfflineSimulation()


def refused(name, call, *arguments):
    """Return the message of a refused call; its only problem has that name."""
    with pytest.raises(ApiError) as caught:
        call(*arguments)
    assert [p.name for p in caught.value.problems] == [name]
    return str(caught.value)


def test_only_a_real_clock_moves_by_itself_at_its_speed(simulation):
    simulation.pass_real("1h")
    assert simulation.world.now == FROZEN_START
    for speed, passed in {1: "10s", 60: "10m", 0.5: "5s", 0.001: "10ms", 1.1: "11s"}.items():
        simulation = OfflineSimulation(mode="real", now=FROZEN_START, speed=speed)
        simulation.pass_real("10s")
        assert simulation.elapsed == parse_duration(passed)


def test_a_slow_clock_loses_nothing_to_frequent_calls():
    simulation = OfflineSimulation(mode="real", now=FROZEN_START, speed=0.001)
    for _ in range(1000):
        simulation.pass_real("0.1ms")
    assert simulation.elapsed == timedelta(microseconds=100)


def test_a_real_clock_goes_on_from_an_advance_and_never_back():
    simulation = OfflineSimulation(mode="real", now=FROZEN_START)
    simulation.pass_real("10s")
    simulation.real -= 5_000_000_000
    simulation.catch_up()
    assert simulation.elapsed == 10 * SECOND
    simulation.advance_by(60 * MINUTE)
    simulation.pass_real("1s")
    assert simulation.elapsed == parse_duration("1h11s")


def test_a_real_world_starts_now_and_stops_at_the_last_moment():
    before = real_time.now()
    simulation = OfflineSimulation(mode="real", speed=10**12)
    assert before <= simulation.world.now <= real_time.now()
    simulation.pass_real("300d")
    assert simulation.world.now == LAST_MOMENT


def test_changing_the_clock_mode_keeps_the_time(simulation):
    simulation.advance_by(10 * SECOND)
    simulation.set_clock("real", 2)
    simulation.pass_real("1s")
    assert simulation.elapsed == 12 * SECOND


def test_an_advance_reports_exactly_what_happened(simulation):
    run = simulation.run()
    report = simulation.advance_by(10 * SECOND)
    assert report.now == simulation.world.now == FROZEN_START + 10 * SECOND
    assert [(e.at - FROZEN_START, e.kind, e.id, e.what) for e in report.happened] == [
        (2 * SECOND, "task_run", run, "queued -> running"),
        (10 * SECOND, "task_run", run, "running -> completed"),
    ]
    noted = simulation.world.timeline[-1]
    assert (noted.kind, noted.what) == ("clock", "advanced 10s")
    was = copy.deepcopy(simulation.world)
    assert simulation.advance_by(timedelta()).happened == []
    assert simulation.world == was


def test_an_advance_to_a_moment_includes_that_moment(simulation):
    run = simulation.run()
    assert simulation.advance_to(FROZEN_START + 2 * SECOND).happened[0].what == "queued -> running"
    assert simulation.advance_to(FROZEN_START + 9.999 * SECOND).happened == []
    assert simulation.advance_to(LAST_MOMENT).now == LAST_MOMENT
    assert simulation.look(run).status == "completed"


def test_an_impossible_advance_is_refused(simulation):
    simulation.run()
    was = copy.deepcopy(simulation.world)
    for advance_, goal in [
        (simulation.advance_by, -SECOND),
        (simulation.advance_to, LAST_MOMENT + SECOND),
        (simulation.advance_by, timedelta.max),
    ]:
        assert "the clock shows 2025-01-15 09:30:00" in refused(INPUT, advance_, goal)
    assert simulation.world == was


def test_an_advance_until_an_event_stops_at_its_moment(simulation):
    """Of one resource, if it is named. A past event does not count."""
    simulation.run("[running: 1s, completed]")
    second = simulation.run("[queued: 2s, running: 3s, completed]")
    report = simulation.advance_until_event("task_run.completed", second)
    assert report.now == FROZEN_START + 5 * SECOND
    assert report.happened[-1].what == "running -> completed"
    simulation.run()
    refused(STATE, simulation.advance_until_event, "task_run.queued")


def test_an_event_that_does_not_come_within_the_limit_is_an_error(simulation):
    run = simulation.run(ASKS)
    text = refused(STATE, simulation.advance_until_event, "task_run.completed", run, MINUTE)
    assert text == (
        f"no `task_run.completed` of `{run}` came: nothing that is due within 1m can cause it;"
        f" `{run}` is `interaction_required` (an answer to `mfa` must give `code`; the interaction"
        " times out in 5m)"
    )
    assert simulation.elapsed == SECOND
    assert simulation.world.timeline[-1].what == "advanced 1s"


def test_waiting_for_an_event_stops_when_its_run_stops():
    """No timeout passes and no other run continues for an event that cannot come."""
    for steps, elapsed in [
        (ASKS, "1s"),
        ("[running: 1s, pending, completed]", "1s"),
        ("[running: 1s, running: stuck]", "1s"),
        ("[running: 2s, failed: auth/auth_invalid]", "2s"),
        ("[queued: 2s, running: 2d, completed]", "2s"),
    ]:
        simulation = OfflineSimulation()
        run, _ = simulation.run(steps), simulation.run("[running: 10h, completed]")
        refused(STATE, simulation.advance_until_event, "task_run.completed", run)
        assert simulation.elapsed == parse_duration(elapsed), steps


LATE = (
    "[running: 1s, interaction_required: {type: mfa, timeout: 10m,"
    " on_timeout: [running: 9s, completed]}, running, completed]"
)


def test_a_timeout_may_cause_the_awaited_event():
    for steps, status, elapsed in [(ASKS, "failed", "5m1s"), (LATE, "completed", "10m10s")]:
        simulation = OfflineSimulation()
        simulation.advance_until_event(f"task_run.{status}", simulation.run(steps))
        assert simulation.elapsed == parse_duration(elapsed)


def test_an_event_that_cannot_come_is_refused_at_once(simulation):
    simulation.run()
    was = copy.deepcopy(simulation.world)
    refused(STATE, simulation.advance_until_event, "agent.created")
    assert refused(INPUT, simulation.advance_until_event, "task_run.complet") == (
        "unknown event type 'task_run.complet'; did you mean 'task_run.completed'?"
    )
    assert re.match(
        "the edition `connections` has no event 'session.idle'; it is an event of"
        r" `credentials`; to switch: .*, --deck-edition=credentials of pytest, --edition cred",
        refused(INPUT, simulation.advance_until_event, "session.idle"),
    )
    assert simulation.world == was


def test_a_limit_after_the_last_moment_is_cut(simulation):
    event = "task_run.completed"
    text = refused(STATE, simulation.advance_until_event, event, None, timedelta.max)
    assert text.endswith("can cause it; this world has no task run")


def test_until_idle_plays_every_story_until_only_timeouts_are_left(simulation):
    """A run that waits for a person does not time out."""
    stories = {
        ASKS: "interaction_required",
        "[running: 1s, pending, completed]": "pending",
        "[running: stuck]": "running",
        "[running: 3s, completed]": "completed",
    }
    runs = [simulation.run(steps) for steps in stories]
    report = simulation.advance_until_idle()
    assert [simulation.look(run).status for run in runs] == [*stories.values()]
    assert report.now == FROZEN_START + 3 * SECOND
    assert simulation.advance_until_idle().happened == []


def test_until_idle_stops_at_the_last_moment(simulation):
    simulation.advance_to(LAST_MOMENT - SECOND)
    run = simulation.run("[running: 2s, completed]")
    assert simulation.advance_until_idle().happened == []
    assert simulation.look(run).status == "running"


def test_no_prompt_times_out_for_a_webhook_that_may_cause_an_event(simulation):
    """An earlier webhook may cause it: its receiver may create an agent."""
    config = {"type": "webhook", "config": {"url": "http://127.0.0.1:1/"}, "events": ["*"]}
    create_destination(simulation.world, {"name": "all", **config}, "secret")
    simulation.run(ASKS)
    simulation.advance_by(SECOND)
    simulation.world.outbox.clear()
    refused(STATE, simulation.advance_until_event, "agent.created")
    assert simulation.elapsed == SECOND


def test_a_world_that_a_receiver_seeds_becomes_idle(simulation):
    """Seeding replaces the world and its timers; the clock stops at the last of them."""
    config = {"type": "webhook", "config": {"url": "http://127.0.0.1:1/"}, "events": ["*"]}
    create_destination(simulation.world, {"name": "all", **config}, "secret")
    run = simulation.run("[running: 1s, completed]")
    advancing = advance.advance_until_idle(simulation)
    assert next(advancing)  # the webhooks of the run's beginning
    seed_resources(simulation, {"agents": [{"id": "agt_2", "name": "B"}]})
    advance.run_to_end(advancing)
    assert (simulation.look(run).status, simulation.elapsed) == ("completed", SECOND)


@pytest.mark.parametrize(
    "how", [("by", MINUTE), ("until_idle",), ("until_event", "task_run.failed", None, MINUTE)]
)
def test_an_endless_story_is_an_error(simulation, monkeypatch, how):
    monkeypatch.setattr(advance, "MAX_DUE", 2)
    runs = [simulation.run("[running: 1s, completed]") for _ in range(2)]
    simulation.advance_by(SECOND)
    assert [simulation.look(run).status for run in runs] == ["completed", "completed"]
    for _ in range(3):
        simulation.run("[running: 1s, completed]")
    assert refused(STATE, getattr(simulation, f"advance_{how[0]}"), *how[1:]) == (
        "2 things happened in one advance, and more are due;"
        " look for an endless loop in a scenario or receiver"
    )
