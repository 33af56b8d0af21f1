"""Recordings of runs that calls, people and limits took part in."""

import json

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine import world
from deck_sim.engine.recent_log import RecentLog
from deck_sim.scenario.recording import record_run

PROMPT = "interaction_required: {accept: {code: 1}, attempts: 2}"
SHOWN = {
    "type": "mfa",
    "message": "Enter the verification code.",
    "fields": [{"name": "code", "type": "string", "label": "Verification code"}],
    "accept": {"code": "1"},
    "attempts": 2,
}
TIMED_OUT = {"failed": "interaction/interaction_timeout"}
DROPPED = {
    "error": "task/task_failed",
    "message": "The connection became `disconnected` during the run.",
}
END = ["running", "completed"]  # steps that a script needs behind a prompt


@pytest.fixture
def make(simulation):
    """The scenario that plays a run again."""

    def make(run_id):
        seen = simulation()
        return record_run(seen.world, seen.world.all("task_run")[run_id], seen.chosen)

    return make


@pytest.fixture
def record(make):
    """The data of the scenario that plays a run again."""
    return lambda run_id: make(run_id).source


@pytest.fixture
def play(api, sim, put, run_task, advance, connection):
    """Play a script of runs while things happen: time passes, or somebody acts; returns its run."""

    def act(run_id, what):
        if "=" in what:
            name, _, value = what.partition("=")
            return api.post(f"/task-runs/{run_id}/interaction", json={"inputs": {name: value}})
        if what == "cancel":
            return api.post(f"/task-runs/{run_id}/cancel")
        if what == "drop":
            return sim.post(f"/connections/{connection['id']}/drop")
        return sim.post(f"/task-runs/{run_id}/{what}")

    def play(steps, *happens, rest=""):
        run_id = run_task(put(f"task_run: {steps}\n{rest}"))["id"]
        for what in happens:
            if what[0].isdigit():
                advance(what)
            else:
                assert act(run_id, what).status_code == 200, what
        return run_id

    return play


@pytest.mark.parametrize(
    ("script", "happens", "expected"),
    [
        ("[running: 8s, completed]", ["3s", "cancel"], [{"running": "3s"}, "canceled"]),
        ("[running: 8s, completed]", ["3s"], [{"running": "stuck"}]),
        ("[running: 8s, completed]", ["3s", "drop"], [{"running": "3s"}, {"failed": DROPPED}]),
        (
            "[queued: 1h, running, completed]",
            ["30m"],
            [{"queued": "30m"}, {"failed": "task/timeout"}],
        ),
        (
            "[running, screenshot, running: 8s, completed]",
            ["3s", "cancel"],
            ["running", {"screenshot": {"name": "screenshot.png"}}, {"running": "3s"}, "canceled"],
        ),
        (
            "[running, file: a.csv, event: task_run.odd, running: stuck]",
            ["3s"],
            ["running", {"file": "a.csv"}, {"event": "task_run.odd"}, {"running": "stuck"}],
        ),
        (
            "[running, failed: {error: task/timeout, field: x}]",
            [],
            ["running", {"failed": {"error": "task/timeout", "field": "x"}}],
        ),
    ],
)
def test_the_end_of_a_run_is_its_last_step(play, record, script, happens, expected):
    """A cancel, a lost login, a limit; a run that is not over never ends."""
    recorded = record(play(script, *happens))["task_run"]
    assert recorded == [*([] if "queued" in script else ["queued"]), *expected]


@pytest.mark.parametrize(
    ("keys", "happens", "expected"),
    [
        ("", ["7s", "code=1"], {}),
        ("", ["7s", "code=2", "7s", "code=1"], {}),
        ("", ["code=2", "code=2"], {"on_rejected": [{"failed": "auth/mfa_invalid"}]}),
        ("", ["5m"], {"timeout": "5m", "on_timeout": [TIMED_OUT]}),
        (
            "",
            ["code=2", "7s", "drop"],
            {"timeout": "7s", "on_timeout": [{"failed": DROPPED}]},
        ),
        ("", ["7s"], {}),
        (
            "timeout: 1m, on_timeout: []",
            ["90s", "cancel"],
            {"timeout": "1m", "on_timeout": [{"running": "30s"}, "canceled"]},
        ),
        (
            "timeout: 1m, on_timeout: [screenshot: a, failed: task/timeout]",
            ["1m"],
            {
                "timeout": "1m",
                "on_timeout": [{"screenshot": {"name": "a"}}, {"failed": "task/timeout"}],
            },
        ),
    ],
)
def test_a_prompt_is_recorded_with_its_end(play, record, keys, happens, expected):
    prompt = f"interaction_required: {{accept: {{code: 1}}, attempts: 2, {keys}}}"
    recorded = record(play(f"[running, {prompt}, running: 1m, completed]", *happens))
    assert recorded["task_run"][2] == {"interaction_required": SHOWN | expected}


