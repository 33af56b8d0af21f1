"""Control calls about scenarios and the queue."""

import pytest

from deck_sim.contract.editions import EDITIONS

MINE = b"""\
version: 1
name: mine
summary: My own.
tags: [own]
task_run:
  - queued: 1s
  - running: 1s
  - completed: {output: {code: 012345}}
"""


@pytest.fixture
def put(sim):
    """Put the scenario `mine`, as YAML or, given a dict, as JSON."""

    def put(body):
        return sim.put("/scenarios/mine", **{"json" if isinstance(body, dict) else "content": body})

    return put


def test_scenarios_are_listed_by_name(sim, put):
    """The list has shipped and added scenarios, sorted."""
    put(MINE)
    data = sim.get("/scenarios").json()["data"]
    names = [item["name"] for item in data]
    assert names == sorted(names)
    assert {"success", "mfa_then_success", "mine"} <= set(names)
    about = {"name": "mine", "summary": "My own.", "tags": ["own"], "editions": [*EDITIONS]}
    assert data[names.index("mine")] == about


def test_a_scenario_is_shown_as_it_was_written(sim, put):
    """The script is plain data; a leading zero is kept."""
    put(MINE)
    shown = sim.get("/scenarios/mine").json()
    assert shown["summary"] == "My own."
    assert shown["scenario"]["task_run"][2] == {"completed": {"output": {"code": "012345"}}}


COMMENTED = """\
version: 1
name: mine   # with a comment
task_run:
  credentials:
    [running, completed]
  connections:
    - running: 2s..4s
    - interaction_required:
        accept: {code: "1"}
        on_rejected:
          - screenshot

          - failed: task/task_failed
    - running
    - approval
    - completed
"""


def test_a_scenario_has_its_text_and_what_it_is_for(sim, put):
    """The text as it was written, if it was; else as YAML."""
    put(COMMENTED.encode())
    shown = sim.get("/scenarios/mine").json()
    assert (shown["text"], shown["ships"], shown["scripts"]) == (COMMENTED, False, ["task_run"])
    put({"task_run": ["queued", {"failed": "task/task_failed"}]})
    assert "\n  - failed: task/task_failed\n" in sim.get("/scenarios/mine").json()["text"]
    entries = sim.get("/scenarios/flaky_source").json()["entries"]
    assert entries == ["source_down", "source_down", "success"]


def test_an_added_scenario_is_played(api, advance, put, run_task):
    for body in (MINE, {"task_run": ["queued", {"failed": "task/task_failed"}]}):
        assert put(body).status_code == 200
        run = run_task("mine")
        advance("1m")
        last = api.get(f"/task-runs/{run['id']}").json()["status"]
        assert last == ("completed" if body is MINE else "failed")


def test_an_added_scenario_may_hide_a_shipped_one(sim, api, advance, run_task):
    """Removing it brings the shipped one back."""
    steps = ["queued", {"failed": "task/task_failed"}]
    sim.put("/scenarios/success", json={"task_run": steps})
    run = run_task("success")
    advance("1m")
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "failed"
    assert sim.delete("/scenarios/success").status_code == 200
    assert sim.get("/scenarios/success").json()["summary"].startswith("The connection opens")


def test_every_mistake_in_yaml_has_its_line_and_column(sim, unchanged):
    text = b"version: 1\nname: mine\ntask_run:\n  - runing: 1s\n  - completed\nsumary: x\n"
    with unchanged():
        answer = sim.put("/scenarios/mine", content=text)
    assert answer.status_code == 400
    found = answer.json()["errors"]
    assert [error.get("field") for error in found] == ["task_run[0]", None]
    assert found[0]["message"].startswith(
        "mine:4:5: task_run[0]: unknown status 'runing'; did you mean 'running'?"
    )
    assert found[1]["message"].startswith("mine:6:1: unknown key 'sumary'")


def test_every_mistake_in_json_has_its_path(sim, unchanged):
    """JSON has no lines."""
    body = {"task_run": [{"runing": "1s"}, "completed"], "sumary": "x"}
    with unchanged():
        found = sim.put("/scenarios/mine", json=body).json()["errors"]
    assert {error.get("field") for error in found} == {"task_run[0]", None}
    messages = sorted(error["message"][:27] for error in found)
    assert messages == ["task_run[0]: unknown status", "unknown key 'sumary'; did y"]


@pytest.mark.parametrize(
    "body", ['{"tags": [], "tags": []}', '{"when": {"task": "a", "task": "b"}}']
)
def test_a_repeated_key_is_refused_in_json_too(sim, unchanged, body):
    """JSON readers would keep the last one silently."""
    with unchanged():
        headers = {"Content-Type": "application/json"}
        (error,) = sim.put("/scenarios/mine", content=body, headers=headers).json()["errors"]
    assert error["code"] == "body_invalid"
    assert "is repeated" in error["message"]


@pytest.mark.parametrize(
    "body", [b"", b"[", b"\xff", b"a: 1\na: 2\n", b"- x", b"x" * 2_000_000, b"[" * 5000]
)
def test_an_invalid_scenario_is_refused(unchanged, put, body):
    with unchanged():
        assert put(body).status_code == 400


