import shutil
import subprocess
import sys

import pytest

# As much of vitest as the first test needs.
VITEST = """
import assert from "node:assert";
const hooks = [];
let last = Promise.resolve();
export const beforeEach = (hook) => hooks.push(hook);
export const test = (name, body) => {
  last = last.then(async () => {
    for (const hook of hooks) await hook({ task: { name } });
    await body();
    console.log("passed:", name);
  });
};
export const expect = (value) => ({
  toBe: (right) => assert.strictEqual(value, right),
  toEqual: (right) => assert.deepStrictEqual(value, right),
});
"""
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


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("edition", ["connections", "credentials"])
def test_the_first_tests_of_node_pass(cli, tmp_path, capfd, edition):
    (tmp_path / "package.json").write_text('{"type": "module"}')
    written = cli("init", tmp_path, "--edition", edition)
    assert files_in(tmp_path).keys() == {"package.json", *NODE_FILES}
    run = "deck-sim exec --scenarios scenarios -- npx vitest run"
    assert f"Next: `cd {tmp_path} && {run}`" in written.stdout
    vitest = tmp_path / "node_modules/vitest"
    vitest.mkdir(parents=True)
    (vitest / "package.json").write_text('{"type": "module", "exports": "./index.js"}')
    (vitest / "index.js").write_text(VITEST)
    words = ["--quiet", "--fail-on-problems", "--scenarios", tmp_path / "scenarios"]
    done = cli("exec", *words, "--", "node", tmp_path / "tests/first_story.test.js")
    assert done.stderr.endswith("; 0 problems\n")
    assert capfd.readouterr().out.count("passed: ") == 2


def test_the_language_can_be_chosen(cli, tmp_path):
    """A project in Python may have a package.json, too."""
    for language, name in (("node", "first_story.test.js"), ("python", "test_first_story.py")):
        cli("init", tmp_path / language, "--for", language)
        assert (tmp_path / language / "tests" / name).exists()
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "pyproject.toml").write_text("")
    cli("init", tmp_path)
    assert (tmp_path / "pytest.ini").exists()
