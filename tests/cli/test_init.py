import subprocess
import sys

NODE_FILES = {
    "scenarios/first_story.yaml",
    "scenarios/scenario.schema.json",
    "tests/first_story.test.js",
}
FILES = {
    "pytest.ini",
    "scenarios/first_story.yaml",
    "scenarios/scenario.schema.json",
    "tests/conftest.py",
    "tests/test_first_story.py",
}


def files_in(folder):
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_text() for file in files}


def test_the_first_tests_pass(cli, tmp_path):
    project = tmp_path / "project"
    written = cli("init", project, "--edition", "credentials")
    assert (written.exit_code, written.stderr, files_in(project).keys()) == (0, "", FILES)
    assert f"Next: `cd {project} && pytest`" in written.stdout
    (project / "app.py").touch()
    (project / "tests/test_app.py").write_text("import app\ndef test_app(): pass\n")
    words = [sys.executable, "-P", "-m", "pytest", "-p", "no:asyncio", "-W", "error"]
    ran = subprocess.run(words, cwd=project, capture_output=True, text=True)
    assert (ran.returncode, "4 passed" in ran.stdout) == (0, True), ran.stdout
    checked = cli("check", project / "scenarios")
    lines = "1 scenario for any edition\n1 file, no mistakes\n"
    first = (project / "scenarios/first_story.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=scenario.schema.json"
    assert (checked.exit_code, checked.stdout) == (0, lines)


def test_existing_files_are_left_alone(cli, tmp_path):
    texts = {"tests/conftest.py": "# mine", "scenarios/first_story.yaml": "# mine too"}
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    printed = cli("init", tmp_path).stdout
    assert files_in(tmp_path).items() >= texts.items()
    assert all(f"unchanged   {name}: it exists already\n" in printed for name in texts)
    assert "wrote       tests/test_first_story.py\n" in printed


def test_options_of_pytest_are_not_changed(cli, tmp_path):
    texts = {"pyproject.toml": "[tool.pytest.ini_options]\n", "tox.ini": "[pytest]\n"}
    lines = 'deck_scenarios = "scenarios"', "deck_scenarios = scenarios"
    for (name, text), line in zip(texts.items(), lines, strict=True):
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        (folder / name).write_text(text)
        assert f"  {line}\n" in cli("init", folder).stdout
        assert {"pytest.ini", name} & files_in(folder).keys() == {name}
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    assert "wrote       pytest.ini\n" in cli("init", tmp_path).stdout


def test_the_first_test_for_vitest(cli, tmp_path):
    """scripts/test-node runs it."""
    (tmp_path / "package.json").write_text("{}")
    written = cli("init", tmp_path, "--edition", "credentials").stdout
    files = files_in(tmp_path)
    assert files.keys() == {"package.json", *NODE_FILES}
    assert 'edition: "credentials"' in files["tests/first_story.test.js"]
    run = "deck-sim exec --scenarios scenarios -- npx vitest run"
    assert f"Next: `cd {tmp_path} && {run}`" in written
    assert "deck-sim-client, which is on no registry yet" in written


def test_the_language_can_be_chosen(cli, tmp_path):
    """A project in Python may have a package.json, too."""
    for language, name in (("node", "first_story.test.js"), ("python", "test_first_story.py")):
        cli("init", tmp_path / language, "--for", language)
        assert (tmp_path / language / "tests" / name).exists()
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "pyproject.toml").write_text("")
    cli("init", tmp_path)
    assert (tmp_path / "pytest.ini").exists()
