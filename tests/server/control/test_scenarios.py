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
    put(MINE)
    data = sim.get("/scenarios").json()["data"]
    names = [item["name"] for item in data]
    assert names == sorted(names)
    assert {"success", "mfa_then_success", "mine"} <= set(names)
    about = {"name": "mine", "summary": "My own.", "tags": ["own"], "editions": [*EDITIONS]}
    assert data[names.index("mine")] == about | {"ships": False}
    assert data[names.index("success")]["ships"] is True


def test_the_picture_of_a_scenario_has_what_was_played(sim, run_task):
    before = sim.get("/scenarios/source_down/flow.svg")
    assert before.headers["content-type"].startswith("image/svg+xml")
    assert "is-played" not in before.text
    run_task("source_down")
    after = sim.get("/scenarios/source_down/flow.svg").text
    assert (after.count("is-played"), after.count("is-missed")) == (1, 2)
    assert sim.get("/scenarios/no_such/flow.svg").status_code == 400


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
    put(COMMENTED.encode())
    scenario = sim.get("/scenarios/mine").json()
    assert (scenario["text"], scenario["ships"]) == (COMMENTED, False)
    assert scenario["scripts"] == ["task_run"]
    lines = {path: COMMENTED.splitlines()[line - 1] for path, line in scenario["lines"].items()}
    assert lines["task_run.credentials.1"] == "    [running, completed]"
    assert lines["task_run.connections.1.on_rejected.1"] == "          - failed: task/task_failed"
    assert "task_run.connections.1.on_timeout.0" not in lines
    put({"task_run": ["queued", {"failed": "task/task_failed"}]})
    assert "\n  - failed: task/task_failed\n" in sim.get("/scenarios/mine").json()["text"]
    entries = sim.get("/scenarios/flaky_source").json()["entries"]
    assert entries == ["source_down", "source_down", "success"]


def test_every_mistake_in_json_has_its_path(sim, unchanged):
    """JSON has no lines."""
    body = {"task_run": [{"runing": "1s"}, "completed"], "sumary": "x"}
    with unchanged():
        mistakes = sim.put("/scenarios/mine", json=body).json()["errors"]
    assert {error.get("field") for error in mistakes} == {"task_run[0]", None}
    messages = sorted(error["message"][:27] for error in mistakes)
    assert messages == ["task_run[0]: unknown status", "unknown key 'sumary'; did y"]


def test_an_invalid_scenario_is_refused(unchanged, put):
    with unchanged():
        for body in (b"", b"[", b"\xff", b"a: 1\na: 2\n", b"- x", b"x" * 2_000_000, b"[" * 5000):
            assert put(body).status_code == 400


def test_json_without_its_header_names_the_header(refused):
    body = '{"summary": "x", "task_run": ["queued", "completed"]}'
    answer = refused("PUT", "/scenarios/mine", 400, content=body)
    message = "mine:1:1: version: is required; for JSON without it, send the header"
    assert answer.json()["errors"][0]["message"] == f"{message} `Content-Type: application/json`"


def test_an_empty_json_body_makes_no_scenario(errors):
    """It would end every run well, and nothing would say that the body was lost."""
    headers = {"Content-Type": "application/json"}
    assert errors("PUT", "/scenarios/mine", 400, headers=headers) == [("input_invalid", None)]


def test_a_scenario_in_use_cannot_be_removed(sim, put, refused):
    put({"task_run": ["queued", "running", "completed"]})
    for call, body, place in [
        ("PUT /rules", {"rules": [{"when": {}, "scenario": "mine"}]}, "rules[0].scenario"),
        ("PUT /scenarios/user", {"playlist": ["success", "mine"]}, "scenarios.user.playlist"),
        ("PUT /scenarios/user", {"mix": {"mine": 1}}, "scenarios.user.mix"),
    ]:
        assert sim.request(*call.split(), json=body).status_code == 200
        (error,) = refused("DELETE", "/scenarios/mine", 409).json()["errors"]
        text = f"'mine' is used by `{place}`; remove or replace the name there first"
        assert error["message"] == text
        sim.put("/rules", json={"rules": []})
    sim.delete("/scenarios/user")
    assert sim.delete("/scenarios/mine").status_code == 200


def test_a_named_scenario_can_be_removed_if_another_takes_its_place(sim):
    sim.put("/scenarios/success", content=MINE.replace(b"mine", b"success"))
    sim.patch("/world", json={"default_scenario": "success"})
    assert sim.delete("/scenarios/success").json()["deleted"] is True


def test_the_queues_are_emptied(sim):
    sim.post("/queue", json={"resource": "task_run", "scenarios": ["source_down"]})
    assert sim.get("/queue").json()["queues"] == {"task_run": ["source_down"]}
    assert sim.delete("/queue").json()["queues"] == sim.get("/queue").json()["queues"] == {}
