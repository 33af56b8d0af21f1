"""What axe-core can find is not there: names, roles, contrast, headings."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

TABS = ("timeline", "journal", "webhooks", "scenarios", "controls")


def violations(page):
    """What axe-core finds in a page, a line each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(new_page, open_tab, busy_world, theme, width):
    page = new_page(color_scheme=theme, viewport={"width": width, "height": 800})
    found = {}
    for tab in TABS:
        open_tab(page, tab)
        expect(page.get_by_role("main")).not_to_be_empty()
        found[tab] = violations(page)
    assert found == {tab: [] for tab in TABS}