def test_the_name_must_be_that_of_the_path(errors):
    assert errors("PUT", "/scenarios/yours", 400, content=MINE) == [("input_invalid", "name")]


@pytest.mark.parametrize("name", ["My-Story", "%C3%A9", "a%20b", "x" * 101])
def test_a_scenario_has_a_plain_name(errors, name):
    """Names are small letters, digits and underscores."""
    body = {"task_run": ["queued", "running", "completed"]}
    assert errors("PUT", f"/scenarios/{name}", 400, json=body) == [("input_invalid", "name")]


def test_an_unknown_scenario_gets_the_nearest_name(message):
    assert message("GET", "/scenarios/sucess") == (
        "`name` names an unknown scenario: 'sucess'; did you mean 'success'?"
    )


def test_only_added_scenarios_can_be_removed(sim, errors, put):
    put(MINE)
    assert sim.delete("/scenarios/mine").json()["deleted"] is True
    for name in ("mine", "success"):
        assert errors("DELETE", f"/scenarios/{name}", 400) == [("input_invalid", "name")]


def test_a_selected_scenario_cannot_be_removed(sim, errors, put):
    put(MINE)
    sim.patch("/world", json={"default_scenario": "mine"})
    assert errors("DELETE", "/scenarios/mine", 409) == [("state_invalid", None)]
    sim.patch("/world", json={"default_scenario": "success"})
    sim.post("/queue", json={"resource": "task_run", "scenarios": ["mine"]})
    assert errors("DELETE", "/scenarios/mine", 409) == [("state_invalid", None)]
    sim.delete("/queue")
    assert sim.delete("/scenarios/mine").status_code == 200


def test_the_queue_is_played_in_order_and_then_used_up(api, sim, run_task, task, connection):
    """Each run takes one scenario; the queue of connections is another."""
    sim.post("/queue", json={"resource": "task_run", "scenarios": ["source_down"]})
    sim.post("/queue", json={"resource": "connection", "scenarios": ["slow_success"]})
    queued = sim.post("/queue", json={"resource": "task_run", "scenarios": ["agent_hangs"]})
    assert queued.json()["queues"]["task_run"] == ["source_down", "agent_hangs"]
    played = []
    for _ in range(3):
        body = {"connection_id": connection["id"]}
        answer = api.post(f"/tasks/{task['id']}/run", json=body)
        played.append(answer.headers["Deck-Sim-Scenario"].partition(";")[0])
    assert played == ["source_down", "agent_hangs", "success"]
    assert sim.get("/queue").json()["queues"]["connection"] == ["slow_success"]
    assert sim.delete("/queue").json()["queues"] == {}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, [("input_missing", "resource"), ("input_missing", "scenarios")]),
        ({"resource": "task_run", "scenarios": []}, [("input_invalid", "scenarios")]),
        ({"resource": "task_run", "scenarios": "success"}, [("input_invalid", "scenarios")]),
        ({"resource": "task_run", "scenarios": [5]}, [("input_invalid", "scenarios[0]")]),
        ({"resource": "run", "scenarios": ["success"]}, [("input_invalid", "resource")]),
        (
            {"resource": "task_run", "scenarios": ["success", "sucess"]},
            [("input_invalid", "scenarios[1]")],
        ),
    ],
)
def test_an_invalid_queue_queues_nothing(errors, body, found):
    assert errors("POST", "/queue", 400, json=body) == found


TURNS = """\
version: 1
name: turns
playlist:
  - success
  - sucess
"""


def test_a_playlist_with_unknown_names_is_refused(sim, unchanged):
    with unchanged():
        answer = sim.put("/scenarios/turns", content=TURNS)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "playlist[1]")
    assert error["message"] == (
        "turns:5:5: playlist[1]: unknown scenario 'sucess'; did you mean 'success'?"
    )


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"mix": {"sucess": 1}}, "mix.sucess", "unknown scenario 'sucess'; did you mean"),
        ({"playlist": ["flaky_source"]}, "playlist[0]", "'flaky_source' is itself a playlist"),
        ({"playlist": ["success", "turns"]}, "playlist[1]", "'turns' is itself a playlist or mix"),
    ],
)
def test_in_json_a_playlist_error_has_its_path(body, field, message, sim, unchanged):
    """Playlists and mixes name scenarios with steps, and never themselves."""
    with unchanged():
        answer = sim.put("/scenarios/turns", json=body)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, field)
    assert error["message"].startswith(f"{field}: {message}")


def test_a_scenario_in_a_playlist_cannot_become_a_playlist(sim, unchanged):
    steps = ["queued", "running", "completed"]
    assert sim.put("/scenarios/mine", json={"task_run": steps}).status_code == 200
    assert sim.put("/scenarios/turns", json={"playlist": ["mine"]}).status_code == 200
    with unchanged():
        answer = sim.put("/scenarios/mine", json={"playlist": ["success"]})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "name")
    assert error["message"] == (
        "name: `mine` is an entry of `turns`; it cannot be a playlist or mix"
    )
