"""Files that the pages for contributors name exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/design.md")
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)`|\]\(([^)#:]+)\)|^(scripts/[\w-]+)", re.MULTILINE)


def test_every_file_that_a_page_names_exists():
    missing = list[str]()
    for page in PAGES:
        for found in FILE.finditer((ROOT / page).read_text(encoding="utf-8")):
            name = next(filter(None, found.groups()))
            folders = (ROOT / page).parent, ROOT, ROOT / "deck_sim", ROOT / "pytest_plugin"
            if not any((folder / name).exists() for folder in folders):
                missing.append(f"{page}: {name}")
    assert missing == []
