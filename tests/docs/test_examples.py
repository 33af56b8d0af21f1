"""Every example of the documentation runs: what a reader can paste must work.

A page is cut into sections at its headings. The fenced blocks of a section belong together:

- A first line like `# conftest.py` or `# stories/mine.yaml` names the file that a block is. It is
  there for the rest of the page.
- Another `python` block that holds tests is a test file; one without is a script, and runs.
- A `yaml` block that begins with `version: 1`, after its name if it has one, is a scenario or a
  world file.
- Other blocks (`toml`, `ini`, `console`) are used only if they are named.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deck_sim.runtime.world_file import check_world, is_world_file
from deck_sim.scenario.library import shipped
from deck_sim.scenario.loader import read_scenario
from deck_sim.scenario.yaml.reader import read_yaml

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])

_PIECE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```"
    r"|^#+ (?P<heading>[^\n]+)$",
    re.MULTILINE | re.DOTALL,
)
_NAME = re.compile(r"# ([\w./-]+\.(?:py|yaml|toml|ini))\n")
_TEST = re.compile(r"^ *(?:async )?def test_", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block, and the line of the page on which its text begins."""

    language: str
    text: str
    line: int

    @property
    def name(self):
        """The file that its first line says it is."""
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
        """Whether it is a scenario file, or a world file."""
        return self.language == "yaml" and _NAME.sub("", self.text, 1).startswith("version: 1\n")


@dataclass(slots=True)
class Section:
    """What stands below one heading; `files` are the named ones above it, and its own."""

    page: str
    heading: str = ""
    files: dict[str, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def add(self, block):
        """Add a block, and the file that it may be."""
        self.blocks.append(block)
        if block.name:
            self.files = self.files | {block.name: block.text}

    def tests(self):
        """The test files of this section alone, by name."""
        return {b.name or f"test_line_{b.line}.py": b.text for b in self.blocks if b.is_test}

    def __str__(self):
        return f"{self.page}: {self.heading}"


def read_page(page, text):
    """The sections of a page."""
    sections = [Section(page)]
    for piece in _PIECE.finditer(text):
        if piece["heading"]:
            sections.append(Section(page, piece["heading"], sections[-1].files))
        else:
            body = re.sub(f"^{piece['indent']}", "", piece["text"], flags=re.MULTILINE)
            line = text.count("\n", 0, piece.start("text")) + 1
            sections[-1].add(Block(piece["language"], body, line))
    return sections


def write_files(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


SECTIONS = [section for page in PAGES for section in read_page(page.name, page.read_text())]
SCRIPTS = [(s, b) for s in SECTIONS for b in s.blocks if b.is_script]
SCENARIOS = [(s, b) for s in SECTIONS for b in s.blocks if b.is_scenario]


def _named(examples):
    return [pytest.param(s, b, id=f"{s.page}:{b.line}") for s, b in examples]


@pytest.fixture(autouse=True)
def _libraries_are_loaded(deck):
    """What an inner run imports is forgotten with it, so the server's libraries come before."""


@pytest.mark.parametrize("section", [s for s in SECTIONS if s.tests()], ids=str)
def test_the_tests_of_a_section_pass(section, pytester):
    """Its test files, together with the files that the page names, pass under pytest."""
    write_files(pytester.path, section.files | section.tests())
    options = (
        "-W",
        "error",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
        "-p",
        "no:randomly",
        "-p",
        "no:hypothesispytest",
    )
    result = pytester.runpytest_inprocess(*options, *section.tests())
    assert result.ret == pytest.ExitCode.OK, result.stdout.str()


@pytest.mark.parametrize(("section", "block"), _named(SCRIPTS))
def test_a_script_runs(section, block, pytester):
    """A block without tests runs as it stands, beside the files that the page names."""
    write_files(pytester.path, section.files)
    code = compile("\n" * (block.line - 1) + block.text, section.page, "exec")
    exec(code, {"__name__": "__main__"})


@pytest.mark.parametrize(("section", "block"), _named(SCENARIOS))
def test_a_scenario_can_be_read(section, block):
    """A scenario or world file of the documentation has no mistakes."""
    place, document = f"{section.page}, from line {block.line}", read_yaml(block.text)
    if is_world_file(document):
        check_world(document, place, shipped())
    else:
        read_scenario(block.text, place)


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


def test_a_page_is_cut_into_sections_with_their_blocks():
    """Headings inside blocks are text, named files stay, and each block is told apart."""
    _, first, second = read_page("page.md", PAGE)
    assert (str(first), str(second)) == ("page.md: First", "page.md: Second")
    assert [b.is_scenario for b in first.blocks] == [True, False]
    assert [(b.is_script, b.text) for b in first.blocks][1] == (
        True,
        '# a script\nprint("## not a heading")\n\n',
    )
    assert [*first.files] == ["stories/one.yaml"]
    assert [*second.files] == ["stories/one.yaml", "test_named.py"]
    assert [*second.tests()] == ["test_named.py", "test_line_21.py"]
    assert not any(b.is_scenario or b.is_script for b in second.blocks)
