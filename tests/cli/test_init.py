"""`deck-sim init`: the files of a first test."""

import subprocess
import sys

import pytest

FILES = {
    "pytest.ini",
    "scenarios/first_story.yaml",
    "scenarios/scenario.schema.json",
    "tests/conftest.py",
    "tests/test_first_story.py",
}


def files_in(folder):
    """The files below a folder, with their texts."""
    found = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_text() for file in found}


def test_the_first_tests_pass(cli, tmp_path):
    """In an empty folder, and `check` finds nothing."""
    project = tmp_path / "project"
    made = cli("init", project, "--edition", "credentials")
    assert (made.exit_code, made.stderr, files_in(project).keys()) == (0, "", FILES)
    assert f"Next: cd {project} && pytest" in made.stdout
    words = [sys.executable, "-m", "pytest", "-p", "no:asyncio", "-W", "error"]
    ran = subprocess.run(words, cwd=project, capture_output=True, text=True)
    assert (ran.returncode, "3 passed" in ran.stdout) == (0, True), ran.stdout
    checked = cli("check", project / "scenarios")
    told = "1 scenario for any edition\n1 file, no mistakes\n"
    assert (checked.exit_code, checked.stdout) == (0, told)


def test_the_story_names_its_schema_for_editors(cli, tmp_path):
    """In its first line; the schema lies beside it."""
    cli("init", tmp_path)
    first = (tmp_path / "scenarios/first_story.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=scenario.schema.json"


def test_existing_files_are_left_alone(cli, tmp_path):
    """Each is named; what is missing is written."""
    kept = {"tests/conftest.py": "# mine", "scenarios/first_story.yaml": "# mine too"}
    for name, text in kept.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    shown = cli("init", tmp_path).stdout
    assert files_in(tmp_path).items() >= kept.items()
    assert all(f"left alone  {name}, which exists\n" in shown for name in kept)
    assert "wrote       tests/test_first_story.py\n" in shown


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("pyproject.toml", "[tool.pytest.ini_options]\n", 'deck_scenarios = "scenarios"'),
        ("tox.ini", "[pytest]\n", "deck_scenarios = scenarios"),
        ("pytest.ini", "[pytest]\ndeck_scenarios = mine\n", None),
    ],
)
def test_options_of_pytest_are_not_changed(cli, tmp_path, name, text, line):
    """The lines to add are shown, unless they are there."""
    (tmp_path / name).write_text(text)
    shown = cli("init", tmp_path).stdout
    added = [row.strip() for row in shown.splitlines() if " = " in row]
    assert added == ([line] if line else [])
    assert f"left alone  {name}, which has options of pytest" in shown
    options = {"pytest.ini", name} & files_in(tmp_path).keys()
    assert options == {name}


def test_a_project_file_without_options_of_pytest_is_no_obstacle(cli, tmp_path):
    """The options get a file of their own."""
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    assert "wrote       pytest.ini\n" in cli("init", tmp_path).stdout


def test_a_folder_that_cannot_be_written_is_one_line(cli, tmp_path):
    """With the place and the reason."""
    (tmp_path / "scenarios").write_text("not a folder")
    refused = cli("init", tmp_path)
    assert refused.exit_code == 1
    assert refused.stderr == f"deck-sim: cannot write '{tmp_path}/scenarios': File exists\n"
