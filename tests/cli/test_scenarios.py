import json

import pytest

from deck_sim.scenario.library import shipped


def test_all_scenarios_are_listed(cli, terminal):
    """Name, summary, editions and tags of each.

    In a pipe each has one line; a terminal has 80 columns.
    """
    _, *lines = cli("scenarios").stdout.splitlines()
    assert [line.split()[0] for line in lines] == shipped().names()
    assert any("The connection opens" in line for line in lines)
    assert all(len(line) <= 80 for line in terminal("scenarios"))


def test_scenarios_of_a_folder_are_listed_too(cli, write, tmp_path):
    """With `--scenarios`."""
    write("mine", "queued", "running", "completed", summary="Mine alone", tags="[own]")
    listed = cli("scenarios", "--scenarios", tmp_path)
    assert any(
        line.split() == ["mine", "Mine", "alone", "any", "own"]
        for line in listed.stdout.splitlines()
    )


def test_a_scenario_is_drawn_as_a_tree_with_its_branches(cli):
    """Steps with their durations, prompts with what they accept, and branches."""
    drawn = cli("scenarios", "mfa_then_success").stdout
    for expected in (
        "├── queued  2s",
        "├── interaction_required",
        "message: Enter the 6-digit code sent to your phone",
        "accept: code = 123456",
        "timeout: 5m",
        "├── on_rejected",
        "└── failed  auth/mfa_invalid",
        "├── running  3s",
        "└── completed",
    ):
        assert expected in drawn


def test_how_a_scenario_is_played_is_drawn(cli):
    """Its timeout, and what its people do."""
    assert "task_timeout  2h" in cli("scenarios", "agent_falls_silent").stdout
    assert "play  answers: none" in cli("scenarios", "mfa_never_answered").stdout
    assert "play  answers: code = 000000" in cli("scenarios", "mfa_locks_account").stdout


def test_scripts_of_one_edition_say_so(cli, tmp_path):
    """A script for one edition is drawn with its name."""
    file = tmp_path / "mine.yaml"
    file.write_text("version: 1\nname: mine\ntask_run: {credentials: [running, completed]}\n")
    assert "task_run  (edition credentials)" in cli("scenarios", file).stdout


def test_a_script_that_is_not_in_the_file_is_drawn_too(cli):
    """It is marked as the default."""
    drawn = cli("scenarios", "mfa_then_success").stdout
    assert "connection  (the default; not in the file)\n│   ├── connecting  1s" in drawn


def test_a_scenario_in_a_file_is_drawn(cli, write):
    """A path can be given instead of a name."""
    file = write(
        "mine",
        "queued: 1s..2s",
        "running: stuck",
        summary="''",
        connection="[connecting, {connected: 1h}, disconnected]",
    )
    drawn = cli("scenarios", file).stdout
    assert drawn.startswith("mine\n├── connection\n")
    assert "queued  1s..2s" in drawn
    assert "running  stuck" in drawn
    assert "connected  1h" in drawn


def test_outputs_and_errors_are_drawn(cli, write):
    """A value of any depth is one line."""
    file = write(
        "mine",
        "queued",
        "running",
        "pending: {for: 1m, on_rejected: [{failed: [source/source_error, {error: task/timeout,"
        " message: Too slow}]}]}",
        "completed: {output: {rooms: [{beds: 2}, {beds: 1}]}}",
    )
    drawn = cli("scenarios", file).stdout
    assert "failed  source/source_error | task/timeout (Too slow)" in drawn
    assert "output: rooms = beds = 2 | beds = 1" in drawn


