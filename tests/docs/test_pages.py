import re
from pathlib import Path

from deck_sim.faults.fault import FAULT_CLASSES, fault_keys
from deck_sim.faults.http import HttpFault
from deck_sim.faults.webhooks import WebhookFault

ROOT = Path(__file__).parents[2]


def test_every_header_of_deck_sim_is_listed():
    code = "".join(file.read_text() for file in (ROOT / "deck_sim").rglob("*.py"))
    headers = {*re.findall(r'"(Deck-Sim-[\w-]+)"', code)} | {"Deck-Sim-Fault"}
    section = (ROOT / "docs/api.md").read_text().split("## Headers of deck-sim")[1]
    listed = re.findall(r"`(Deck-Sim-[\w-]+)`", section.split("\n## ")[0])
    assert {*headers} <= {*listed}
    assert sorted(listed) == sorted({*listed})


FAULTS = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
FAMILIES = {"Faults of calls": HttpFault.family, "Faults of webhooks": WebhookFault.family}


def test_the_first_table_of_a_family_has_its_faults():
    for title, family in FAMILIES.items():
        table = FAULTS.partition(f"## {title}\n")[2].partition("|---|")[2].partition("\n\n")[0]
        assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [*fault_keys(family)]


def test_every_key_of_a_fault_is_explained():
    names = {name for fault in FAULT_CLASSES.values() for name in fault.model_fields}
    assert [name for name in names if f"`{name}`" not in FAULTS] == []


def test_a_command_and_a_picture_stand_above_the_first_code_of_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    places = [
        readme.index(text)
        for text in (
            "plays these cases on your machine",
            "never compared",
            "deck-sim demo",
            "<picture>",
            "```python",
        )
    ]
    assert places == sorted(places)
