import re

import pytest

from deck_sim.scenario.loader import (
    ScenarioError,
    load_scenario,
    read_scenario,
    scenario_from_data,
)

DURATION = "a duration is written like `250ms`, `2s`, `5m`, `1h30m`, `2d` or `PT5M`, up to 36500d"
RANGE = f"{DURATION}; a range like `2s..8s`"
CAN_FAIL = "write the `type/code` of a run's error, such as `task/task_failed`"
RUN_TAKES = (
    "a task_run script takes `queued`, `running`, `interaction_required`, `pending`, `completed`,"
    " `failed`, `review_required`, `approval`, `event`, `file` and `screenshot`"
)
TOP = (
    "`connection`, `edition`, `http`, `mix`, `name`, `playlist`, `session`, `summary`, `tags`,"
    " `task_run`, `version`, `webhooks` and `when`"
)
KEYS = "a scenario is made of keys, the first `version: 1` and `name: …`"
NAME = "must be 1 to 100 characters of a-z, 0-9 and _, like `mfa_then_success`"
STEP = "a step is a word like `completed`, or a word and its value, `running: 8s`"
ASKS = (
    "`accept`, `attempts`, `fields`, `message`, `on_rejected`, `on_timeout`, `timeout` and `type`"
)


def mistakes_of(source):
    """All that is wrong with a whole text, as lines."""
    with pytest.raises(ScenarioError) as caught:
        read_scenario(source, "x.yaml")
    return str(caught.value).split("\n")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", [f"x.yaml:1:1: {KEYS}, and there is nothing here"]),
        ("just text", [f'x.yaml:1:1: {KEYS}, not "just text"']),
        ("[]", [f"x.yaml:1:1: {KEYS}, and there is nothing here"]),
        (
            "a: b: c",
            [
                "x.yaml:1:5: not YAML: a second `: ` in one line; quote the text that it belongs"
                " to, or begin a new line"
            ],
        ),
        ("{}", [f"x.yaml:1:1: {KEYS}, and there is nothing here"]),
        ("[a]", [f"x.yaml:1:1: {KEYS}, not a list"]),
        ("tags: []", ["x.yaml:1:1: version: is required", "x.yaml:1:1: name: is required"]),
        (
            'version: "1"\nname: No\nsummary: 5\n',
            [
                'x.yaml:1:10: version: must be 1, not "1"',
                f'x.yaml:2:7: name: {NAME}, not "No"',
                "x.yaml:3:10: summary: must be text, not 5",
            ],
        ),
        (
            f"version: true\nname: {'n' * 101}\ntags: mfa\n",
            [
                "x.yaml:1:10: version: must be 1, not true",
                f'x.yaml:2:7: name: {NAME}, not "{"n" * 58}…',
                'x.yaml:3:7: tags: must be a list, not "mfa"',
            ],
        ),
        (
            "version: 1.5\nname: x\nedition: connectons\n",
            [
                "x.yaml:1:10: version: must be 1, not 1.5",
                "x.yaml:3:10: edition: unknown edition 'connectons'; did you mean 'connections'?;"
                " it can be `connections` or `credentials`",
            ],
        ),
        (
            "version: 1\nname: x\nsumary: y\nname: z\n",
            [
                f"x.yaml:3:1: unknown name 'sumary'; did you mean 'summary'?; allowed are {TOP}",
                "x.yaml:4:1: key 'name' is written twice; it stands in line 2 too",
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(source, expected):
    """File, line, column, path, what was found and what is allowed; everything in one go."""
    assert mistakes_of(source) == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("5", f"3:13: task_run[0]: must be a step, not 5; {STEP}"),
        ("{}", f"3:13: task_run[0]: must be a step, not an empty object; {STEP}"),
        ("[queued]", f"3:13: task_run[0]: must be a step, not a list; {STEP}"),
        (
            "interaction_requred: mfa",
            "3:13: task_run[0]: unknown status 'interaction_requred'; did you mean"
            f" 'interaction_required'?; {RUN_TAKES}",
        ),
        (
            "connecting: 1s",
            f"3:13: task_run[0]: `connecting` belongs in a connection script; {RUN_TAKES}",
        ),
        (
            "{queued: 2s, running: 8s}",
            "3:22: task_run[0].queued: a step is one word with its value, and here are `queued` and"
            " `running`; begin each with `- `, and indent what belongs to a word further than it",
        ),
        ("queued: 2 s", f"3:21: task_run[0].queued: '2 s' is not a duration; {RANGE}"),
        ("queued: 5", f"3:21: task_run[0].queued: must be a duration, not 5; {RANGE}"),
        ("queued: {for: 9z}", f"3:27: task_run[0].queued.for: '9z' is not a duration; {RANGE}"),
        (
            "queued: 8s..2s",
            "3:21: task_run[0].queued: '8s..2s' runs backwards; write the shorter duration first",
        ),
        (
            "running: {fro: 3s}",
            "3:23: task_run[0].running: unknown name 'fro'; did you mean 'for'?; allowed is `for`",
        ),
        ("pending: stuck", f"3:22: task_run[0].pending: cannot be `stuck`; {DURATION}"),
        (
            "failed",
            "3:13: task_run[0]: `failed` needs a value: `type/code` of the error catalog,"
            " `{error, message, field}`, or a list of these",
        ),
        ("failed: []", "3:21: task_run[0].failed: must name at least one error"),
        (
            "failed: source/source_blockd",
            "3:21: task_run[0].failed: unknown error 'source/source_blockd'; did you mean"
            " 'source/source_blocked'?",
        ),
        (
            "failed: [api/api_error, {error: 5}]",
            f"3:45: task_run[0].failed[1].error: must be text, not 5; {CAN_FAIL}",
        ),
        (
            "failed: {error: api/api_error, massage: x}",
            "3:44: task_run[0].failed: unknown name 'massage'; did you mean 'message'?; allowed"
            " are `error`, `field` and `message`",
        ),
        (
            "failed: {errors: [request/input_missing]}",
            "3:31: task_run[0].failed.errors[0]: 'request/input_missing' is the answer to a"
            f" wrong call; {CAN_FAIL}",
        ),
        (
            "completed: 3s",
            "3:24: task_run[0].completed: `completed` takes an object with `output`, or nothing,"
            ' not "3s"',
        ),
        (
            "completed: {output: [1]}",
            "3:33: task_run[0].completed.output: must be an object, not a list",
        ),
        (
            "interaction_required: {acept: {}}",
            "3:36: task_run[0].interaction_required: unknown name 'acept'; did you mean"
            f" 'accept'?; allowed are {ASKS}",
        ),
        (
            "interaction_required: {attempts: 0}",
            "3:46: task_run[0].interaction_required.attempts: must be at least 1, not 0",
        ),
        (
            "interaction_required: {attempts: 1001}",
            "3:46: task_run[0].interaction_required.attempts: must be at most 1000, not 1001",
        ),
        (
            "interaction_required: {fields: [{name: ''}]}",
            "3:52: task_run[0].interaction_required.fields[0].name: must not be empty",
        ),
        (
            "interaction_required: fingerprint",
            "3:35: task_run[0].interaction_required: 'fingerprint' is not one of `mfa`,"
            " `security_question` and `account_selection`; a type of your own needs `fields`, like"
            " `fields: [{name: code}]`",
        ),
        (
            "interaction_required: {fields: [{name: a}, {name: a}]}",
            "3:44: task_run[0].interaction_required.fields: asks for 'a' twice",
        ),
        (
            "interaction_required: {accept: {cod: x}}",
            "3:44: task_run[0].interaction_required.accept: names 'cod', and the interaction asks"
            " for `code`; did you mean 'code'?",
        ),
        (
            "interaction_required: {accept: {code: 1.50}}",
            "3:51: task_run[0].interaction_required.accept.code: must be text, not 1.5; answers"
            " are compared as text, so quote it",
        ),
        (
            "interaction_required: {accept: [{code: null}]}",
            "3:52: task_run[0].interaction_required.accept[0].code: must be text, not null; for"
            ' any text, write `"*"`',
        ),
        (
            "interaction_required: {accept: '123456'}",
            '3:44: task_run[0].interaction_required.accept: must be an object, not "123456";'
            ' name the field that is asked for, like `{code: "123456"}`',
        ),
        (
            "interaction_required: {on_timeout: [runing]}",
            "3:49: task_run[0].interaction_required.on_timeout[0]: unknown status 'runing'; did"
            f" you mean 'running'?; {RUN_TAKES}",
        ),
        (
            "interaction_required: {on_timeout: [pending: {four: 1s}]}",
            "3:59: task_run[0].interaction_required.on_timeout[0].pending: unknown name 'four';"
            " did you mean 'for'?; allowed are `for` and `on_rejected`",
        ),
    ],
)
def test_what_is_wrong_with_a_step_is_told_with_its_place(mistakes, step, expected):
    """The path is the one that was written, and line and column are those of the very value."""
    told = mistakes(f"task_run: [ {step}]")
    assert [line for line in told if not re.search("cannot follow|never end", line)] == [
        f"story.yaml:{expected}"
    ]


