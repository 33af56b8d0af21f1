"""docs/faults.md: each fault and each of its keys is explained."""

import re
from pathlib import Path

import pytest

from deck_sim.faults.fault import REGISTRY, fault_keys
from deck_sim.faults.http import HttpFault
from deck_sim.faults.webhooks import WebhookFault

PAGE = Path(__file__).parents[2].joinpath("docs/faults.md").read_text(encoding="utf-8")
FAMILIES = {"Faults of calls": HttpFault.family, "Faults of webhooks": WebhookFault.family}


@pytest.mark.parametrize("title", FAMILIES)
def test_the_first_table_has_the_faults(title):
    """Each key of the family has a row, and each row is a key."""
    part = PAGE[PAGE.index(f"## {title}\n") :]
    table = part[part.index("|---|") :].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [*fault_keys(FAMILIES[title])]


def test_every_key_of_a_fault_is_explained():
    """The page has the other keys of a fault."""
    for fault in REGISTRY.values():
        for name in fault.model_fields:
            assert f"`{name}`" in PAGE, name