@pytest.mark.parametrize(
    ("review", "happens", "expected"),
    [
        ("pending", ["7s", "approve"], "pending"),
        ("pending: 10m", ["10m"], {"pending": "10m"}),
        ("pending: 10m", ["1m", "approve"], "pending"),
        ("pending", ["7s", "cancel"], {"pending": "7s"}),
        ("pending", ["7s"], "pending"),
        ("pending", ["30m"], "pending"),
        (
            "pending",
            ["7s", "reject"],
            {"pending": {"on_rejected": [{"failed": "task/review_rejected"}]}},
        ),
    ],
)
def test_a_review_is_recorded_with_its_end(play, record, review, happens, expected):
    """A person decides again; without one the limit of inactivity ends the run again."""
    recorded = record(play(f"[running, {review}, completed]", *happens, rest="task_timeout: 2h"))
    assert recorded["task_run"][2] == expected
    assert recorded["task_timeout"] == "2h"


@pytest.mark.parametrize(
    ("script", "happens", "rest"),
    [
        (
            f"[running, {PROMPT}, running: 7s..9s, completed]",
            [],
            [{"running": "7s..9s"}, "completed"],
        ),
        (
            f"[running, {PROMPT}, running, screenshot, completed]",
            ["5m"],
            [*END[:1], "screenshot", *END[1:]],
        ),
        (
            "{connections: [running, pending, screenshot, completed]}",
            [],
            ["screenshot", "completed"],
        ),
    ],
)
def test_behind_a_wait_that_did_not_go_on_are_the_steps_of_the_scenario(
    play, record, script, happens, rest
):
    """So that an answer, or the other verdict, leads where it would have led."""
    assert record(play(script, *happens))["task_run"][3:] == rest


def test_behind_such_a_wait_in_a_branch_a_run_completes(play, record):
    """A script may not stop there."""
    inner = f"[{PROMPT}, running, failed: task/task_failed]"
    outer = f"interaction_required: {{accept: {{code: 1}}, attempts: 1, on_rejected: {inner}}}"
    recorded = record(play(f"[running, {outer}, running, completed]", "code=2"))
    (asked, *rest) = recorded["task_run"][2]["interaction_required"]["on_rejected"]
    assert asked == {"interaction_required": SHOWN}
    assert rest == END


def test_a_text_that_looks_like_an_expression_stays_a_text(play, make, sim, run_task, api):
    """In keys, too: a recording has the results of expressions, not the expressions."""
    odd = r"\u007b\u007b x }} \\ 😀 \u007b% y"
    run_id = play(
        f"""[running, completed: {{output: {{'{{{{ "{odd}" }}}}': '{{{{ "{odd}" }}}}'}}}}]"""
    )
    made = make(run_id)
    assert sim.put(f"/scenarios/{made.name}", content=made.text).status_code == 200
    again = run_task(made.name)["id"]
    outputs = [api.get(f"/task-runs/{one}").json()["output"] for one in (run_id, again)]
    text = "{{ x }} \\ 😀 {% y"
    assert outputs == [{text: text}] * 2


def test_a_recording_has_no_secret(play, record):
    """Neither an answer of a user, nor a password in an output."""
    asks = (
        "interaction_required: {type: pin, fields: [{name: pin}], accept: {pin: 12}, attempts: 9}"
    )
    output = '{password: "{{ user.username }}hunter2", note: seen}'
    happens = ["pin=hunter3", "pin=12"]
    recorded = record(
        play(f"[running, {asks}, running, completed: {{output: {output}}}]", *happens)
    )
    assert "hunter" not in str(recorded)
    assert recorded["task_run"][-1] == {
        "completed": {"output": {"password": "•••", "note": "seen"}}
    }


