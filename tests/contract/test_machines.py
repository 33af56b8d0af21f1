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


def test_the_transitions_are_as_documented():
    tables = dict(part.split("\n", 1) for part in DOCUMENTED.strip("\n# ").split("\n# "))
    for name, machine in MACHINES.items():
        found = {status: set(after) for status, after in machine.follows.items()}
        table = tables.get(name) or tables[f"both: {name.partition(': ')[2]}"]
        lines = (line.split(":") for line in table.strip().splitlines())
        assert found == {status: set(after.split()) for status, after in lines}, name


def test_every_status_that_a_machine_mentions_has_a_row():
    for name, machine in MACHINES.items():
        mentioned = {after for row in machine.follows.values() for after in row}
        mentioned |= {machine.initial, machine.broken, machine.timed_from, *machine.settled}
        mentioned |= {*machine.results, *machine.ends_users}
        mentioned |= {*machine.spelled, *machine.auto_transitions}
        assert mentioned - {None} <= set(machine.statuses), name


def test_final_statuses_are_settled():
    """Clients do not poll in a final status."""
    for name, machine in MACHINES.items():
        final = {status for status in machine.statuses if machine.is_final(status)}
        assert final <= machine.settled, name


def test_the_transitions_of_commands_and_of_time_are_in_the_table():
    for name, machine in MACHINES.items():
        moves = [(s, row.leads_to) for row in machine.commands.values() for s in row.allowed]
        moves += [(status, row.to) for status, row in machine.auto_transitions.items()]
        assert [m for m in moves if m[1] not in (None, *machine.follows[m[0]])] == [], name
        assert all(row.allowed for row in machine.commands.values()), name


def test_a_status_has_a_step_unless_a_command_or_time_leads_to_it():
    """A new status fails here until scenarios can enter it."""
    for name, machine in MACHINES.items():
        kind = name.partition(": ")[2]
        if kind in KINDS:
            elsewhere = {command.leads_to for command in machine.commands.values()}
            elsewhere |= {transition.to for transition in machine.auto_transitions.values()}
            assert set(machine.statuses) - {*step_words(kind)} <= elsewhere, name


def test_each_status_has_the_family_by_which_people_see_it():
    families = {}
    for machine in MACHINES.values():
        for status in machine.statuses:
            families.setdefault(machine.family(status), set()).add(status)
    assert families == {
        "waiting": {"queued", "connecting", "unverified", "learning", "pending"},
        "working": {"running", "completing", "cancelling"},
        "person": {"interaction_required", "pending", "review_required"},
        "good": {"completed", "connected", "verified", "idle", "live", "active", "success"},
        "bad": {"failed", "invalid", "failure", "terminated", "inactive"},
        "over": {"canceled", "disconnected", "deleted", "test", "pending_verification"},
    }


def test_a_run_moves_its_login_to_existing_statuses():
    """The key is a field of the run; the statuses have rows in the login's machine."""
    edition = EDITIONS["credentials"]
    run = edition.kinds["task_run"]
    for name, leads in run.machine.leads.items():
        statuses = set(edition.machine(run.references[name]).statuses)
        assert {status for targets in leads.values() for status in targets} <= statuses


def test_reads_do_not_advance_to_the_end_of_an_idle_session():
    """Documented: ten minutes. It is a timeout of someone who waits."""
    idle = EDITIONS["credentials"].machine("session").auto_transitions["idle"]
    assert (idle.after, idle.is_timeout) == (timedelta(minutes=10), True)


def test_runs_whose_login_ends_fail_with_an_error_of_the_catalog():
    named = {name for machine in MACHINES.values() for name in machine.ends_users.values() if name}
    assert named <= set(CATALOG)
