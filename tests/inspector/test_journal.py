"""The tab with the calls of the Deck API."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def open_tab(server, key):
    """Open a tab of the world of the test."""

    def open_(page, tab, **place):
        more = "".join(f"&{name}={value}" for name, value in place.items())
        page.goto(f"{server.url}/_sim/ui#key={key}&tab={tab}{more}")
        return page

    return open_


def rows(page):
    return page.locator(".call-row:not(.calls-head)")


def test_the_empty_list_shows_a_call_to_make(page, open_tab, server, sim):
    sim.get("/world")
    open_tab(page, "journal")
    expect(page.get_by_text(f"curl {server.url}/v2/agents")).to_be_visible()


def test_a_filter_shows_the_calls_that_match(page, open_tab, api):
    api.post("/agents", json={"name": "Concierge"})
    api.get("/agents/agt_none")
    open_tab(page, "journal")
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("status:4xx method:get")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("request/agent_not_found")
    expect(page.get_by_text("1 of 2 calls")).to_be_visible()


def test_a_filter_shows_a_call_that_got_the_stored_answer(page, open_tab, api):
    same = {"json": {"name": "Concierge"}, "headers": {"Idempotency-Key": "one"}}
    api.post("/agents", **same)
    open_tab(page, "journal", filter="method:post")
    expect(rows(page)).to_have_count(1)
    api.post("/agents", **same)
    expect(rows(page)).to_have_count(2)


def test_a_chip_adds_its_term_to_the_filter(page, open_tab, api):
    api.post("/agents", json={"name": "Concierge"})
    api.get("/agents")
    open_tab(page, "journal", filter="agents")
    page.get_by_role("button", name="Reads").click()
    expect(page.get_by_role("searchbox")).to_have_value("agents is:read")
    expect(rows(page)).to_have_count(1)


def test_an_unknown_key_of_the_filter_is_explained(page, open_tab, api):
    api.get("/agents")
    open_tab(page, "journal", filter="methd:get")
    expect(page.get_by_text("unknown filter “methd:”; filters are method, status")).to_be_visible()
    expect(page.get_by_text("No call matches")).to_be_visible()
    page.get_by_role("button", name="Clear the filter").click()
    expect(rows(page)).to_have_count(1)


def test_only_rows_that_are_visible_are_rendered(page, open_tab, api):
    for number in range(200):
        api.get("/agents", params={"limit": number % 100 + 1})
    open_tab(page, "journal")
    expect(rows(page).last).to_contain_text("limit=100")
    assert rows(page).count() < 60
    grid = page.get_by_role("grid")
    assert grid.get_attribute("aria-rowcount") == "201"
    grid.evaluate("grid => grid.scrollTo(0, 0)")
    expect(rows(page).first).to_contain_text("limit=1")


def test_the_list_follows_new_calls_until_it_is_scrolled(page, open_tab, api):
    for _ in range(60):
        api.get("/agents")
    open_tab(page, "journal")
    expect(rows(page).first).to_be_visible()
    api.get("/sources")
    expect(rows(page).last).to_be_in_viewport()
    expect(rows(page).last).to_contain_text("/sources")
    page.get_by_role("grid").evaluate("grid => grid.scrollTo(0, 0)")
    api.get("/tasks")
    expect(page.get_by_text("62 calls")).to_be_visible()
    expect(rows(page).first).to_be_in_viewport()
    page.get_by_role("button", name="Latest").click()
    expect(rows(page).last).to_contain_text("/tasks")


def test_keys_go_through_the_calls_and_open_one(page, open_tab, api):
    for name in ("agents", "sources", "tasks"):
        api.get(f"/{name}")
    open_tab(page, "journal")
    expect(rows(page)).to_have_count(3)
    for key in ("j", "j", "k", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    details = page.get_by_role("complementary", name="Details")
    expect(details).to_contain_text("/v2/sources")
    page.keyboard.press("j")
    expect(details).to_contain_text("/v2/tasks")
    expect(page.get_by_role("row", selected=True)).to_contain_text("/tasks")
    expect(page.get_by_role("button", name="Latest")).to_have_count(0)


def test_findings_of_the_lint_are_beside_their_calls(page, open_tab, api):
    for _ in range(2):
        api.post("/agents", json={"name": "Concierge"})
    open_tab(page, "journal")
    expect(rows(page)).to_have_count(2)
