from datetime import timedelta

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.scenario.steps.statuses import step_words

MACHINES = {
    f"{name}: {row.object}": row.machine
    for name, edition in EDITIONS.items()
    for row in edition.kinds.values()
    if row.machine
}

# The documented and assumed transitions. By status: the family by which people see it, and the
# statuses that may follow. This copy is the independent judge.
DOCUMENTED = """
# every edition: task
learning (waiting): learning
test (over): learning
live (good): learning
# every edition: event_destination
pending_verification (over): active inactive
active (good): inactive pending_verification
inactive (bad): active pending_verification
# every edition: event_delivery
pending (waiting): failure success
success (good): pending
failure (bad): pending
# connections: connection
connecting (waiting): connected interaction_required invalid terminated
interaction_required (person): connected disconnected interaction_required invalid terminated
connected (good): disconnected invalid terminated
disconnected (over): connecting terminated
invalid (bad): terminated
terminated (bad):
# connections: task_run
queued (waiting): canceled failed running
running (working): canceled completed failed interaction_required pending
interaction_required (person): failed interaction_required running
pending (person): canceled completed failed
completed (good):
failed (bad):
canceled (over):
# credentials: credential
unverified (waiting): deleted invalid verified
verified (good): deleted invalid unverified
invalid (bad): deleted unverified verified
deleted (over):
# credentials: session
queued (waiting): completing failed running
running (working): completing failed idle
idle (good): completing failed running
completing (working): completed
completed (good):
failed (bad):
# credentials: task_run
queued (waiting): cancelling failed running
running (working): cancelling completed failed interaction_required review_required
interaction_required (person): cancelling failed interaction_required running
review_required (person): cancelling completed failed running
cancelling (working): canceled
completed (good):
failed (bad):
canceled (over):
"""


def test_the_transitions_are_as_documented():
    tables = dict(part.split("\n", 1) for part in DOCUMENTED.strip("\n# ").split("\n# "))
    for name, machine in MACHINES.items():
        table = {f"{s} ({machine.family(s)})": {*after} for s, after in machine.follows.items()}
        text = tables.get(name) or tables.get(f"every edition: {name.partition(': ')[2]}", "")
        lines = (line.split(":") for line in text.strip().splitlines())
        documented = {status: {*after.split()} for status, after in lines}
        assert table == documented, f"{name} differs from DOCUMENTED"


def test_every_status_that_a_machine_mentions_has_a_row():
    for name, machine in MACHINES.items():
        mentioned = {after for row in machine.follows.values() for after in row}
        mentioned |= {machine.initial, machine.broken, machine.timed_from, *machine.settled}
        mentioned |= {*machine.results, *machine.ends_users}
        mentioned |= {*machine.spelled, *machine.auto_transitions}
        assert mentioned - {None} <= set(machine.statuses), name


def test_final_statuses_are_settled():
    for name, machine in MACHINES.items():
        final = {status for status in machine.statuses if machine.is_final(status)}
        assert final <= machine.settled, name


def test_the_transitions_of_commands_and_of_time_are_in_the_table():
    for name, machine in MACHINES.items():
        moves = [(s, row.leads_to) for row in machine.commands.values() for s in row.allowed]
        moves += [(status, row.to) for status, row in machine.auto_transitions.items()]
        assert [m for m in moves if m[1] not in (None, *machine.follows[m[0]])] == [], name
        assert all(row.allowed for row in machine.commands.values()), name


def test_a_run_can_be_canceled_in_each_status_that_may_become_the_one_of_cancel():
    """A new status that people may cancel is also in the row of the command."""
    for name, machine in MACHINES.items():
        if machine.is_run:
            cancel = machine.commands["cancel"]
            leading = {s for s, after in machine.follows.items() if cancel.leads_to in after}
            assert leading == {*cancel.allowed}, name


def test_a_status_has_a_step_unless_a_command_or_time_leads_to_it():
    """A new status fails here until scenarios can enter it."""
    for name, machine in MACHINES.items():
        kind = name.partition(": ")[2]
        if kind in SCRIPT_KINDS:
            elsewhere = {command.leads_to for command in machine.commands.values()}
            elsewhere |= {transition.to for transition in machine.auto_transitions.values()}
            assert set(machine.statuses) - {*step_words(kind)} <= elsewhere, name


def test_a_run_can_fail_in_every_status_that_does_not_end_by_itself():
    """Its task can time out, and its login go away, at any time."""
    for name, machine in MACHINES.items():
        rows = machine.follows.items() if machine.is_run else ()
        lasting = [(s, after) for s, after in rows if after and s not in machine.auto_transitions]
        assert [s for s, after in lasting if "failed" not in after] == [], name


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
    errors = {name for machine in MACHINES.values() for name in machine.ends_users.values() if name}
    assert errors <= set(CATALOG)
