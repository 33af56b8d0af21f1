import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/design.md")
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)`|\]\(([^)#:]+)\)|^(scripts/[\w-]+)", re.MULTILINE)


def find_files(page, line):
    """The files of a line, each with its path: None if there is no such file."""
    folders = (ROOT / page).parent, ROOT, ROOT / "deck_sim", ROOT / "pytest_plugin"
    for name in (next(filter(None, match.groups())) for match in FILE.finditer(line)):
        yield name, next((f / name for f in folders if (f / name).exists()), None)


def test_every_file_that_a_page_names_exists():
    texts = {page: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}
    missing = [
        f"{page}: {name}"
        for page, text in texts.items()
        for name, path in find_files(page, text)
        if path is None
    ]
    assert missing == []


def test_every_name_of_a_new_thing_is_in_a_file_of_its_row():
    page = "docs/design.md"
    rows = re.findall(
        r"^\| .* \| (.*`.*) \|$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE
    )
    missing = []
    for row in (row for row in rows if "/" in row):
        paths = [path for _, path in find_files(page, row)]
        files = [file for p in paths for file in (p.rglob("*.py") if p.is_dir() else [p])]
        text = "".join(file.read_text(encoding="utf-8") for file in files)
        names = re.findall(r"`@?(\w+)`", row)
        missing += [f"{name}: {row}" for name in names if not re.search(rf"\b{name}\b", text)]
    assert missing == []


def test_every_file_of_a_room_is_in_it():
    text = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    for rooms, files in re.findall(r"^\| (`\w+`.*?) \| (.*`\w+\.py`.*) \|$", text, re.MULTILINE):
        folders = [*(ROOT / "deck_sim").iterdir(), *(ROOT / "pytest_plugin").iterdir()]
        inside = [file.name for f in folders if f"`{f.name}`" in rooms for file in f.rglob("*.py")]
        assert {*re.findall(r"`(\w+\.py)`", files)} <= {*inside}, rooms
