"""axe-core finds nothing: names, roles, contrast, headings."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

TABS = ("timeline", "journal", "webhooks", "scenarios", "controls")


def violations(page):
    """The findings of axe-core in a page, a line each."""
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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_what_is_opened(new_page, open_tab, busy_world, theme):
    page = new_page(color_scheme=theme, viewport={"width": 1280, "height": 800})
    found = {}
    for ref in details_of(busy_world):
        open_tab(page, select=ref)
        expect(page.get_by_role("complementary", name="Details")).not_to_contain_text("Loading")
        found[ref] = violations(page)
    open_tab(page)
    for key in ("a", "?"):
        expect(page.get_by_role("button", name="Answer").first).to_be_visible()
        page.keyboard.press(key)
        found[key] = violations(page)
        page.keyboard.press("Escape")
    for name in ("Advance…", "frozen"):
        page.get_by_role("button", name=name).click()
        found[name] = violations(page)
        page.keyboard.press("Escape")
    assert [*filter(None, found.values())] == []


def details_of(sim):
    """One of each kind of details."""
    calls, events, deliveries, runs = (
        sim.get(f"/{name}").json()["data"]
        for name in ("requests", "events", "deliveries", "task-runs")
    )
    yield from (f"resource:{run['id']}" for run in runs)
    yield from (f"call:{call['request_id']}" for call in calls[-2:])
    yield f"event:{events[-1]['id']}"
    yield f"delivery:{deliveries[0]['id']}"
    yield "scenario:mfa_then_success"


def test_axe_finds_nothing_where_a_world_is_chosen(page, server, run_task):
    run_task()
    page.goto(f"{server.url}/_sim/ui")
    expect(page.get_by_role("listitem").first).to_be_visible()
    assert violations(page) == []
