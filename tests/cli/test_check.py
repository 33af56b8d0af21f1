import json
import os

import pytest

from deck_sim.scenario.library import SHIPPED


def test_the_shipped_scenarios_have_no_mistakes(cli):
    """One line says how many files there are."""
    checked = cli("check", SHIPPED)
    count = len(list(SHIPPED.glob("*.yaml")))
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert checked.stdout.endswith(f"\n{count} files, no mistakes\n")


def test_every_mistake_of_every_file_has_a_line(cli, write, tmp_path):
    """File, line, column, path and message."""
    one = write("one", "queued: soon", "runing: 2s")
    two = write("two", "queued", "completed")
    write("three", "queued", "running", "completed", file="three.yml")
    checked = cli("check", tmp_path)
    lines = checked.stdout.splitlines()
    assert checked.exit_code == 1
    assert lines[0].startswith(f"{one}:4:13: task_run[0].queued: 'soon' is not a duration")
    assert lines[1].startswith(f"{one}:5:5: task_run[1]: unknown status 'runing'; did you mean")
    assert lines[2].startswith(f"{two}:5:5: task_run[1]: `completed` cannot follow `queued`")
    assert lines[3:] == ["3 mistakes in 2 of 3 files"]


@pytest.mark.skipif(os.name == "nt", reason="Windows allows no such names")
def test_a_file_name_with_a_line_break_is_quoted(cli, write, tmp_path):
    """Each mistake stays one line."""
    for file in ("a\nb.yaml", "c.yaml"):
        write("one", "queued", "running", "completed", file=file)
    shown = repr(f"{tmp_path}/a\nb.yaml")
    first, total = cli("check", tmp_path).stdout.splitlines()
    assert first.endswith(f"the name 'one' is already used in {shown}; rename one of the two")
    assert total == "1 mistake in 1 of 2 files"


def test_json_has_the_parts_of_each_mistake(cli, write):
    """With `--format json`, or `--json`."""
    file = write("one", "queued", "runing: 2s")
    checked = cli("check", file, "--format", "json")
    assert cli("check", file, "--json").stdout == checked.stdout
    found = json.loads(checked.stdout)
    (mistake,) = found["mistakes"]
    assert (checked.exit_code, found["files"]) == (1, 1)
    assert "unknown status" in mistake.pop("message")
    assert mistake == {"file": str(file), "line": 5, "column": 5, "path": "task_run[1]"}


@pytest.mark.parametrize(
    ("steps", "keys", "told"),
    [
        (
            ("queued", "running", "review_required", "running", "completed"),
            {},
            "credentials, because `review_required` in task_run[2] exists only in `credentials`",
        ),
        (
            ("queued", "running", "failed: connection/blocked"),
            {},
            "connections, because `connection/blocked` in task_run[2] exists only in `connections`",
        ),
        (
            ("queued", "running", "completed"),
            {"edition": "credentials"},
            "credentials, because its `edition` says so",
        ),
    ],
)
def test_the_edition_of_a_scenario_is_printed_with_its_reason(steps, keys, told, cli, write):
    """The step or error that only one edition has; a playlist has that of its entries."""
    mine = write("mine", *steps, **keys)
    turns = mine.with_name("turns.yaml")
    turns.write_text("version: 1\nname: turns\nplaylist: [success, mine]\n")
    lines = cli("check", mine, turns).stdout.splitlines()
    edition = told.split(",")[0]
    assert lines[0] == f"mine: edition {told}"
    assert lines[1].startswith(f"turns: edition {edition}, because mine is for the edition")
    of_mine, of_turns = json.loads(cli("check", mine, turns, "--format", "json").stdout)[
        "scenarios"
    ]
    assert of_mine["editions"] == of_turns["editions"] == [edition]
    assert f"{edition}, because {of_mine['because']}" == told


def test_the_edition_of_a_broken_scenario_is_not_known(cli, write):
    """Nor that of a playlist with it."""
    broken = write("mine", "queued", "runing: 2s")
    turns = broken.with_name("turns.yaml")
    turns.write_text("version: 1\nname: turns\nplaylist: [success, mine]\n")
    found = json.loads(cli("check", broken, turns, "--format", "json").stdout)
    assert (len(found["mistakes"]), found["scenarios"]) == (1, [])


def test_a_file_given_twice_is_read_once(cli, write, tmp_path):
    """As itself, with its folder, or with another spelling of its path."""
    file = write("mine", "queued", "running", "completed")
    checked = cli("check", file, tmp_path, tmp_path / ".." / tmp_path.name / file.name)
    assert checked.exit_code == 0
    assert checked.stdout == "1 scenario for any edition\n1 file, no mistakes\n"


@pytest.mark.parametrize("path", ["nowhere.yaml", "nowhere/"])
def test_a_path_that_does_not_exist_is_wrong_usage(path, cli):
    """A misspelt path must not pass as a file without mistakes."""
    refused = cli("check", path)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"Path '{path}' does not exist" in refused.stderr


def test_a_folder_without_scenarios_is_wrong_usage(cli, tmp_path):
    """The wrong folder must not pass as one without mistakes."""
    refused = cli("check", tmp_path)
    assert refused.exit_code == 2
    assert refused.stderr == (f"deck-sim: no *.yaml or *.yml file in the folder '{tmp_path}'\n")


def test_the_entries_of_a_mix_may_be_in_the_checked_files(cli, write, tmp_path):
    """The position of a misspelt entry is that of its key."""
    write("mine", "queued", "running", "completed")
    file = tmp_path / "turns.yaml"
    file.write_text("version: 1\nname: turns\nmix: {mine: 1, success: 2, yours: 1}\n")
    printed = cli("check", tmp_path).stdout.splitlines()
    assert printed[0].startswith(f"{file}:3:28: mix.yours: unknown scenario 'yours'")
    assert printed[1:] == ["1 mistake in 1 of 2 files"]


def test_names_are_checked_when_every_scenario_can_be_read(cli, write, tmp_path):
    """The name of a broken scenario would be unknown."""
    write("mine", "quueued")
    (tmp_path / "turns.yaml").write_text("version: 1\nname: turns\nplaylist: [mine, mien]\n")
    (tmp_path / "world.yaml").write_text("version: 1\ndefault_scenario: mine\n")
    lines = cli("check", tmp_path).stdout.splitlines()
    assert lines[0].startswith(f"{tmp_path}/mine.yaml:4:5: ")
    assert lines[1:] == ["1 mistake in 1 of 3 files"]


def test_a_world_file_may_name_scenarios_of_the_checked_files(cli, write, tmp_path):
    """An unknown one is a mistake at its position."""
    mine = write("mine", "queued", "running", "completed")
    file = tmp_path / "world.yaml"
    file.write_text("version: 1\ndefault_scenario: mine\n")
    assert cli("check", file, mine).stdout.endswith("\n2 files, no mistakes\n")
    printed = cli("check", file)
    assert printed.exit_code == 1
    assert printed.stdout.splitlines()[0] == (
        f"{file}:2:19: default_scenario: names an unknown scenario: 'mine';"
        " `deck-sim scenarios` lists them (`--scenarios DIR` adds those of a folder)"
    )


def test_a_file_that_cannot_be_read_is_a_mistake(cli, tmp_path):
    """Here a folder has the name of a scenario file."""
    (tmp_path / "folder.yaml").mkdir()
    printed = cli("check", tmp_path)
    assert printed.stdout == (
        f"{tmp_path / 'folder.yaml'}:1:1: cannot be read: Is a directory\n"
        "1 mistake in 1 of 1 file\n"
    )
