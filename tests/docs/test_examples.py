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
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from deck_sim.cli.app import main
from deck_sim.runtime.world_file import check_world, is_world_file
from deck_sim.scenario.library import shipped
from deck_sim.scenario.loader import read_scenario
from deck_sim.scenario.yaml.reader import read_yaml

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])

_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```",
    re.MULTILINE | re.DOTALL,
)
_NAME = re.compile(r"# ([\w./-]+\.(?:py|yaml|toml|ini))\n")
_TEST = re.compile(r"^ *(?:async )?def test_", re.MULTILINE)
_COMMAND = re.compile(r"^\$ deck-sim ((?:check|play) .*)\n((?:(?!\$ ).*\n)+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block, and the line of the page where its text begins."""

    page: str
    language: str
    text: str
    line: int

    @property
    def name(self):
        """The file name in its first line."""
        found = _NAME.match(self.text)
        return found[1] if found else None

    @property
    def is_test(self):
        """Whether it holds tests for pytest."""
        return self.language == "python" and bool(_TEST.search(self.text))

    @property
    def is_script(self):
        """Whether it runs as it stands."""
        return self.language == "python" and not self.is_test and self.name is None

    @property
    def is_scenario(self):
        """Whether it is a scenario file or a world file."""
        return self.language == "yaml" and _NAME.sub("", self.text, 1).startswith("version: 1\n")

    def __str__(self):
        return f"{self.page}:{self.line}"


def read_blocks(page, text):
    """The blocks of a page, without their indentation."""
    return [
        Block(
            page,
            found["language"],
            re.sub(f"^{found['indent']}", "", found["text"], flags=re.MULTILINE),
            text.count("\n", 0, found.start("text")) + 1,
        )
        for found in _BLOCK.finditer(text)
    ]


def files_of(blocks):
    """The files of a page by name."""
    named = [block for block in blocks if block.name]
    files = {block.name: block.text for block in named}
    assert len(files) == len(named), "a page shows a file twice"
    tests = {f"test_line_{b.line}.py": b.text for b in blocks if b.is_test and not b.name}
    return files | tests


def write_files(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


BLOCKS = {page.name: read_blocks(page.name, page.read_text()) for page in PAGES}
ALL = [block for blocks in BLOCKS.values() for block in blocks]
COMMANDS = [(b.page, *found) for b in ALL for found in _COMMAND.findall(b.text)]


@pytest.mark.parametrize(
    "page", [p for p, blocks in BLOCKS.items() if any(b.is_test for b in blocks)]
)
def test_the_tests_of_a_page_pass(page, pytester):
    """All tests of a page pass in one run of pytest, in a process of its own."""
    write_files(pytester.path, files_of(BLOCKS[page]))
    options = ("-W", "error", "-o", "asyncio_default_fixture_loop_scope=function")
    result = pytester.runpytest_subprocess(*options, "-p", "no:randomly", "-p", "no:cacheprovider")
    assert result.ret == pytest.ExitCode.OK, result.stdout.str()


@pytest.mark.parametrize("block", [b for b in ALL if b.is_script], ids=str)
def test_a_script_runs(block, tmp_path, monkeypatch):
    """A Python block without tests runs next to the files of its page."""
    write_files(tmp_path, files_of(BLOCKS[block.page]))
    monkeypatch.chdir(tmp_path)
    code = compile("\n" * (block.line - 1) + block.text, block.page, "exec")
    exec(code, {"__name__": "__main__"})


@pytest.mark.parametrize("block", [b for b in ALL if b.is_scenario], ids=str)
def test_a_scenario_can_be_read(block):
    """A scenario or world file of the documentation has no mistakes."""
    document = read_yaml(block.text)
    if is_world_file(document):
        check_world(document, str(block), shipped())
    else:
        read_scenario(block.text, str(block))


@pytest.mark.parametrize(("page", "command", "shown"), COMMANDS)
def test_a_command_prints_what_the_page_shows(page, command, shown, tmp_path, monkeypatch):
    """A line may end in `…` where the page cuts it."""
    write_files(tmp_path, files_of(BLOCKS[page]))
    monkeypatch.chdir(tmp_path)
    printed = CliRunner(env={"COLUMNS": "200"}).invoke(main, command.split()).output
    pattern = "\n".join(re.escape(line).replace("…", ".*") for line in shown.splitlines())
    assert re.fullmatch(f"{pattern}\\s*", printed), printed


def links_in(text):
    """The relative links of a page: the path and the anchor."""
    return re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", _BLOCK.sub("", text))


def anchors_of(path):
    """The anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", path.read_text()), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page):
    """The file exists, and so does the heading."""
    for path, anchor in links_in(page.read_text()):
        target = page.parent / path if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors_of(target), f"{path}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_table_of_a_page_has_a_header(page):
    """Rows behind an empty line are shown as plain text."""
    tables = re.findall(r"(?:^\|.*\n)+", _BLOCK.sub("", page.read_text()), re.MULTILINE)
    assert [table for table in tables if not re.match(r".*\n\|-", table)] == []


def test_every_page_is_linked_from_the_readme():
    """A reader finds each page of docs/ from the front page."""
    linked = {path for path, _ in links_in((ROOT / "README.md").read_text())}
    assert {f"docs/{page.name}" for page in PAGES if page.name != "README.md"} <= linked


PAGE = """
# First
```yaml
# stories/one.yaml
version: 1
name: one
```
- in a list

  ```python
  # a script
  print("## not a heading")

  ```
## Second
```python
# test_named.py
def test_it(): ...
```
```python
class TestIt:
    async def test_more(self): ...
```
```yaml
resources: {}
```
"""


def test_a_page_is_cut_into_blocks():
    """Indentation is removed, and each block is recognized by its language and text."""
    story, script, named, unnamed, other = blocks = read_blocks("page.md", PAGE)
    assert [block.is_scenario for block in blocks] == [True, False, False, False, False]
    assert [block.is_script for block in blocks] == [False, True, False, False, False]
    assert (str(script), script.text) == ("page.md:11", '# a script\nprint("## not a heading")\n\n')
    assert files_of(blocks) == {
        "stories/one.yaml": story.text,
        "test_named.py": named.text,
        "test_line_21.py": unnamed.text,
    }
    assert other.name is None


def test_a_page_shows_each_file_once():
    """A second block with the same name would replace the first in silence."""
    with pytest.raises(AssertionError, match="a page shows a file twice"):
        files_of(read_blocks("page.md", "```py\n# a.py\n```\n```py\n# a.py\n```\n"))
