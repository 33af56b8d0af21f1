"""Recordings of runs that calls, people and limits took part in."""

import pytest
import yaml

from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine import world
from deck_sim.engine.recent_log import RecentLog
from deck_sim.scenario.recording import record_run

PROMPT = "interaction_required: {accept: {code: 1}, attempts: 2}"
FIELDS = "fields: [{name: code, type: string, label: Verification code}]"
SHOWN = f"type: mfa, message: Enter the verification code., {FIELDS}, accept: {{code: '1'}}"
SHOWN = f"{SHOWN}, attempts: 2"
ASKED = f"interaction_required: {{{SHOWN}}}"  # as a prompt is recorded
LOST = "The connection became `disconnected` during the run."
DROPPED = f"failed: {{error: task/task_failed, message: {LOST}}}"


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


def prompt(keys=""):
    """A run with a prompt that has these keys, too."""
    asks = f"interaction_required: {{accept: {{code: 1}}, attempts: 2, {keys}}}"
    return f"[running, {asks}, running: 1m..2m, completed]"


# A script, what happens, and the script that plays it again.
ENDS = [
    ("[running: 8s, completed]", "3s cancel", "[queued, running: 3s, canceled]"),
    ("[running: 8s, completed]", "3s", "[queued, running: stuck]"),
    ("[running: 8s, completed]", "3s drop", f"[queued, running: 3s, {DROPPED}]"),
    ("[queued: 3h, running, completed]", "2h", "[queued: 2h, failed: task/timeout]"),
    (
        "[running, file: a.csv, event: task_run.odd, screenshot, running: 8s, completed]",
        "3s cancel",
        "[queued, running, file: a.csv, event: task_run.odd, screenshot: {name: screenshot.png},"
        " running: 3s, canceled]",
    ),
    (
        "[running, failed: {error: task/timeout, field: x}]",
        "",
        "[queued, running, failed: {error: task/timeout, field: x}]",
    ),
]
# Of prompts: its keys, what happens, and what the recorded prompt has besides.
PROMPTS = [
    ("", "7s code=2 code=2", "on_rejected: [failed: auth/mfa_invalid]"),
    ("", "5m", "timeout: 5m, on_timeout: [failed: interaction/interaction_timeout]"),
    ("", "code=2 7s drop", f"timeout: 7s, on_timeout: [{DROPPED}]"),
    ("", "7s", ""),
    (
        "timeout: 1m, on_timeout: [screenshot: a, failed: task/timeout]",
        "1m",
        "timeout: 1m, on_timeout: [screenshot: {name: a}, failed: task/timeout]",
    ),
]
DONE = "completed: {output: {}}"
# Of reviews: the step, what happens, and the recorded steps.
REVIEWS = [
    ("pending", "7s approve", f"pending, {DONE}"),
    ("pending: 10m", "10m", f"pending: 10m, {DONE}"),
    ("pending: 10m", "1m approve", f"pending, {DONE}"),
    ("pending", "7s", "pending, completed"),
    ("pending", "30m", "pending, completed"),
    ("pending", "7s cancel", "pending: 7s, canceled"),
    ("pending", "7s reject", "pending: {on_rejected: [failed: task/review_rejected]}, completed"),
]
INNER = f"on_rejected: [{PROMPT}, running, failed: task/task_failed]"
HISTORIES = [
    *ENDS,
    # After a right answer, the run is recorded as far as it went.
    (prompt(), "7s code=2 7s code=1", f"[queued, running, {ASKED}, running: stuck]"),
    # After a time limit without steps, it goes on.
    (
        prompt("timeout: 1m, on_timeout: []"),
        "90s cancel",
        f"[queued, running, interaction_required: {{{SHOWN}, timeout: 1m,"
        " on_timeout: [running: 30s, canceled]}, running: 1m..2m, completed]",
    ),
    # Behind a wait that did not go on are the steps of the script: an answer, or the other
    # verdict, leads where it would have led.
    *(
        (
            prompt(keys),
            happens,
            f"[queued, running, interaction_required: {{{SHOWN}, {more}}}, running: 1m..2m,"
            " completed]",
        )
        for keys, happens, more in PROMPTS
    ),
    *(
        (f"[running, {wait}, completed]", happens, f"[queued, running, {found}]")
        for wait, happens, found in REVIEWS
    ),
    (
        "{connections: [running, pending, screenshot, completed]}",
        "",
        "[queued, running, pending, screenshot, completed]",
    ),
    # In a branch no steps are left: the run completes.
    (
        f"[running, interaction_required: {{accept: {{code: 1}}, attempts: 1, {INNER}}}, running:"
        " 9s, completed]",
        "code=2",
        f"[queued, running, interaction_required: {{{SHOWN.replace('2', '1')}, on_rejected:"
        f" [{ASKED}, running, completed]}}, running: 9s, completed]",
    ),
]


