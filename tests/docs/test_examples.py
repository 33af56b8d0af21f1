"""Every example of the documentation runs.

A page is one project: its fenced blocks become files in one folder.

- A first line like `# conftest.py` or `# stories/mine.yaml` names the file. Each name occurs once
  on a page.
- Another `python` block with tests is a test file. A `python` block without tests is a script.
- A `yaml` block that begins with `version: 1` is a scenario or a world file.
- A `console` block that begins with `$ deck-sim check` or `$ deck-sim play` shows its output.
- All other blocks are ignored.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from deck_sim.cli.program import main

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "AGENTS.md", *(ROOT / "docs").glob("*.md")])

_BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"# ([\w./-]+\.(?:py|yaml|toml|ini))\n")
_TEST = re.compile(r"^ *(?:async )?def test_", re.MULTILINE)
_COMMAND = re.compile(r"^\$ deck-sim ((?:check|play) .*)\n((?:(?!\$ ).*\n)+)", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block, and the line of the page where its text begins."""

    page: str
    kind: str  # `test`, `script`, `scenario` or `other`
    name: str | None  # of the file, in its first line
    text: str  # of Python behind so many empty lines that it has the line numbers of the page
    line: int

    def __str__(self):
        return f"{self.page}:{self.line}"


def read_blocks(page):
    text = page.read_text()
    for match in _BLOCK.finditer(text):
        language, code = match.groups()
        name, kind = _NAME.match(code), "other"
        if language == "python" and _TEST.search(code):
            kind = "test"
        elif language == "python" and not name:
            kind = "script"
        elif language == "yaml" and _NAME.sub("", code, 1).startswith("version: 1\n"):
            kind = "scenario"
        lines_before = text.count("\n", 0, match.start(2))
        if language == "python":
            code = "\n" * lines_before + code
        yield Block(page.name, kind, name and name[1], code, lines_before + 1)


def files_of(page):
    names = [block.name for block in BLOCKS[page] if block.name]
    assert len({*names}) == len(names), f"{page} shows a file twice"
    files = [block for block in BLOCKS[page] if block.name or block.kind == "test"]
    return {block.name or f"test_line_{block.line}.py": block.text for block in files}


def write_files(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


BLOCKS = {page.name: [*read_blocks(page)] for page in PAGES}
ALL = [block for blocks in BLOCKS.values() for block in blocks]
COMMANDS = [(b.page, *command) for b in ALL for command in _COMMAND.findall(b.text)]


@pytest.mark.parametrize("page", {block.page: None for block in ALL if block.kind == "test"})
def test_the_tests_of_a_page_pass(page, pytester, run_pytest):
    """A failure shows lines of the page."""
    write_files(pytester.path, files_of(page))
    result = run_pytest()
    assert result.ret == pytest.ExitCode.OK, result.stdout.str()


@pytest.mark.parametrize("block", [b for b in ALL if b.kind == "script"], ids=str)
def test_a_script_runs(block, tmp_path, monkeypatch):
    write_files(tmp_path, files_of(block.page))
    monkeypatch.chdir(tmp_path)
    exec(compile(block.text, block.page, "exec"), {"__name__": "__main__"})


def test_scenarios_and_world_files_are_valid(tmp_path):
    """In a folder each, since some pages show the same scenario."""
    for block in ALL:
        if block.kind == "scenario":
            name = re.search(r"^name: (\w+)", block.text, re.MULTILINE)
            file = f"{block}/{name[1] if name else 'world'}.yaml"
            write_files(tmp_path, {file: block.text})
    done = CliRunner().invoke(main, ["check", *map(str, tmp_path.rglob("*.yaml"))])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(("page", "command", "output"), COMMANDS)
def test_a_command_prints_what_the_page_shows(page, command, output, tmp_path, monkeypatch):
    """A line may end in `…` where the page cuts it."""
    write_files(tmp_path, files_of(page))
    monkeypatch.chdir(tmp_path)
    printed = CliRunner(env={"COLUMNS": "200"}).invoke(main, command.split()).output
    pattern = "\n".join(re.escape(line).replace("…", ".*") for line in output.splitlines())
    assert re.fullmatch(f"{pattern}\\s*", printed), printed


def links_in(text):
    return re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", _BLOCK.sub("", text))


def anchors_of(path):
    """The anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", path.read_text()), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_every_link_leads_somewhere():
    for page in PAGES:
        for path, anchor in links_in(page.read_text()):
            target = page.parent / path if path else page
            assert target.exists(), f"{page}: {path}"
            assert not anchor or anchor in anchors_of(target), f"{page}: {path}#{anchor}"


def test_every_table_has_a_header():
    """Rows behind an empty line are shown as plain text."""
    texts = [_BLOCK.sub("", page.read_text()) for page in PAGES]
    tables = re.findall(r"(?:^\|.*\n)+", "\n".join(texts), re.MULTILINE)
    assert [table for table in tables if not re.match(r".*\n\|-", table)] == []


def test_every_page_is_linked_from_the_readme():
    linked = {path for path, _ in links_in((ROOT / "README.md").read_text())}
    pages = {str(page.relative_to(ROOT)) for page in PAGES}
    assert pages - {"README.md"} <= linked