def test_a_step_that_takes_nothing_says_so(mistakes):
    """There is nothing to be said of a lost connection but that it is lost."""
    assert mistakes("connection: [connecting, {invalid: 3s}]") == [
        "story.yaml:3:36: connection[1].invalid: `invalid` takes no value; write it alone"
    ]


def test_mistakes_come_in_the_order_of_the_file(mistakes):
    """Whatever finds them, they are sorted by line and column."""
    body = "task_run:\n  - runing\nconnection:\n  - connecting: 1x\nconnection: !x []\n"
    places = [line.split(": ")[0] for line in mistakes(body)]
    assert places == ["story.yaml:4:5", "story.yaml:7:1", *["story.yaml:7:13"] * 2]


def test_the_mistakes_that_are_told_are_bounded(mistakes):
    """A file of forty thousand mistakes gets an answer that can be read, and soon."""
    assert len(mistakes("".join(f"k{n}: 1\n" for n in range(40_000)))) == 101
    assert len(mistakes(f"task_run: [{'completed, ' * 150}]")) <= 100


@pytest.mark.parametrize(
    "body", ["k" * 900 + ": 1", f"task_run: [{'k' * 5000}]", f"edition: {'k' * 5000}"]
)
def test_a_long_word_is_cut_in_the_message(mistakes, body):
    """A message repeats sixty characters of what was found, and no more."""
    (line,) = mistakes(body)
    assert f"'{'k' * 59}…'" in line


