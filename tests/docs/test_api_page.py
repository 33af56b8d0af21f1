import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_header_of_deck_sim_is_listed():
    code = "".join(file.read_text() for file in (ROOT / "deck_sim").rglob("*.py"))
    headers = {*re.findall(r'"(Deck-Sim-[\w-]+)"', code)} | {"Deck-Sim-Fault"}
    section = (ROOT / "docs/api.md").read_text().split("## Headers of deck-sim")[1]
    listed = re.findall(r"`(Deck-Sim-[\w-]+)`", section.split("\n## ")[0])
    assert {*headers} <= {*listed}
    assert sorted(listed) == sorted({*listed})
