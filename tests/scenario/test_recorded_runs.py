"""Recordings of runs that calls, people and limits took part in."""

import pytest
import yaml

from deck_sim.contract.error_catalog import ApiError
from deck_sim.scenario.recording import record_run

PROMPT = "interaction_required: {accept: {code: 1}, attempts: 2}"
FIELDS = "fields: [{name: code, type: string, label: Verification code}]"
SHOWN = f"type: mfa, message: Enter the verification code., {FIELDS}, accept: [{{code: '1'}}]"
SHOWN = f"{SHOWN}, attempts: 2"
LOST = "The connection became `disconnected` during the run."
DROPPED = f"failed: [{{error: task/task_failed, message: {LOST}}}]"
WRONG = "failed: [{error: auth/mfa_invalid, message: Every code that was given is wrong.}]"
REJECTED = "failed: [{error: task/review_rejected, message: The reviewer rejected the run.}]"


@pytest.fixture
def make(simulation):
    """The scenario that plays a run again."""

    def make(run_id):
        seen = simulation()
        return record_run(seen.world, seen.world.all("task_run")[run_id], seen.chosen)

    return make


@pytest.fixture
def play(api, sim, put, run_task, advance, connection):
    """Play a script of runs while things happen: time passes, or somebody acts; returns its run."""
    path = f"/connections/{connection['id']}"

    def act(run_id, what):
        name, _, value = what.partition("=")
        if value:
            return api.post(f"/task-runs/{run_id}/interaction", json={"inputs": {name: value}})
        if what == "cancel":
            return api.post(f"/task-runs/{run_id}/cancel")
        return sim.post(f"{path}/drop" if what == "drop" else f"/task-runs/{run_id}/{what}")

    def play(steps, happens=""):
        if api.post(f"{path}/reopen").status_code == 200:  # it was dropped
            advance("10s")
        run_id = run_task(put(f"task_run: {steps}\ntask_timeout: 2h"))["id"]
        for what in happens.split():
            if what[0].isdigit():
                advance(what)
            else:
                assert act(run_id, what).status_code == 200, what
        return run_id

    return play


# A script, what happens, and the script that plays it again.
HISTORIES = [
    ("[running: 8s, completed]", "3s", "[running: stuck]"),
    ("[running: 8s, completed]", "3s drop", f"[running: 3s, {DROPPED}]"),
    (
        "[running, event: task_run.o, screenshot: {name: x, reasoning: y}, running: 8s, completed]",
        "3s cancel",
        "[running, event: task_run.o, screenshot: {name: x, reasoning: y}, running: 3s, canceled]",
    ),
    *(
        (
            f"[running, {PROMPT}, running: 1m, completed]",
            happens,
            f"[running, interaction_required: {{{SHOWN}{more}}}, {rest}]",
        )
        for happens, more, rest in (
            ("7s", "", "running, completed"),
            ("7s code=2 7s code=1", "", "running: stuck"),
            ("7s code=2 code=2", f", on_rejected: [{WRONG}]", "running, completed"),
            ("code=2 7s drop", f", timeout: 7s, on_timeout: [{DROPPED}]", "running, completed"),
        )
    ),
    *(
        ("[running, pending, completed]", happens, f"[running, {found}]")
        for happens, found in (
            ("7s approve", "pending: 7s, completed: {output: {}}"),
            ("7s", "pending, completed"),
            ("7s cancel", "pending: 7s, canceled"),
            ("7s reject", f"pending: {{on_rejected: [{REJECTED}]}}, completed"),
        )
    ),
]


def test_a_run_is_recorded_with_what_happened_to_it(play, make):
    """A right or wrong answer, none, a verdict, a cancel, a lost login."""
    wrong = []
    for script, happens, expected in HISTORIES:
        recorded = make(play(script, happens)).source
        assert recorded["task_timeout"] == "2h"
        if recorded["task_run"] != ["queued", *yaml.safe_load(expected)]:
            wrong.append((script, happens, recorded["task_run"]))
    assert wrong == []


def test_a_text_that_looks_like_an_expression_stays_a_text(play, make, sim, run_task, api):
    """In keys, too: a recording has the results of expressions, not the expressions."""
    odd = r"\u007b\u007b x }} \\ 😀 \u007b% y"
    output = f"""{{'{{{{ "{odd}" }}}}': '{{{{ "{odd}" }}}}'}}"""
    run_id = play(f"[running, completed: {{output: {output}}}]")
    made = make(run_id)
    assert sim.put(f"/scenarios/{made.name}", content=made.text).status_code == 200
    again = run_task(made.name)["id"]
    outputs = [api.get(f"/task-runs/{one}").json()["output"] for one in (run_id, again)]
    text = "{{ x }} \\ 😀 {% y"
    assert outputs == [{text: text}] * 2


def test_a_recording_has_no_secret(play, make):
    """Neither an answer of a user, nor a password in an output."""
    asks = "interaction_required: {type: pin, fields: [{name: pin}], accept: {pin: 12}}"
    output = '{password: "{{ user.username }}hunter2", note: seen}'
    steps = f"[running, {asks}, running, completed: {{output: {output}}}]"
    recorded = make(play(steps, "pin=hunter3 pin=12")).source
    assert "hunter" not in str(recorded)
    assert recorded["task_run"][-1] == {
        "completed": {"output": {"password": "•••", "note": "seen"}}
    }


def test_a_run_that_cannot_be_recorded_is_refused(simulation, play, make):
    """It has played nothing, no script can hold a prompt so long, or only a part of it is kept."""
    held, first = play("[running, pending, completed]", "30m"), play("[running: 1s, completed]")
    with pytest.raises(ApiError, match="30m is too long"):
        make(held)
    simulation().world.timeline.clear()
    with pytest.raises(ApiError, match="its first entries were dropped"):
        make(first)
