"""`deck-sim play`: what it adds to the player."""

import json

import pytest
from recordings import read_recording


@pytest.mark.parametrize("name", ["downloads_statement", "flaky_source", "proxy_error_page"])
def test_each_entry_of_the_timeline_is_one_line(name, cli):
    """However long it is. The first line has the name, the last one how it ended."""
    played = cli("play", name)
    assert (played.exit_code, played.stderr) == (0, "")
    title, _, _, *entries, _, last = played.stdout.splitlines()
    assert (title, last[:4]) == (name, "The ")
    assert all(line.startswith("+") for line in entries)


@pytest.mark.parametrize(
    ("words", "last"),
    [
        ([], "is completed after 14s."),
        (["--answer", "code=0", "--answer", "code=123456"], "is completed after 14s."),
        (["--no-answer"], "is failed after 5m11s."),
    ],
)
def test_answers_can_be_given(words, last, cli):
    """In their order, or none."""
    assert cli("play", "mfa_then_success", *words).stdout.endswith(f"The task run {last}\n")


def test_a_reviewer_may_reject(cli, write):
    """The branch is taken at once, also if the script would approve later."""
    played = cli("play", write("too_high", "running: 1s", "approval: 10m", "completed"), "--reject")
    assert "reviewer    rejected" in played.stdout
    assert played.stdout.endswith("The task run is failed after 2s.\n")


def test_one_answer_may_have_several_fields(cli, write):
    """Commas separate fields; a comma inside a text belongs to it."""
    fields = "fields: [{name: city}, {name: pet}]"
    ask = f"interaction_required: {{type: quiz, {fields}, accept: {{city: 'Paris, TX', pet: Rex}}}}"
    file = write("quiz", "queued", "running", ask, "running", "completed")
    assert "is completed" in cli("play", file, "--answer", "city=Paris, TX, pet=Rex").stdout


def test_without_a_run_the_last_line_is_about_the_login(cli, write):
    file = write("refused", "queued", "running", "completed", connection="[connecting, invalid]")
    assert cli("play", file).stdout.endswith("The connection is invalid after 0s.\n")
    refused = cli("play", "rate_limited").stdout
    assert refused.endswith("\nThe call for the task run is refused after 1s.\n")


def test_the_last_line_says_when_the_run_ended(cli, write):
    """Later entries of its connection do not change it."""
    connection = "[connecting: 1s, connected: 10m, disconnected]"
    file = write("short", "queued: 2s", "running: 8s", "completed", connection=connection)
    printed = cli("play", file).stdout
    assert printed.endswith("\nThe task run is completed after 11s.\n")
    assert printed.splitlines()[-3].startswith("+10m")


def test_a_scenario_is_played_in_the_given_edition(cli):
    """By default in its first one. An edition that it is not for is wrong usage."""
    assert "connection  connecting" in cli("play", "success").stdout
    assert "session     idle" in cli("play", "success", "--edition", "credentials").stdout
    refused = cli("play", "connection_blocked", "--edition", "credentials")
    assert refused.exit_code == 2
    assert "is for the edition `connections`, not `credentials`" in refused.stderr


def test_a_scenario_of_a_folder_can_be_played(cli, write, tmp_path):
    write("mine", "queued", "running", "completed")
    assert cli("play", "mine", "--scenarios", tmp_path).exit_code == 0


def test_the_seed_draws_the_entry_of_a_mix(cli, tmp_path):
    """Over several seeds every entry is drawn."""
    file = tmp_path / "halves.yaml"
    file.write_text("version: 1\nname: halves\nmix: {success: 1, source_down: 1}\n")
    printed = [cli("play", file, "--seed", seed).stdout for seed in range(8)]
    plays = [line.split()[-1] for text in printed for line in text.splitlines() if "plays" in line]
    assert len(plays) == 8
    assert {*plays} == {"success", "source_down"}


def test_a_failed_expression_is_shown_with_its_step(cli, write):
    """It ends the run; the exit code is 1."""
    file = write("broken", "queued", "running", "completed: {output: {x: '{{ input.guest.age }}'}}")
    played = cli("play", file)
    assert played.exit_code == 1
    assert "scenario `broken`, task_run[2]: `{{ input.guest.age }}`" in played.stdout


def test_a_task_can_be_run_with_an_input(cli, write):
    """It is added to the player's own input and keeps its types."""
    output = "{nights: '{{ input.nights }}', guest: '{{ input.guest }}'}"
    file = write("echo", "queued", "running", f"completed: {{output: {output}}}")
    printed = cli("play", file, "--input", '{"nights": 3}').stdout
    assert '{"nights": 3, "guest": "Alex Green"}' in printed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--answer", "123456"], "Invalid value for '--answer': '123456' is not an answer"),
        (["--answer", "pin=1"], "--answer: `inputs.code` is required"),
        (["--answer", "code=1", "--no-answer"], "--answer and --no-answer exclude each other"),
        (["--edition", "2"], "Invalid value for '--edition'"),
        (["--input", "{"], "Invalid value for '--input': '{' is not a JSON object; write it like"),
        (["--input", "[1]"], "Invalid value for '--input': '[1]' is not a JSON object"),
        (["--input", '{"guest": 5}'], "--input: `input.guest`: 5 is not of type 'string'"),
    ],
)
def test_wrong_options_are_refused(words, message, cli):
    """In one line."""
    refused = cli("play", "mfa_then_success", *words)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert refused.stderr.startswith(f"deck-sim: {message}")


def test_programs_get_json(cli):
    """The lines with their columns, and how it ended."""
    played = json.loads(cli("play", "mfa_then_success", "--json").stdout)
    assert (played["scenario"], played["edition"]) == ("mfa_then_success", "connections")
    assert (played["status"], played["script_errors"]) == ("completed", [])
    line = {"at": "11s", "who": "user", "what": "answered", "detail": "code=123456"}
    assert line in played["lines"]


def test_the_timeline_can_be_a_page(cli, tmp_path):
    """It has what the inspector would show of the world in which the scenario was played."""
    file = tmp_path / "page.html"
    played = cli("play", "mfa_then_success", "--html", file)
    assert played.stdout == f"The timeline is in {file}: open it in a browser.\n"
    page = read_recording(file)
    run = [one["status"] for one in page["data"] if one["kind"] == "task_run"]
    assert run == ["queued", "running", "interaction_required", "running", "completed"]
    assert page["title"] == "mfa_then_success"


def test_a_page_that_cannot_be_written_is_one_line(cli, tmp_path):
    file = tmp_path / "none" / "page.html"
    played = cli("play", "success", "--html", file)
    assert (played.exit_code, played.stdout) == (1, "")
    assert played.stderr == f"deck-sim: cannot write '{file}': No such file or directory\n"
