from datetime import timedelta
from pathlib import Path

import pytest
from traces import answers_in

from deck_sim.cli.player import play_scenario
from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.world import FROZEN_START
from deck_sim.scenario.library import shipped
from deck_sim.scenario.loader import scenario_from_data
from deck_sim.scenario.recording import PastStatus, write_script

TRACES = Path(__file__).parents[1] / "traces"
PLAYED = [(name, edition) for name in shipped().names() for edition in shipped().get(name).editions]
MACHINE = EDITIONS["connections"].kinds["task_run"].machine


def history_of(world, resource):
    """The statuses that a resource entered, with what the API showed."""
    fields, history = {}, []
    for entry in world.timeline:
        if entry.id == resource.id and entry.status:
            fields = {**fields, **(entry.changes or {})}
            history.append(PastStatus(entry.at, entry.status, fields))
    return history


def story_of(world, resource):
    """When a resource entered which status, with its outcome."""
    told = ("interaction", "output", "result", "errors")
    return [
        (past.at - resource.created_at, past.status, {n: past.resource.get(n) for n in told})
        for past in history_of(world, resource)
    ]


@pytest.mark.parametrize(("name", "edition"), PLAYED)
def test_a_history_plays_again(name, edition):
    """Each run of each scenario, at the same times, unless an answer was wrong."""
    answers = answers_in((TRACES / edition / f"{name}.txt").read_text().splitlines()[0])
    first = play_scenario(shipped().get(name), answers, edition=edition).simulation
    refused = {entry.id for entry in first.world.timeline if entry.what.startswith("wrong answer")}
    for run in first.world.all("task_run").values():
        steps = write_script("task_run", first.world.machine(run), history_of(first.world, run))
        data = {"version": 1, "name": "again", "edition": edition, "task_run": steps}
        seconds = run.hidden["timeout_seconds"]
        scenario = scenario_from_data({**data, "task_timeout": f"{seconds}s"})
        if run.id not in refused:
            again = play_scenario(scenario, answers)
            assert story_of(again.simulation.world, again.run) == story_of(first.world, run)


ASKS = {"interaction": {"type": "pin", "message": "Pin?", "fields": [{"name": "pin"}]}}
ERRORS = {"errors": [{"type": "task", "code": "task_failed", "message": "no"}]}
FAILED = {"failed": [{"error": "task/task_failed", "message": "no"}]}
PROMPT = ASKS["interaction"]

RUNS, PENDS, CANCELED = ("running", {}), ("pending", {}), ("canceled", {})
ASKED, FAILS = ("interaction_required", ASKS), ("failed", ERRORS)
EXPIRES = {"interaction_required": {**PROMPT, "timeout": "3s", "on_timeout": [FAILED]}}
# Statuses with what was shown, each three seconds after the one before, and their script.
HISTORIES = [
    ([RUNS], [{"running": "stuck"}]),
    ([RUNS, FAILS], [{"running": "3s"}, FAILED]),
    ([ASKED], [{"interaction_required": PROMPT}, "running", "completed"]),
    (
        [ASKED, ASKED, RUNS, CANCELED],
        [{"interaction_required": PROMPT}, {"running": "3s"}, "canceled"],
    ),
    ([ASKED, FAILS], [EXPIRES, "running", "completed"]),
    ([PENDS], ["pending", "completed"]),
    ([PENDS, CANCELED], [{"pending": "3s"}, "canceled"]),
    ([PENDS, FAILS], [{"pending": "3s"}, FAILED]),
]


def script_of(*statuses):
    """The script of statuses and what was shown, each three seconds after the one before."""
    history = [
        PastStatus(FROZEN_START + timedelta(seconds=3 * number), status, fields)
        for number, (status, fields) in enumerate(statuses)
    ]
    return write_script("task_run", MACHINE, history)


def test_a_history_is_written_with_what_happened():
    scripts = [(statuses, script_of(*statuses)) for statuses, _ in HISTORIES]
    assert scripts == HISTORIES


def test_the_script_of_a_connection_does_not_end_at_a_prompt():
    moments = [
        PastStatus(FROZEN_START, "connecting", {}),
        PastStatus(FROZEN_START, "interaction_required", ASKS),
    ]
    machine = EDITIONS["connections"].kinds["connection"].machine
    steps = ["connecting", {"interaction_required": PROMPT}, "connected"]
    assert write_script("connection", machine, moments) == steps


def test_a_status_that_lasts_for_no_time_has_no_duration():
    moments = [PastStatus(FROZEN_START, status, {}) for status in ("running", "canceled")]
    assert write_script("task_run", MACHINE, moments) == ["running", "canceled"]


def test_a_text_that_looks_like_an_expression_stays_a_text():
    """In keys, too: a script has the results of expressions, not the expressions."""
    text = "{{ x }} \\ 😀 {% y"
    (step,) = script_of(("completed", {"output": {text: [text]}}))
    data = {"version": 1, "name": "again", "task_run": ["queued", "running", step]}
    again = play_scenario(scenario_from_data(data))
    assert again.run["output"] == {text: [text]}


def test_a_script_has_no_secret():
    fields = {"output": {"password": "hunter2", "note": "seen"}, "result": None}
    output = {"password": "•••", "note": "seen"}
    assert script_of(("completed", fields)) == [{"completed": {"output": output}}]
