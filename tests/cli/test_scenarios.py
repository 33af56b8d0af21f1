import json
from pathlib import Path

from deck_sim.scenario.library import shipped

MFA = """\
mfa_then_success
The source asks for a one-time code during the run; the right code lets it finish.
  tags: mfa
  connection  (the default; not in the file)
    connecting  1s
    connected
  task_run
    queued  2s
    running  8s
    interaction_required  mfa
      message: Enter the 6-digit code sent to your phone
      fields: code (string, Verification code)
      accept: code = 123456
      attempts: 3
      timeout: 5m
      on_rejected
        failed  auth/mfa_invalid
      on_timeout
        failed  interaction/interaction_timeout
    running  3s
    completed
"""


def test_a_scenario_is_shown_with_its_branches(cli):
    assert cli("scenarios", "mfa_then_success").stdout == MFA


def test_a_scenario_is_printed_as_a_picture(cli):
    assert cli("scenarios", "mfa_then_success", "--svg").stdout.startswith("<svg xmlns=")
    assert "name the scenario" in cli("scenarios", "--svg").stderr


def test_what_a_scenario_has_beside_steps_is_shown(cli, write):
    steps = "running: 1s..2s", "completed: {output: {rooms: [{beds: 2}, {beds: 1}]}}"
    mine = write("mine", *steps, mix="{success: 3, source_down: 1}")
    mine.write_text(mine.read_text().partition("task_run")[0])
    theirs = write(
        "theirs", edition="credentials", session="{credentials: [queued, running, idle]}"
    )
    theirs.write_text(theirs.read_text().partition("task_run")[0])
    parts = {
        "agent_falls_silent": "  task_timeout: 2h\n",
        "flaky_source": "    playlist: each run plays the next of these\n      source_down\n",
        "downloads_statement": "    file  statement-{{ today }}.csv\n",
        "proxy_error_page": "  http\n    status: 502, for GET /v2/task-runs/*  after: 1  t",
        "webhook_twice": "  webhooks\n    ",
        mine: "drawn at random\n       75.00%  success\n       25.00%  source_down\n",
        theirs: "  session  (edition credentials)\n    queued\n",
        write("deep", *steps): "    completed\n      output: rooms = beds = 2 | beds = 1\n",
    }
    printed = {name: cli("scenarios", name).stdout for name in parts}
    assert [name for name, part in parts.items() if part not in printed[name]] == []


def test_a_piped_list_has_a_name_and_a_summary_a_line_within_100_columns(cli, write, tmp_path):
    write("mine", "queued", "running", "completed", summary="Mine alone", tags="[own]")
    lines = cli("scenarios", "--scenarios", tmp_path).stdout.splitlines()
    assert max(map(len, lines)) == 100
    summaries = dict(line.split(maxsplit=1) for line in lines)
    assert [*summaries] == sorted([*shipped().names(), "mine"])
    assert summaries["mine"] == "Mine alone"
    assert summaries["success"] == shipped().get("success").summary
    assert summaries["result_unknown"].startswith("(credentials) The run completes, but ")
    assert summaries["mfa_twice"].endswith("…")


def test_on_a_terminal_long_summaries_go_on_below(on_terminal):
    lines = on_terminal("scenarios")
    place = next(n for n, line in enumerate(lines) if line.startswith("mfa_twice "))
    summary = " ".join(line[31:] for line in lines[place : place + 3])
    assert summary.startswith(shipped().get("mfa_twice").summary)
    assert max(map(len, lines)) <= 80


def test_a_file_with_mistakes_is_exit_code_1(cli, write, tmp_path):
    file = write("mine", "queued", "runing")
    for words in (["scenarios", file], ["play", file], ["serve", "--scenarios", tmp_path]):
        refused = cli(*words)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert refused.stderr.startswith(f"{file}:5:5: task_run[1]: unknown status")


def test_programs_get_json(cli):
    every = json.loads(cli("scenarios", "--json").stdout)
    assert [row["name"] for row in every] == shipped().names()
    overview = json.loads(cli("scenarios", "success", "--json").stdout)
    assert overview == {
        **shipped().get("success").overview,
        "scenario": shipped().get("success").source,
    }
    assert {k: overview[k] for k in every[0]} in every


def test_a_story_that_is_not_read_is_named_with_the_reason(cli, write, tmp_path):
    """In a subfolder, or as JSON."""
    write("mine", "queued", "running", "completed")
    (tmp_path / "sub").mkdir()
    for file in ("sub/hidden.yaml", "other.json"):
        (tmp_path / file).write_text("{}")
        name = Path(file).stem
        for command in ("play", "scenarios"):
            refused = cli(command, name, "--scenarios", tmp_path)
            assert f"{tmp_path / file} is not read: scenarios are *.yaml" in refused.stderr
