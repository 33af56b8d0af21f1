"""docs/faults.md: each fault has a section with an example that uses it."""

import re
from pathlib import Path

import pytest

from deck_sim.faults.fault import REGISTRY, fault_keys
from deck_sim.faults.http import HttpFault
from deck_sim.faults.webhooks import WebhookFault

PAGE = Path(__file__).parents[2].joinpath("docs/faults.md").read_text(encoding="utf-8")
FAMILIES = {"Faults of calls": HttpFault.family, "Faults of webhooks": WebhookFault.family}


def sections(title):
    """The sections below a heading, by fault."""
    part = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]
    pieces = re.split(r"^### (\w+)\n", part, flags=re.MULTILINE)[1:]
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


@pytest.mark.parametrize("title", FAMILIES)
def test_the_sections_are_the_faults(title):
    """Each key of the family has a heading, and each heading is a key."""
    assert sorted(sections(title)) == sorted(fault_keys(FAMILIES[title]))


@pytest.mark.parametrize("title", FAMILIES)
def test_every_section_shows_its_fault(title):
    """Each has a test that adds the fault, directly or with the fixture of the page."""
    for key, text in sections(title).items():
        assert re.search(rf"```python\n.*(deck\.fault|send)\([^)]*{key}=", text, re.DOTALL), key


def test_every_key_of_a_fault_is_explained():
    """The page has the other keys of a fault."""
    for fault in REGISTRY.values():
        for name in fault.model_fields:
            assert f"`{name}`" in PAGE or f"### {name}\n" in PAGE, name