def test_statuses_are_coloured_on_a_terminal_only(cli):
    """A pipe has no colors, and NO_COLOR turns them off."""
    words = ["scenarios", "success"]
    assert "\x1b[32mcompleted" in cli(*words, FORCE_COLOR="1").stdout
    assert "\x1b" not in cli(*words).stdout
    assert "\x1b" not in cli(*words, FORCE_COLOR="1", NO_COLOR="1").stdout  # not even bold


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("sucess", "'sucess'; did you mean 'success'?"),
        ("xyzzy", f"'xyzzy'{shipped().instead('xyzzy')}"),
    ],
)
@pytest.mark.parametrize("command", ["scenarios", "play"])
def test_an_unknown_name_is_refused_with_the_nearest_one(command, name, end, cli):
    """If it is neither a scenario nor a file."""
    refused = cli(command, name)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == f"deck-sim: no scenario and no file is called {end}\n"


def test_a_folder_is_no_scenario(cli, tmp_path):
    """The message says how to choose one of its scenarios."""
    refused = cli("play", tmp_path)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"is a folder; name one of its files, or give --scenarios {tmp_path}" in refused.stderr


@pytest.mark.parametrize("command", ["scenarios", "play"])
def test_a_file_with_mistakes_is_exit_code_1(command, cli, write):
    """The mistakes are printed as `check` prints them."""
    file = write("mine", "queued", "runing")
    refused = cli(command, file)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"{file}:5:5: task_run[1]: unknown status")


def test_a_playlist_is_drawn_with_its_entries(cli):
    """In their order; the last one repeats."""
    drawn = cli("scenarios", "flaky_source").stdout
    assert "task_run\n    └── playlist  one for each run\n        ├── source_down\n" in drawn
    assert drawn.endswith("└── success  from then on\n")


def test_a_mix_is_drawn_with_its_shares(cli, tmp_path):
    """Weights are shown as percentages."""
    file = tmp_path / "halves.yaml"
    file.write_text("version: 1\nname: halves\nmix: {success: 3, source_down: 1}\n")
    drawn = cli("scenarios", file).stdout
    assert "mix  drawn for each run" in drawn
    assert "├──  75.00%  success\n" in drawn
    assert "└──  25.00%  source_down\n" in drawn


def test_when_is_drawn_before_the_scripts(cli, write):
    """With its conditions."""
    file = write("mine", "queued", "running", "completed", when="{username: 'a*', input: {n: 1}}")
    assert "├── when  username = a*, input = n = 1\n" in cli("scenarios", file).stdout


def test_effects_are_drawn_and_long_texts_are_cut(cli):
    """A file has its type and the first line of its text."""
    drawn = cli("scenarios", "downloads_statement").stdout
    assert "├── screenshot  statements.png\n" in drawn
    assert "├── file  statement-{{ today }}.csv\n    │     type: text/csv\n" in drawn
    assert "content: date,description,amount …\n" in drawn


def test_branches_are_drawn_inside_branches(cli, write):
    """At any depth."""
    ask = "{interaction_required: {type: mfa, on_timeout: [{failed: task/timeout}]}}"
    file = write(
        "nested",
        "queued",
        "running",
        f"interaction_required: {{on_timeout: [running, {ask}, running]}}",
        "running",
        "completed",
    )
    drawn = cli("scenarios", file).stdout
    assert "    │   ├── on_rejected\n    │   │   └── failed  auth/mfa_invalid\n" in drawn
    assert "    │       │   └── on_timeout\n    │       │       └── failed  task/timeout\n" in drawn


def test_faults_are_drawn(cli):
    """With `after` and `times`."""
    drawn = cli("scenarios", "proxy_error_page").stdout
    assert "└── http\n    └── status: 502, for GET /v2/task-runs/*\n" in drawn
    assert "          after: 1\n          times: 2\n" in drawn
    assert "└── webhooks\n    └── " in cli("scenarios", "webhook_twice").stdout


def test_programs_get_json(cli):
    """Of all scenarios an overview, of one also its file."""
    every = json.loads(cli("scenarios", "--json").stdout)
    assert [one["name"] for one in every] == shipped().names()
    one = json.loads(cli("scenarios", "success", "--json").stdout)
    assert one == {**shipped().get("success").overview, "scenario": shipped().get("success").source}
    assert {k: one[k] for k in every[0]} in every