@pytest.fixture
def login(api, sim, put, task, connection):
    """Open a connection in a world whose default is a scenario with this body; its run, and the
    path of the connection.
    """

    def login(body):
        sim.patch("/world", json={"default_scenario": put(body)})
        body = {"source_id": connection["source_id"], "auth_method": "none"}
        opened = api.post("/connections", json=body).json()["id"]
        body, path = {"connection_id": opened}, f"/tasks/{task['id']}/run"
        return lambda: api.post(path, json=body).json()["id"], f"/connections/{opened}"

    return login


def test_the_login_of_a_run_is_recorded_up_to_its_next_opening(login, api, advance, record):
    """A run that failed with its login is recorded as `stuck`."""
    steps = "[connecting: 2s, connected: 1m, event: connection.odd, disconnected]"
    start, path = login(f"connection: {steps}\ntask_run: [running: stuck]")
    runs = []
    for _ in range(2):
        advance("10s")
        runs.append(start())
        advance("2m")
        api.post(f"{path}/reopen")
    for run_id in runs:
        recorded = record(run_id)
        assert recorded["connection"] == [
            *({"connecting": "2s"}, {"connected": "1m"}),
            *({"event": "connection.odd"}, "disconnected"),
        ]
        assert recorded["task_run"] == ["queued", {"running": "stuck"}]


def test_an_end_of_the_login_from_outside_is_not_its_script(login, sim, advance, record):
    """The run then fails by itself."""
    start, path = login("connection: [connecting: 2s, connected]\ntask_run: [running: stuck]")
    advance("10s")
    run_id = start()
    advance("3s")
    sim.post(f"{path}/drop")
    recorded = record(run_id)
    assert recorded["connection"] == [{"connecting": "2s"}, "connected"]
    assert recorded["task_run"][1:] == [{"running": "3s"}, {"failed": DROPPED}]


def test_a_prompt_that_the_end_of_the_login_ended_gets_no_answer(login, advance, record):
    """It stays open until the login ends again."""
    steps = f"[running, {PROMPT}, running, completed]"
    start, _ = login(f"connection: [connecting, connected: 9s, disconnected]\ntask_run: {steps}")
    advance("1s")
    run_id = start()
    advance("1m")
    recorded = record(run_id)
    assert recorded["task_run"][2:] == [{"interaction_required": SHOWN}, *END]


def test_a_file_is_recorded_with_its_content(api, play, record, task):
    """Without an extraction, if the task extracts nothing."""
    api.patch(f"/tasks/{task['id']}", json={"storage": {"enabled": True}})
    file = {"name": "a.csv", "type": "text/csv", "content": "1,2\n", "result": "failure"}
    recorded = record(play(f"[running, file: {json.dumps(file)}, running: stuck]"))
    assert recorded["task_run"][2] == {"file": file}


def test_a_run_that_cannot_be_recorded_is_refused(sim, play, make):
    """A seeded run that is over has played nothing; no script can hold a prompt this long."""
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


def test_a_run_whose_beginning_was_dropped_is_not_recorded(simulation, play, make):
    """Only a part of it is kept."""
    simulation().world.timeline = RecentLog(5)
    first = play("[running: 1s, completed]", "1m")
    assert make(first).name == "story_recorded"
    play("[running: 1s, completed]", "1m")
    with pytest.raises(ApiError, match="were dropped from the timeline"):
        make(first)


def test_files_of_forgotten_runs_are_not_those_of_others(monkeypatch, api, play, record, task):
    """Their entries are still in the timeline."""
    api.patch(f"/tasks/{task['id']}", json={"storage": {"enabled": True}})
    monkeypatch.setattr(world, "MOST_RUNS", 1)
    play("[running: 1s, file: a.txt, completed]", "1m")
    second = play("[running: 1s, completed]", "1m")
    completed = {"completed": {"output": {}}}
    assert record(second)["task_run"] == ["queued", {"running": "1s"}, completed]
