"""docs/fidelity.md has the ledger. `scripts/write-docs` writes it anew."""

import re
from pathlib import Path

from click.testing import CliRunner

from deck_sim.cli.fidelity import command
from deck_sim.contract.ledger import LEDGER

PAGE = Path(__file__).parents[2] / "docs" / "fidelity.md"
_LEDGER = re.compile(r"(?<=<!-- ledger -->\n).*?(?=<!-- /ledger -->)", re.DOTALL)


def written(text):
    """The text of a page, with the ledger as it is now."""
    tables = CliRunner().invoke(command, ["--format", "markdown"]).output
    return _LEDGER.sub(lambda _: f"\n{tables}", text)


def record(page=PAGE):
    """Write the page anew."""
    page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")


def test_the_page_is_up_to_date():
    """The tables are what the command prints; if not, run scripts/write-docs."""
    assert written(PAGE.read_text(encoding="utf-8")) == PAGE.read_text(encoding="utf-8")


def test_recording_fills_in_every_row(tmp_path):
    """Between the markers there is a line for each row, and what is around them stays."""
    page = tmp_path / "page.md"
    page.write_text("# P\n<!-- ledger -->\nas it was\n<!-- /ledger -->\nend\n")
    record(page)
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(LEDGER)
    assert text.startswith("# P\n<!-- ledger -->\n\n## ")
    assert text.endswith("|\n\n<!-- /ledger -->\nend\n")
