from pathlib import Path

from jsonschema import Draft202012Validator

from deck_sim.scenario.loader import ScenarioError, scenario_from_data
from deck_sim.scenario.model import scenario_schema
from deck_sim.scenario.yaml_files import read_yaml

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "scenarios", ROOT / "examples" / "scenarios", ROOT / "tests" / "golden")
RIGHT = [file for folder in FOLDERS for file in sorted(folder.glob("*.yaml"))]
VALIDATOR = Draft202012Validator(scenario_schema())
HEAD = "version: 1\nname: story\n"
ACCEPTED = [
    "tags: []",
    "summary: 'Shows {{ input.nights }}.'",
    "edition: null",
    "mix: {success: 1, source_down: 0.5}",
    "connection: [{connecting: 1s..2s}, {connected: {for: 5m}}, disconnected]",
    "task_run: [{running: {}}, {completed: {output: {a: [1]}}}]",
    "task_run: [failed: [task/task_failed, {error: task/timeout, message: no, field: null}]]",
    "task_run: [running, {pending: {for: 2m, on_rejected: [failed: task/timeout]}}, completed]",
    "task_run: [running, screenshot, file: {name: a, type: b/c, extraction: [1]}, completed]",
    "task_run: [running, interaction_required: {accept: [{code: 1}], attempts: 2.0}, running,"
    " completed]",
    "task_run: {connections: [failed: connection/timeout], credentials: [failed: session/timeout]}",
    "http: [{match: GET /v2/tasks, status: 502.0, after: 1, times: 2, retry_after: 3}]",
    "webhooks: [{event: '*', delay: 1h}, {event: x.y, drop: true, times: null}]",
]
REFUSED = [
    "tags: null",
    "mix: {success: 1001}",
    "edition: both",
    "playlist: [5]",
    "when: {username: a}",
    "connection: [running]",
    "task_run: [running: 5, completed]",
    "task_run: [running, completed: {output: []}]",
    "task_run: [failed: {errors: [5]}]",
    "task_run: [running, interaction_required: {accept: [x]}, running, completed]",
    "http: [{match: GET /v2/tasks, reset: 1}]",
    "webhooks: [{event: x.y, reset: true}]",
]


def is_read(data):
    try:
        scenario_from_data(data)
    except ScenarioError:
        return False
    return True


def test_schema_and_loader_accept_every_notation():
    for data in (read_yaml(HEAD + body).data for body in ACCEPTED):
        assert [error.message for error in VALIDATOR.iter_errors(data)] == []
        assert is_read(data)


def test_schema_and_loader_refuse_wrong_shapes():
    wrong = {body: read_yaml(HEAD + body).data for body in REFUSED}
    accepted = [body for body, data in wrong.items() if VALIDATOR.is_valid(data) or is_read(data)]
    assert accepted == []


def test_the_schema_accepts_every_scenario():
    Draft202012Validator.check_schema(scenario_schema())
    data = {file.name: read_yaml(file.read_bytes()).data for file in RIGHT}
    assert [name for name, read in data.items() if not VALIDATOR.is_valid(read)] == []
