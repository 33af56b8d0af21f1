"""The page knows no table of the contract: it shows an edition that it has never heard of."""

import kiosk
import pytest
from playwright.sync_api import expect

from deck_sim.contract.editions import EDITIONS
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import Settings
from deck_sim.server.inspector.html_report import record_world, write_page
from deck_sim.server.uvicorn_server import Server


@pytest.fixture
def server(checked):
    """A server whose worlds have an edition that is made up."""
    with kiosk.registered(), Server(WorldRegistry(settings=Settings("kiosk"))) as server:
        yield server


@pytest.fixture
def run(sim, run_task, advance):
    """A run of that edition, which is `running`."""
    sim.put("/scenarios/at_the_desk", content=kiosk.STORY).raise_for_status()
    run = run_task("at_the_desk")
    advance("1s")
    return run


def expect_status(page, family, status):
    expect(page.locator(f".details-facts .badge.tone-{family}")).to_contain_text(status)


def test_statuses_have_their_family_and_commands_are_buttons(page, open_tab, run):
    open_tab(page, select=f"resource:{run['id']}")
    actions = page.locator(".details-actions").get_by_role("button")
    expect_status(page, "working", "running")
    expect(actions).to_have_text(["Park run"])
    actions.click()
    expect_status(page, "working", "parked")
    expect(page.get_by_role("status").get_by_text("Run 1: parked")).to_be_visible()
    expect(actions).to_have_text(["Tow run"])
    actions.click()
    expect_status(page, "bad", "failed")
    expect(page.get_by_role("button", name="Failed 1")).to_be_visible()
    expect(actions).to_have_count(0)


def test_a_prompt_is_answered_under_its_own_key_and_a_review_decided(
    page, open_tab, run, api, advance
):
    advance("1s")
    open_tab(page, select=f"resource:{run['id']}")
    form = page.locator(".details form.answer")
    form.get_by_role("textbox").fill("123")
    form.get_by_role("button", name="Answer").click()
    expect_status(page, "working", "running")
    advance("1s")
    expect_status(page, "person", "review required")
    page.locator(".details-actions").get_by_role("button", name="Approve").click()
    expect_status(page, "good", "completed")


def test_it_is_in_the_list_of_editions_and_its_bodies_are_shown(page, open_tab):
    open_tab(page, "controls")
    edition = page.get_by_role("combobox", name="edition")
    expect(edition).to_have_value("kiosk")
    expect(edition.locator("option")).to_have_text([*EDITIONS])
    expect(page.get_by_label("What plays it").locator("option")).to_have_text(
        ["next task run", "next connection"]
    )
    page.keyboard.press("3")
    expect(page.get_by_text('"config":{"url"')).to_be_visible()


def test_a_report_has_the_tables_in_it(page, run, sim, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(write_page(record_world(lambda path: sim.get(path).text), "kiosk"))
    page.goto(file.as_uri())
    row = page.get_by_role("row", name=run["id"])
    expect(row.locator(".badge.tone-working")).to_contain_text("running")
