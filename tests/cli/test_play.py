"""`deck-sim play`: what it adds to the player."""

import json

from recordings import read_recording


def test_each_entry_of_the_timeline_is_one_line(cli):
    """However long it is. The first line has the name, the last one how it ended."""
    for name in ("downloads_statement", "flaky_source", "proxy_error_page"):
        played = cli("play", name)
        assert (played.exit_code, played.stderr) == (0, "")
        title, _, _, *entries, _, last = played.stdout.splitlines()
        assert (title, last[:4]) == (name, "The ")
        assert all(line.startswith("+") for line in entries)


def test_answers_can_be_given(cli):
    """In their order, or none."""
    ends = {
        "": "is completed after 14s.",
        "--answer code=0 --answer code=123456": "is completed after 14s.",
        "--no-answer": "is failed after 5m11s.",
    }
    for words, last in ends.items():
        played = cli("play", "mfa_then_success", *words.split())
        assert played.stdout.endswith(f"The task run {last}\n")


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
    """By default in its first one."""
    assert "connection  connecting" in cli("play", "success").stdout
    assert "session     idle" in cli("play", "success", "--edition", "credentials").stdout


def test_a_scenario_of_a_folder_can_be_played(cli, write, tmp_path):
    write("mine", "queued", "running", "completed")
    assert cli("play", "mine", "--scenarios", tmp_path).exit_code == 0


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
