import copy
from datetime import timedelta

import pytest
from offline import SECOND, OfflineSimulation

from deck_sim.engine.deliveries import create_destination
from deck_sim.engine.timers import ATTEMPT
from deck_sim.engine.world import FROZEN_START
from deck_sim.engine.world_values import HoldPoint
from deck_sim.runtime.moment_text import LAST_MOMENT
from deck_sim.webhooks.signing import secret_of

MINUTE = 60 * SECOND
FIVE = 5 * SECOND
ASKS = "[running, interaction_required: {accept: {code: '1'}}, running, completed]"
REVIEWED = "[running, pending: , completed]"
WAITS = [ASKS, REVIEWED]
HANGS = "[queued: 2s, running: stuck]"


@pytest.fixture
def simulation():
    return OfflineSimulation(mode="on_poll")


def test_polling_an_unfinished_run_jumps_to_its_next_moment(simulation):
    run, statuses = simulation.run(), []
    for _ in range(4):
        (status,) = simulation.read(run)
        statuses.append((simulation.elapsed // SECOND, status))
    assert statuses == [(2, "running"), (10, "completed"), (10, "completed"), (10, "completed")]


def test_a_read_of_several_jumps_to_the_first_of_their_moments(simulation):
    """A list reads all that it shows."""
    runs = [simulation.run(), simulation.run("[queued: 1s, running: 1s, completed]")]
    assert simulation.read(*runs) == ["queued", "running"]
    assert simulation.elapsed == SECOND


def test_polling_a_run_jumps_to_the_moment_of_its_login(simulation):
    login = simulation.connect("[connecting: 1s, connected: 10m, disconnected]")
    assert simulation.read(login) == ["connected"]
    run = simulation.run("[running: stuck]", login)
    assert simulation.read(run) == ["failed"]
    assert simulation.elapsed == 10 * MINUTE + SECOND


@pytest.mark.parametrize("steps", WAITS)
def test_polling_what_waits_for_a_person_moves_nothing(simulation, steps):
    run = simulation.run(steps)
    was = copy.deepcopy(simulation.world)
    for _ in range(5):
        simulation.read(run)
    assert simulation.world == was


@pytest.mark.parametrize("steps", WAITS)
def test_polling_another_run_postpones_what_waits_for_a_person(simulation, steps):
    """By the time that it waits, also if its wait begins during the jump."""
    simulation.run(steps.replace("running", "running: 1m", 1))
    hangs = simulation.run(HANGS)
    assert [simulation.read(hangs) for _ in range(2)] == [["running"], ["failed"]]
    waiting = [due.at - simulation.world.now for due in simulation.world.timers.upcoming()]
    began = MINUTE  # the task timeout runs before the wait, too
    assert 30 * MINUTE - began in waiting
    assert all(wait in (5 * MINUTE, 29 * MINUTE, 30 * MINUTE) for wait in waiting)


def test_a_postponed_task_timeout_names_the_time_that_the_task_has(simulation):
    run, hangs = simulation.run(REVIEWED), simulation.run(HANGS)
    simulation.read(hangs), simulation.read(hangs)
    simulation.advance_by(timedelta(hours=1))
    (error,) = simulation.look(run)["errors"]
    assert error["message"] == "Task execution exceeded the timeout of 30 minutes."


def test_a_login_is_postponed_with_the_only_run_that_uses_it(simulation):
    login = simulation.connect("[connected: 10m, disconnected]")
    run, hangs = simulation.run(ASKS, login), simulation.run(HANGS)
    simulation.read(hangs), simulation.read(hangs)
    assert simulation.elapsed == 30 * MINUTE
    assert simulation.look(run).status == "interaction_required"


def test_a_run_that_waits_ends_with_the_login_that_it_shares(simulation):
    login = simulation.connect("[connected: 10m, disconnected]")
    waits, hangs = simulation.run(ASKS, login), simulation.run(HANGS, login)
    simulation.read(hangs)
    assert simulation.read(hangs, waits) == ["failed", "failed"]
    assert simulation.elapsed == 10 * MINUTE
    assert [*simulation.world.timers.upcoming()] == []


def test_polling_a_held_run_moves_nothing(simulation):
    simulation.world.holds["hold_1"] = HoldPoint("hold_1", "task_run.completed")
    run = simulation.run()
    assert [simulation.read(run) for _ in range(4)] == [["running"]] * 4
    assert simulation.elapsed == 10 * SECOND


def test_a_run_that_ends_at_once_costs_no_jump(simulation):
    """A timer that is due now fires first."""
    run = simulation.run("[running: 0s, completed]")
    simulation.run(HANGS)
    assert simulation.read(run) == ["completed"]
    assert simulation.elapsed == timedelta()
    assert simulation.read(simulation.run("[running: 0s, pending: 3s, completed]")) == ["completed"]


@pytest.mark.parametrize("mode", ["frozen", "real"])
def test_polling_moves_only_an_on_poll_clock(mode):
    simulation = OfflineSimulation(mode=mode, now=FROZEN_START, step=FIVE)
    run = simulation.run()
    was = copy.deepcopy(simulation.world)
    simulation.read(run)
    assert simulation.world == was


def test_a_delivery_is_not_the_jump_of_a_poll(simulation):
    """Deliveries that are due now go out first, then the poll jumps."""
    fields = {"name": "q", "type": "webhook", "config": {"url": "http://x/"}, "events": ["*"]}
    create_destination(simulation.world, fields, secret_of("k"))
    run = simulation.run()
    assert ATTEMPT in {due.name for due in simulation.world.timers.upcoming()}
    assert simulation.read(run) == ["running"]
    assert simulation.elapsed == 2 * SECOND
    assert simulation.world.outbox


@pytest.mark.parametrize("steps", ["[queued: 2s, running: 8s, completed]", *WAITS])
def test_with_a_step_each_read_lets_that_much_time_pass(steps):
    simulation = OfflineSimulation(mode="on_poll", step=FIVE)
    run, reads = simulation.run(steps), 0
    while simulation.read(run) not in (["completed"], ["failed"]):
        reads += 1
        assert simulation.elapsed == reads * FIVE
    simulation.read(run)
    assert simulation.elapsed == (reads + 1) * FIVE


def test_polls_do_not_pass_the_last_moment():
    simulation = OfflineSimulation(mode="on_poll", now=LAST_MOMENT - SECOND)
    run = simulation.run()
    simulation.read(run)
    assert simulation.world.now == LAST_MOMENT
    simulation.set_clock("on_poll", poll_step=FIVE)
    assert simulation.read(run) == ["queued"]
    assert simulation.world.now == LAST_MOMENT
