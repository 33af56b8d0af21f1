import re
from pathlib import Path

from deck_sim.faults.fault import FAULT_CLASSES, fault_keys
from deck_sim.faults.http import HttpFault
from deck_sim.faults.webhooks import WebhookFault

PAGE = Path(__file__).parents[2].joinpath("docs/faults.md").read_text(encoding="utf-8")
FAMILIES = {"Faults of calls": HttpFault.family, "Faults of webhooks": WebhookFault.family}


def test_the_first_table_of_a_family_has_its_faults():
    for title, family in FAMILIES.items():
        table = PAGE.partition(f"## {title}\n")[2].partition("|---|")[2].partition("\n\n")[0]
        assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [*fault_keys(family)]


def test_every_key_of_a_fault_is_explained():
    names = {name for fault in FAULT_CLASSES.values() for name in fault.model_fields}
    assert [name for name in names if f"`{name}`" not in PAGE] == []