def test_a_run_is_recorded_with_what_happened_to_it(play, make):
    """A right or wrong answer, none, a verdict, a cancel, a lost login, a limit."""
    wrong = []
    for script, happens, expected in HISTORIES:
        recorded = make(play(script, happens)).source
        assert recorded["task_timeout"] == "2h"
        if recorded["task_run"] != yaml.safe_load(expected):
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


@pytest.fixture
def login(api, sim, put, task, connection):
    """Open a connection in a world whose default is a scenario with this script of connections and
    this one of runs; its run, and the path of the connection.
    """

    def login(opens, runs):
        name = put(f"connection: {opens}\ntask_run: {runs}")
        sim.patch("/world", json={"default_scenario": name})
        body = {"source_id": connection["source_id"], "auth_method": "none"}
        opened = api.post("/connections", json=body).json()["id"]
        body, path = {"connection_id": opened}, f"/tasks/{task['id']}/run"
        return lambda: api.post(path, json=body).json()["id"], f"/connections/{opened}"

    return login


def test_the_login_of_a_run_is_recorded_up_to_its_next_opening(login, api, advance, make):
    """A run that failed with its login is recorded as `stuck`."""
    opens = "[connecting: 2s, connected: 1m, event: connection.odd, disconnected]"
    start, path = login(opens, "[running: stuck]")
    runs = []
    for _ in range(2):
        advance("10s")
        runs.append(start())
        advance("2m")
        api.post(f"{path}/reopen")
    for recorded in (make(run_id).source for run_id in runs):
        assert recorded["connection"] == yaml.safe_load(opens)
        assert recorded["task_run"] == ["queued", {"running": "stuck"}]


def test_an_end_of_the_login_from_outside_is_not_its_script(login, sim, advance, make):
    """The run then fails by itself."""
    start, path = login("[connecting: 2s, connected]", "[running: stuck]")
    advance("10s")
    run_id = start()
    advance("3s")
    sim.post(f"{path}/drop")
    recorded = make(run_id).source
    assert recorded["connection"] == [{"connecting": "2s"}, "connected"]
    assert recorded["task_run"] == yaml.safe_load(f"[queued, running: 3s, {DROPPED}]")


def test_a_prompt_that_the_end_of_the_login_ended_gets_no_answer(login, advance, make):
    """It stays open until the login ends again."""
    opens = "[connecting, connected: 9s, disconnected]"
    start, _ = login(opens, f"[running, {PROMPT}, running, completed]")
    advance("1s")
    run_id = start()
    advance("1m")
    expected = yaml.safe_load(f"[queued, running, {ASKED}, running, completed]")
    assert make(run_id).source["task_run"] == expected


def test_a_file_is_recorded_with_its_content(api, play, make, task):
    """Without an extraction, if the task extracts nothing."""
    api.patch(f"/tasks/{task['id']}", json={"storage": {"enabled": True}})
    file = "file: {name: a.csv, type: text/csv, content: '1,2', result: failure}"
    steps = f"[queued, running, {file}, running: stuck]"
    assert make(play(steps)).source["task_run"] == yaml.safe_load(steps)


def test_a_run_that_cannot_be_recorded_is_refused(sim, simulation, play, make):
    """It has played nothing, no script can hold a prompt so long, or only a part of it is kept."""
    site = {"type": "website", "website": {"url": "https://a.example"}}
    seeded = {"agents": [{"id": "agt_1", "name": "A"}], "sources": [{"id": "src_1", **site}]}
    seeded["connections"] = [{"id": "conn_1", "source_id": "src_1", "auth_method": "none"}]
    seeded["tasks"] = [{"id": "task_1", "name": "T", "agent_id": "agt_1"}]
    seeded["task_runs"] = [{"id": "trun_1", "task_id": "task_1", "connection_id": "conn_1"}]
    assert sim.post("/seed", json={"resources": seeded}).status_code == 200
    sim.post("/holds", json={"event": "task_run.failed"})
    held = play(f"[running, {PROMPT}, running, completed]", "40m")
    for run_id, why in (("trun_1", "played no scenario"), (held, "30m is too long")):
        with pytest.raises(ApiError, match=why):
            make(run_id)
    simulation().world.timeline = RecentLog(5)
    first = play("[running: 1s, completed]", "1m")
    assert make(first).name == "story_recorded"
    play("[running: 1s, completed]", "1m")
    with pytest.raises(ApiError, match="were dropped from the timeline"):
        make(first)


def test_files_of_forgotten_runs_are_not_those_of_others(monkeypatch, api, play, make, task):
    """Their entries are still in the timeline."""
    api.patch(f"/tasks/{task['id']}", json={"storage": {"enabled": True}})
    monkeypatch.setattr(world, "MOST_RUNS", 1)
    play("[running: 1s, file: a.txt, completed]", "1m")
    second = play("[running: 1s, completed]", "1m")
    expected = yaml.safe_load(f"[queued, running: 1s, {DONE}]")
    assert make(second).source["task_run"] == expected
