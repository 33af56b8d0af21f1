import json

from deck_sim.base.errors import listed
from deck_sim.contract.editions import EDITIONS


def test_every_mistake_of_every_file_has_a_line(cli, write, tmp_path):
    first = write("one", "queued: soon", "runing: 2s")
    second = write("two", "queued", "completed")
    write("three", "queued", "running", "completed", file="three.yml")
    checked, as_json = cli("check", tmp_path), cli("check", tmp_path, "--format", "json")
    lines = checked.stdout.splitlines()
    assert (checked.exit_code, as_json.exit_code) == (1, 1)
    assert lines[0].startswith(f"{first}:4:13: task_run[0].queued: 'soon' is not a duration")
    assert lines[1].startswith(f"{first}:5:5: task_run[1]: unknown status 'runing'; did you mean")
    assert lines[2].startswith(f"{second}:5:5: task_run[1]: `completed` cannot follow `queued`")
    assert lines[3:] == ["3 mistakes in 2 of 3 files"]
    report = json.loads(as_json.stdout)
    assert (report["files"], "message" in report["mistakes"][1]) == (3, True)
    place = {"file": str(first), "line": 5, "column": 5, "path": "task_run[1]"}
    assert report["mistakes"][1].items() >= place.items()
    assert cli("check", tmp_path, "--json").stdout == as_json.stdout


def test_a_file_that_is_not_yaml_is_a_mistake_like_others(cli, write, tmp_path):
    write("one", "queued", "running", "completed")
    (tmp_path / "two.yaml").write_text("a: [")
    checked = cli("check", tmp_path)
    assert checked.exit_code == 1
    assert "two.yaml:2:1: not YAML: " in checked.stdout


def test_the_edition_of_a_scenario_is_printed_with_its_reason(cli, write):
    """For a playlist with that of each entry."""
    mine = write("mine", "queued", "running", "review_required", "running", "completed")
    files = [mine, *(write(name, "running", "completed", edition=name) for name in EDITIONS)]
    for name, entries in {"turns": "success, mine", "both": ", ".join(EDITIONS)}.items():
        files.append(mine.with_name(f"{name}.yaml"))
        files[-1].write_text(f"version: 1\nname: {name}\nplaylist: [{entries}]\n")
    reason = "in task_run[2], the edition `connections` has no status `review_required`; editions"
    having = [n for n, e in EDITIONS.items() if "review_required" in e.statuses("task_run")]
    reason += f" that have it: {listed(having)}"
    reasons = ", and ".join(f"{name} is for the edition `{name}`" for name in EDITIONS)
    assert cli("check", *files).stdout.splitlines()[:-1] == [
        f"mine: only for edition {' or '.join(having)}, because {reason}",
        *(f"{name}: only for edition {name}, because the file sets `edition`" for name in EDITIONS),
        f"turns: only for edition {' or '.join(having)}, because mine is for the edition"
        f" {listed(having)} ({reason})",
        f"both: for no edition, because {reasons}",
    ]
    rows = json.loads(cli("check", *files, "--json").stdout)["scenarios"]
    assert [row["editions"] for row in rows if row["name"] in ("turns", "both")] == [having, []]


def test_a_file_given_twice_is_read_once(cli, write, tmp_path):
    file = write("mine", "queued", "running", "completed")
    checked = cli("check", file, tmp_path, tmp_path / ".." / tmp_path.name / file.name)
    assert checked.stdout == "1 scenario for any edition\n1 file, no mistakes\n"


def test_a_folder_without_scenarios_is_wrong_usage(cli, tmp_path):
    refused = cli("check", tmp_path)
    assert refused.exit_code == 2
    assert (
        refused.stderr
        == f"deck-sim: the folder '{tmp_path}' has no *.yaml or *.yml directly in it\n"
    )


def test_a_script_that_can_only_time_out_is_a_warning(cli, write, tmp_path):
    slow = write("slow", "queued", "running: 29m", "running: 90s..2m", "completed")
    write("allowed", "running: 45m", "completed", task_timeout="1h")
    write("quick", "queued", "running: 1s..45m", "interaction_required", "running", "completed")
    text = "each run fails here, with task/timeout after 30m"
    text += "; shorten the steps up to here, or set `task_timeout`"
    checked = cli("check", tmp_path)
    assert checked.stdout.splitlines()[1:] == [
        f"{slow}:6:5: task_run[2]: {text} (a warning)",
        "3 files, no mistakes, 1 warning",
    ]
    assert checked.exit_code == 0
    (warning,) = json.loads(cli("check", tmp_path, "--json").stdout)["warnings"]
    assert (warning["line"], warning["message"]) == (6, text)


def test_a_story_in_a_subfolder_or_as_json_is_named_as_not_read(cli, write, tmp_path):
    (tmp_path / "more").mkdir()
    below = write("below", "queued", "running", "completed", file="more/below.yaml")
    (tmp_path / "other.json").write_text("{}")
    write("mine", "queued", "running", "completed")
    lines = cli("check", tmp_path).stdout.splitlines()
    names = [line.partition(": is not read: ")[0] for line in lines[1:3]]
    assert names == [f"{below}:1:1", f"{tmp_path}/other.json:1:1"]
    assert "below.yaml" not in cli("check", tmp_path, tmp_path / "more").stdout


def test_names_are_checked_when_every_scenario_can_be_read(cli, write, tmp_path):
    """The name of a broken scenario would be unknown. A world file is checked in any case."""
    write("mine", "quueued")
    (tmp_path / "turns.yaml").write_text("version: 1\nname: turns\nplaylist: [mine, mien]\n")
    rules = "[{when: {source: A}, scenario: mine}, {when: {source: A}, scenario: sucess}]"
    (tmp_path / "world.yaml").write_text(f"version: 1\nrules: {rules}\n")
    lines = cli("check", tmp_path).stdout.splitlines()
    assert lines[0].startswith(f"{tmp_path}/mine.yaml:4:5: ")
    assert lines[1].startswith(f"{tmp_path}/world.yaml:2:76: rules[1].scenario: names an unknown")
    assert lines[2:] == ["2 mistakes in 2 of 3 files"]


def test_a_world_file_may_name_scenarios_of_the_checked_files(cli, write, tmp_path):
    mine = write("mine", "queued", "running", "completed")
    file = tmp_path / "world.yaml"
    file.write_text("version: 1\ndefault_scenario: mine\n")
    assert cli("check", file, mine).stdout.endswith("\n2 files, no mistakes\n")
    printed = cli("check", file)
    assert printed.exit_code == 1
    assert printed.stdout.splitlines()[0] == (
        f"{file}:2:19: default_scenario: names an unknown scenario: 'mine';"
        " `deck-sim scenarios` lists the shipped; yours must be directly in the folder of"
        " --scenarios"
    )
