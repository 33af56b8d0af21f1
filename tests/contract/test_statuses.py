"""The state machines, against the documentation."""

from datetime import timedelta

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


def machines(kind):
    """The machines of a kind, in each edition that has one."""
    return [machine for name, machine in MACHINES.items() if name.endswith(f": {kind}")]


def test_the_transitions_are_as_documented():
    """No transition is missing, and none is added."""
    for name, machine in MACHINES.items():
        found = {status: set(after) for status, after in machine.follows.items()}
        assert found == documented(name), name


def test_every_status_that_a_machine_mentions_has_a_row():
    for name, machine in MACHINES.items():
        mentioned = {after for row in machine.follows.values() for after in row}
        mentioned |= {machine.initial, machine.broken, machine.timed_from, *machine.settled}
        mentioned |= {*machine.results, *machine.fails_users_with, *machine.cancels_users_in}
        mentioned |= {*machine.spelled, *machine.auto_transitions}
        assert mentioned - {None} <= set(machine.statuses), name


def test_every_status_can_be_reached():
    """From the first status; only Deck moves a task out of `learning`."""
    for name, machine in MACHINES.items():
        reached, border = {machine.initial}, {machine.initial}
        while border:
            border = {after for status in border for after in machine.follows[status]} - reached
            reached |= border
        assert reached == ({"learning"} if name.endswith(": task") else set(machine.statuses)), name


def test_final_statuses_are_settled():
    """Clients do not poll in a final status."""
    for name, machine in MACHINES.items():
        final = {status for status in machine.statuses if machine.is_final(status)}
        assert machine.ends == bool(final) == (name.partition(": ")[2] not in WITHOUT_END), name
        assert final <= machine.settled, name


def test_the_transitions_of_commands_and_of_time_are_in_the_table():
    """For every status that allows the command."""
    for name, machine in MACHINES.items():
        moves = [(s, row.leads_to) for row in machine.commands.values() for s in row.allowed]
        moves += [(status, row.to) for status, row in machine.auto_transitions.items()]
        assert [m for m in moves if m[1] not in (None, *machine.follows[m[0]])] == [], name
        assert all(row.allowed for row in machine.commands.values()), name


def test_the_commands_are_allowed_as_documented():
    """A run is canceled in three statuses; only a connected connection runs tasks."""
    rules = EDITIONS["connections"]
    run, connection = rules.machine("task_run").commands, rules.machine("connection").commands
    assert {name: set(row.allowed) for name, row in run.items()} == {
        "cancel": {"pending", "queued", "running"},
        "answer": {"interaction_required"},
        "approve": {"pending"},
        "reject": {"pending"},
    }
    for name in ("run", "disconnect", "drop", "invalidate"):
        assert connection[name].allowed == ("connected",)
    assert connection["reopen"].allowed == ("disconnected",)


def test_a_status_has_a_step_unless_a_command_or_time_leads_to_it():
    """A new status fails here until scenarios can enter it."""
    for kind in KINDS:
        for machine in machines(kind):
            elsewhere = {command.leads_to for command in machine.commands.values()}
            elsewhere |= {transition.to for transition in machine.auto_transitions.values()}
            assert set(machine.statuses) - {*step_words(kind)} <= elsewhere


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


def test_runs_whose_login_ends_fail_with_an_error_of_the_catalog():
    named = {name for machine in MACHINES.values() for name in machine.fails_users_with.values()}
    assert named <= set(CATALOG)
