"""The JSON Schema of scenario files accepts what the loader accepts.

Mistakes that a schema cannot find are of the sorts in `BEYOND`.
"""

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from deck_sim.runtime.world_file import world_schema
from deck_sim.scenario.loader import ScenarioError, scenario_from_data
from deck_sim.scenario.schema import scenario_schema
from deck_sim.scenario.yaml.document import YamlError
from deck_sim.scenario.yaml.reader import read_yaml

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))
ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "scenarios", ROOT / "examples" / "scenarios", ROOT / "tests" / "golden")
RIGHT = [file for folder in FOLDERS for file in sorted(folder.glob("*.yaml"))]
VALIDATOR = Draft202012Validator(scenario_schema())
HEAD = "version: 1\nname: story\n"
# Not in the schema: how parts of a file fit together, and what an expression means.
BEYOND = {
    "the order of statuses": "cannot follow|is never reached|it must end in",
    "what a refusal excludes": "must be the only step|nothing is created; leave it out",
    "what an edition has": "the edition `.*` has no",
    "expressions": "not an expression|expressions are|cannot have expressions"
    r"|unknown (name|filter|test) '[^']*'(; did you mean '[^']*'\?$|; allowed: )",
    "answers and their question": "not a field of this interaction|lists the field",
    "how a pattern of calls is written": "pattern of calls|unknown method|not a path of the"
    "|has a parameter",
    "headers of the server": "is set by the server",
    "which events there are": "event type '",
    "nothing as a length": "must be longer than zero",
    "the spelling of numbers": r"must be text, not \d+\.0; answers",
    "limits": "without activity",
    "the length of durations": "is too long|runs backwards",
}

GOOD = [
    "",
    "tags: []",
    "summary: ''",
    "edition: null",
    "mix: {success: 1, source_down: 0.5}",
    "mix: {success: 1000}",
    "playlist: [success]",
    "connection: [connected]",
    "connection: [{connecting: 1s..2s}, {connected: {for: 5m}}, disconnected]",
    "connection: [event: connection.refreshed, invalid]",
    "connection: [interaction_required, connected]",
    "connection: [{connecting: stuck}]",
    "task_run: [running, completed]",
    "task_run: [running: null, completed: null]",
    "task_run: [{running: {}}, {completed: {}}]",
    "task_run: [running: PT5M, completed: {output: {a: [1]}}]",
    "task_run: [running, completed: {output: null}]",
    "task_run: [failed: task/task_failed]",
    "task_run: [failed: {error: source/source_not_available, message: 'no', field: null}]",
    "task_run: [failed: [task/task_failed, {error: task/timeout}]]",
    "task_run: [failed: {errors: task/task_failed}]",
    "task_run: [failed: {errors: [task/task_failed]}]",
    "task_run: [running, pending, completed]",
    "task_run: [running, pending: 2m, completed]",
    "task_run: [running, {pending: {for: 2m, on_rejected: [failed: task/timeout]}}, completed]",
    "task_run: [running, screenshot, running, file: a.txt, completed]",
    "task_run: [running, screenshot: {name: a.png, reasoning: why}, completed]",
    "task_run: [running, file: {name: a, type: b/c, content: c, extraction: [1]}, completed]",
    "task_run: [running, event: {type: x}, completed]",
    "task_run: [running, interaction_required: {accept: []}, running, completed]",
    "task_run: [running, interaction_required: {accept: {code: 1}}, running, completed]",
    "task_run: [running, interaction_required: {accept: [{code: true}]}, running, completed]",
    "task_run: [running, interaction_required: {accept: null}, running, completed]",
    "task_run: [running, interaction_required: {accept: {code: a}, attempts: 1}, running,"
    " completed]",
    "task_run: [running, interaction_required: {type: pin, fields: [{name: pin, type: int,"
    " label: PIN}], timeout: 2s..8s, on_timeout: [running, completed]}, running, completed]",
    "task_run: {credentials: [running, completed]}",
    "task_run: {connections: [failed: connection/timeout], credentials: [failed: session/timeout]}",
    "task_timeout: 2h",
    "http: null",
    "http: [{match: GET /v2/tasks, status: 502.0, after: 1, times: 2, retry_after: 3}]",
    "http: [{match: GET /v2/tasks, error: api/timeout}, {match: /v2/tasks, reset: true}]",
    "webhooks: [{event: '*', delay: 1h}, {event: x.y, drop: true, times: null}]",
]
# Beside those that a bad file has.
WRONG = [
    "tags: null",
    "summary: null",
    "mix: {success: 1001}",
    "mix: {success: true}",
    "mix: {Success: 1}",
    "playlist: [5]",
    "connection: {connected: 1s}",
    "connection: [running]",
    "connection: [event]",
    "connection: [event: '']",
    "connection: [file: a.txt]",
    "task_run: [connected]",
    "task_run: [{running: 1s, completed: null}]",
    "task_run: [running: 5, completed]",
    "task_run: [running: {for: true}, completed]",
    "task_run: [running, completed: {output: []}]",
    "task_run: [failed: null]",
    "task_run: [failed: {}]",
    "task_run: [failed: {errors: []}]",
    "task_run: [failed: {error: task/task_failed, text: x}]",
    "task_run: [running, pending: {on_rejected: failed}, completed]",
    "task_run: [running, file: '', completed]",
    "task_run: [running, file: {name: a, content: 5}, completed]",
    "task_run: [running, screenshot: {why: x}, completed]",
    "task_run: [running, screenshot: [a], completed]",
    "task_run: [running, interaction_required: {accept: [x]}, running, completed]",
    "task_run: [running, interaction_required: '', running, completed]",
    "http: [502]",
    "http: [match: GET /v2/tasks]",
    "http: [{match: 5, status: 502}]",
    "http: [{match: GET /v2/tasks, status: '502'}]",
    "http: [{match: GET /v2/tasks, status: 502, code: 1}]",
    "http: [{match: GET /v2/tasks, reset: 1}]",
    "http: [{match: GET /v2/tasks, delay: 2s..8s}]",
    "http: [{match: GET /v2/tasks, duplicate: true}]",
    "webhooks: [{event: x.y, reset: true}]",
    "webhooks: [{event: x.y, drop: false}]",
    "webhooks: [{event: x.y, drop: true, retry_after: 1}]",
]
SAME_NUMBERS = [
    "version: 1.0\nname: story",
    HEAD + "task_run: [running, interaction_required: {accept: {code: a}, attempts: 2.0}, running,"
    " completed]",
]
HEADS = [
    "",
    "[]",
    "text",
    "version: 1",
    "name: story",
    "version: 2\nname: story",
    "version: '1'\nname: story",
    "version: true\nname: story",
    "version: 1\nname: Story",
    "version: 1\nname: ''",
    "version: 1\nname: 5",
]


