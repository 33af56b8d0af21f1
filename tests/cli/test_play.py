"""`deck-sim play`, and of its player what the recorded traces do not show."""

import json
import shlex

import pytest
from recordings import read_recording

from deck_sim.cli.player import play_scenario
from deck_sim.scenario.library import shipped
from deck_sim.scenario.loader import read_scenario

ASKS = "fields: [{name: city}, {name: pet}], accept: {city: 'Paris, TX', pet: Rex}"
FILES = {
    "too_high": ["running: 1s", "approval: 10m", "completed"],
    "quiz": ["running", f"interaction_required: {{type: quiz, {ASKS}}}", "running", "completed"],
    "short": ["queued: 2s", "running: 8s", "completed"],
    "invalid": ["running", "completed"],
}
CONNECTIONS = {
    "short": "[connecting: 1s, connected: 10m, disconnected]",
    "invalid": "[connecting, invalid]",
}
ENDS = {
    "mfa_then_success": "The task run is completed after 14s.",
    "mfa_then_success --answer code=0 --answer code=123456": "The task run is completed after 14s.",
    "mfa_then_success --no-answer": "The task run is failed after 5m11s.",
    # Commas separate fields of an answer; a comma inside a text belongs to it.
    "quiz --answer 'city=Paris, TX, pet=Rex'": "The task run is completed after 1s.",
    # A reviewer rejects at once, also if the script would approve later.
    "too_high --reject": "The task run is failed after 2s.",
    # Later entries of the connection do not change when the run ended.
    "short": "The task run is completed after 11s.",
    # Without a run, the line is about the login or the refused call.
    "invalid": "The connection is invalid after 0s.",
    "rate_limited": "The call for the task run is refused after 1s.",
}


def test_the_last_line_says_how_the_scenario_ended(cli, write, tmp_path):
    for name, steps in FILES.items():
        more = {"connection": CONNECTIONS[name]} if name in CONNECTIONS else {}
        write(name, *steps, **more)
    played = {words: cli("play", *shlex.split(words), "--scenarios", tmp_path) for words in ENDS}
    assert {result.exit_code for result in played.values()} == {0}
    lines = {words: result.stdout.splitlines() for words, result in played.items()}
    assert {words: output[-1] for words, output in lines.items()} == ENDS
    assert [words for words, output in lines.items() if output[0] != words.split()[0]] == []


def test_on_a_terminal_long_outputs_are_wrapped_between_words(on_terminal, write):
    rooms = ", ".join(f"{{number: {number}}}" for number in range(9))
    file = write("hotel", "queued", "running", f"completed: {{output: {{rooms: [{rooms}]}}}}")
    lines = on_terminal("play", file)
    assert max(map(len, lines)) <= 80
    column = lines[-5].index('{"rooms"')
    output = " ".join(line[column:] for line in lines[-5:-2])
    assert json.loads(output) == {"rooms": [{"number": number} for number in range(9)]}


def test_a_failed_expression_is_shown_with_its_step_and_the_option_that_gives_its_input(cli, write):
    output = "completed: {output: {x: '{{ input.rx }}', guest: '{{ input.guest }}'}}"
    file = write("pills", "queued", "running", output)
    failed, played = cli("play", file), cli("play", file, "--input", '{"rx": 7}')
    assert (failed.exit_code, played.exit_code) == (1, 0)
    assert "scenario `pills`, task_run[2]: `{{ input.rx }}`" in failed.stdout
    assert failed.stderr == """deck-sim: give the run its input with --input '{"rx": …}'\n"""
    assert '{"x": 7, "guest": "Alex Green"}' in played.stdout
    other = write("other", "queued", "running", "completed: {output: {x: '{{ now.year }}'}}")
    assert (cli("play", other).exit_code, cli("play", other).stderr) == (1, "")


def test_two_answers_for_the_fields_of_one_prompt_are_explained(cli, write):
    file = write("quiz", *FILES["quiz"])
    refused = cli("play", file, "--answer", "city=Paris", "--answer", "pet=Rex")
    assert refused.stderr.endswith(". Fields of one prompt: --answer city=…,pet=…\n")


def test_programs_get_json(cli):
    played = json.loads(cli("play", "mfa_then_success", "--json").stdout)
    assert (played["scenario"], played["edition"]) == ("mfa_then_success", "connections")
    assert (played["status"], played["script_errors"]) == ("completed", [])
    other = json.loads(cli("play", "success", "--edition", "credentials", "--json").stdout)
    assert other["edition"] == "credentials"
    line = {"at": "11s", "who": "user", "what": "answered", "detail": "code=123456"}
    assert line in played["lines"]


def test_the_timeline_can_be_a_page(cli, tmp_path):
    file = tmp_path / "page.html"
    played = cli("play", "mfa_then_success", "--html", file)
    assert played.stdout == f"The timeline is in {file}: open it in a browser.\n"
    page = read_recording(file)
    run = [entry["status"] for entry in page["data"] if entry["kind"] == "task_run"]
    assert run == ["queued", "running", "interaction_required", "running", "completed"]
    assert page["title"] == "mfa_then_success"


def test_control_characters_of_a_file_are_escaped(cli, write):
    """They would change the colors or the cursor of a terminal."""
    steps = ["queued", "running", 'failed: {error: source/source_error, message: "a\\e[31m\\x07b"}']
    played = cli("play", write("rude", *steps))
    assert "source/source_error: a\\x1b[31m\\x07b\n" in played.stdout


def read(body):
    return read_scenario(f"version: 1\nname: story\n{body}\n")


def lines_of(played):
    return [f"{line.at.seconds}s {line.who} {line.what}" for line in played.lines]


@pytest.mark.parametrize(("task_input", "end"), [({"pin": 77}, "completed"), ({}, "failed")])
def test_a_right_answer_may_be_an_expression(task_input, end):
    prompt = "interaction_required: {accept: {code: '{{ input.pin }}'}}"
    played = play_scenario(
        read(f"task_run: [running, {prompt}, running, completed]"), task_input=task_input
    )
    assert played.run.status == end


@pytest.mark.parametrize("field", ["{name: password}", "{name: secret, type: password}"])
def test_a_password_is_not_shown(field):
    prompt = f"{{type: login, fields: [{{name: user}}, {field}]}}"
    body = f"task_run: [running, interaction_required: {prompt}, running, completed]"
    name = "password" if "secret" not in field else "secret"
    story = str(play_scenario(read(body), [{"user": "alex", name: "hunter2"}]))
    assert "hunter2" not in story
    assert f"user=alex, {name}=•••" in story


def test_a_run_may_fail_before_its_approval():
    body = "connection: [connected: 30s, disconnected]\ntask_run: [running, pending, completed]"
    played = play_scenario(read(body))
    assert "reviewer" not in str(played)
    assert lines_of(played)[-2:] == ["30s connection disconnected", "30s task run failed"]


def test_a_refused_login_has_no_run():
    played = play_scenario(read("connection: [refused: connection/blocked]"))
    assert (played.login, played.run) == (None, None)
    assert [line.what for line in played.lines] == ["refused"]
    assert played.lines[0].detail.startswith("connection/blocked: ")


def test_a_run_after_a_refused_one_is_played():
    played = play_scenario(read("playlist: [rate_limited, success]"), library=shipped())
    assert [line.what for line in played.lines if line.who == "task run"][::2] == [
        "refused",
        "running",
    ]