def test_a_file_is_read(tmp_path):
    """A scenario keeps what was written, as plain data."""
    file = tmp_path / "x.yaml"
    file.write_text("version: 1\nname: x\ntags: [a]\n")
    assert load_scenario(file).source == {"version": 1, "name": "x", "tags": ["a"]}


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    """No file, and a folder, are mistakes like any other."""
    with pytest.raises(ScenarioError, match=r"no\.yaml:1:1: cannot be read: No such file"):
        load_scenario(tmp_path / "no.yaml")
    with pytest.raises(ScenarioError, match=r":1:1: cannot be read: Is a directory"):
        load_scenario(tmp_path)


def test_a_large_file_is_refused(tmp_path):
    """A file of more than a mebibyte is no scenario."""
    file = tmp_path / "x.yaml"
    file.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(ScenarioError, match="larger than 1024 KiB"):
        load_scenario(file)


def test_plain_data_is_a_scenario_too():
    """What JSON gives is checked like a file; only the positions are missing."""
    assert scenario_from_data({"version": 1, "name": "x"}).name == "x"
    with pytest.raises(ScenarioError) as caught:
        scenario_from_data({"version": 1, "name": "x", "task_run": ["runing"]})
    assert str(caught.value).startswith("<data>:1:1: task_run[0]: unknown status 'runing'")


@pytest.mark.parametrize(("written", "edition"), [("connections", "connections"), ("null", None)])
def test_a_scenario_may_be_for_one_edition(read, written, edition):
    """It names the edition, or leaves it open."""
    assert read(f"edition: {written}").edition == edition