def mistakes_in(data):
    """The messages of the loader about plain data."""
    try:
        scenario_from_data(data)
    except ScenarioError as error:
        return [mistake.message for mistake in error.mistakes]
    return []


def sort_of(message):
    """The sort in `BEYOND` that a message belongs to, or None."""
    return next((sort for sort, said in BEYOND.items() if re.search(said, message)), None)


def judged(data):
    """Whether the schema accepts it, and whether the loader does, apart from `BEYOND`."""
    return VALIDATOR.is_valid(data), all(map(sort_of, mistakes_in(data)))


def test_the_schema_is_valid():
    """It is valid in the draft that it names."""
    schema = scenario_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert schema["title"] == "deck-sim scenario, version 1"


def patterns_in(schema):
    """Every regular expression of a schema."""
    if isinstance(schema, dict):
        yield from [schema["pattern"]] if isinstance(schema.get("pattern"), str) else []
        schema = list(schema.values())
    for part in schema if isinstance(schema, list) else []:
        yield from patterns_in(part)


def test_editors_can_read_every_pattern():
    """JSON Schema uses JavaScript's patterns, which allow only these escapes."""
    patterns = set(patterns_in([scenario_schema(), world_schema()]))
    escaped = {char for pattern in patterns for char in re.findall(r"\\(.)", pattern)}
    assert patterns
    assert escaped <= set("^$\\.*+?()[]{}|/dDsSwWbBxu")


@pytest.mark.parametrize("body", GOOD)
def test_the_schema_accepts_every_notation(body):
    """Each way to write a part of a scenario is in the schema."""
    data = read_yaml(HEAD + body).data
    assert mistakes_in(data) == []
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


@pytest.mark.parametrize("text", SAME_NUMBERS)
def test_a_whole_number_may_be_written_with_a_point(text):
    """1.0 is 1 to the schema and to the loader."""
    assert judged(read_yaml(text).data) == (True, True)


@pytest.mark.parametrize("text", [*(HEAD + body for body in WRONG), *HEADS])
def test_the_schema_refuses_wrong_shapes(text):
    """A wrong shape, key, name or number is refused by both."""
    assert judged(read_yaml(text).data) == (False, False)


@pytest.mark.parametrize("file", RIGHT, ids=lambda file: file.stem)
def test_the_schema_accepts_every_scenario(file):
    """Files that ship, examples and golden files are valid."""
    assert judged(read_yaml(file.read_bytes()).data) == (True, True)


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_schema_and_loader_agree_on_bad_files(file):
    """A bad file that the schema accepts has only mistakes of `BEYOND`."""
    try:
        data = read_yaml(file.read_bytes()).data
    except YamlError:
        return  # not YAML
    if not file.stem.startswith("world_"):
        taken, fits = judged(data)
        assert taken == fits


def test_every_sort_beyond_the_schema_has_a_bad_file():
    """`BEYOND` lists no sort without an example."""
    met = {
        sort_of(line) for file in BAD for line in file.with_suffix(".txt").read_text().split("\n")
    }
    assert met >= BEYOND.keys()
