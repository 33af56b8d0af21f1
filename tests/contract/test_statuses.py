"""The state machines, against the documentation."""

from datetime import timedelta

import pytest

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.engine.story import KINDS
from deck_sim.scenario.steps.statuses import step_words

MACHINES = {
    f"{name}: {row.object}": row.machine
    for name, edition in EDITIONS.items()
    for row in edition.kinds.values()
    if row.machine
}
COMMANDS = [(name, command) for name, machine in MACHINES.items() for command in machine.commands]
EVERY_MACHINE = pytest.mark.parametrize("name", MACHINES)

WITHOUT_END = ("task", "event_destination", "event_delivery")

# The documented and assumed transitions, by status: the statuses that may follow. This copy is the
# independent judge.
DOCUMENTED = """
# both: task
learning: learning
test: learning
live: learning
# both: event_destination
pending_verification: active inactive
active: inactive pending_verification
inactive: active pending_verification
# both: event_delivery
pending: failure success
success: pending
failure: pending
# connections: connection
connecting: connected interaction_required invalid terminated
interaction_required: connected disconnected interaction_required invalid terminated
connected: disconnected invalid terminated
disconnected: connecting terminated
invalid: terminated
terminated:
# connections: task_run
queued: canceled failed running
running: canceled completed failed interaction_required pending
interaction_required: failed interaction_required running
pending: canceled completed failed
completed:
failed:
canceled:
# credentials: credential
unverified: deleted invalid verified
verified: deleted invalid unverified
invalid: deleted unverified verified
deleted:
# credentials: session
queued: completing failed running
running: completing failed idle
idle: completing failed running
completing: completed
completed:
failed:
# credentials: task_run
queued: cancelling failed running
running: cancelling completed failed interaction_required review_required
interaction_required: cancelling failed interaction_required running
review_required: cancelling completed failed running
cancelling: canceled
completed:
failed:
canceled:
"""


TABLES = dict(part.split("\n", 1) for part in DOCUMENTED.strip("\n# ").split("\n# "))


def documented(name):
    """The transitions of one machine in the table above."""
    table = TABLES.get(name) or TABLES[f"both: {name.partition(': ')[2]}"]
    lines = (line.split(":") for line in table.splitlines() if line)
    return {status: set(after.split()) for status, after in lines}


@EVERY_MACHINE
def test_the_transitions_are_as_documented(name):
    """No transition is missing, and none is added."""
    assert {s: set(after) for s, after in MACHINES[name].follows.items()} == documented(name)


@EVERY_MACHINE
def test_the_table_is_total_and_closed(name):
    """Every status that a machine mentions has a row."""
    machine = MACHINES[name]
    mentioned = {after for row in machine.follows.values() for after in row}
    mentioned |= {
        machine.initial,
        machine.broken or machine.initial,
        *machine.settled,
        *machine.results,
    }
    mentioned |= {*machine.fails_users_with, *machine.cancels_users_in, *machine.spelled}
    assert mentioned <= set(machine.statuses)
    assert machine.timed_from in (None, *machine.statuses)


@EVERY_MACHINE
def test_every_status_can_be_reached(name):
    """From the first status; only Deck moves a task out of `learning`."""
    machine = MACHINES[name]
    reached, border = {machine.initial}, {machine.initial}
    while border:
        border = {after for status in border for after in machine.follows[status]} - reached
        reached |= border
    assert reached == ({"learning"} if name.endswith(": task") else set(machine.statuses))


@EVERY_MACHINE
def test_final_statuses_are_settled(name):
    """Clients do not poll in a final status."""
    machine = MACHINES[name]
    final = {status for status in machine.statuses if machine.is_final(status)}
    assert machine.ends == bool(final) == (name.partition(": ")[2] not in WITHOUT_END)
    assert final <= machine.settled


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_the_transition_of_a_command_is_in_the_table(name, command):
    """For every status that allows the command."""
    machine, row = MACHINES[name], MACHINES[name].commands[command]
    assert row.allowed
    for status in row.allowed:
        assert row.leads_to in (None, *machine.follows[status])


def test_the_commands_of_a_run_are_allowed_as_documented():
    """Cancel in three statuses; answer when asked; approve and reject when pending."""
    commands = EDITIONS["connections"].machine("task_run").commands
    assert {name: set(row.allowed) for name, row in commands.items()} == {
        "cancel": {"pending", "queued", "running"},
        "answer": {"interaction_required"},
        "approve": {"pending"},
        "reject": {"pending"},
    }


SCRIPTED = [(name, kind) for name in MACHINES for kind in KINDS if name.endswith(f": {kind}")]


@pytest.mark.parametrize(("name", "kind"), SCRIPTED)
def test_a_status_has_a_step_unless_a_command_or_time_leads_to_it(name, kind):
    """A new status fails here until scenarios can enter it."""
    machine = MACHINES[name]
    elsewhere = {command.leads_to for command in machine.commands.values()}
    elsewhere |= {transition.to for transition in machine.auto_transitions.values()}
    assert set(machine.statuses) - {*step_words(kind)} <= elsewhere


@pytest.mark.parametrize("kind", ["session", "task_run"])
def test_automatic_transitions_are_in_the_table(kind):
    """They lead to a status that may follow."""
    machine = EDITIONS["credentials"].machine(kind)
    assert machine.auto_transitions
    for status, auto_transition in machine.auto_transitions.items():
        assert auto_transition.to in machine.follows[status]


def test_a_run_moves_its_login_to_existing_statuses():
    """The key is a field of the run; the statuses have rows in the login's machine."""
    edition = EDITIONS["credentials"]
    run = edition.kinds["task_run"]
    for name, leads in run.machine.leads.items():
        statuses = set(edition.machine(run.references[name]).statuses)
        assert {status for targets in leads.values() for status in targets} <= statuses


def test_a_session_that_is_not_used_ends_after_ten_minutes():
    """Documented. It is a timeout of someone who waits, so reads do not advance to it."""
    idle = EDITIONS["credentials"].machine("session").auto_transitions["idle"]
    assert (idle.after, idle.is_timeout) == (timedelta(minutes=10), True)


def test_only_a_connected_connection_runs_tasks():
    """Connected is also where it can be disconnected, dropped or made invalid."""
    commands = EDITIONS["connections"].machine("connection").commands
    for name in ("run", "disconnect", "drop", "invalidate"):
        assert commands[name].allowed == ("connected",)
    assert commands["reopen"].allowed == ("disconnected",)


@EVERY_MACHINE
def test_runs_whose_login_ends_fail_with_an_error_of_the_catalog(name):
    """The errors exist."""
    assert {*MACHINES[name].fails_users_with.values()} <= set(CATALOG)
