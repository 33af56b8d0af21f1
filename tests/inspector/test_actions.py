"""Actions of a user: the strip of what is unfinished, and the buttons of the details."""

import threading

import httpx2
import pytest
from playwright.sync_api import expect

APPROVAL = {"task_run": [{"running": "1s"}, {"pending": None}, "completed"]}


@pytest.fixture
def strip(page, open_tab):
    """Open the timeline; returns the part of the page that says what is unfinished."""

    def strip():
        open_tab(page)
        return page.get_by_role("region", name="What is unfinished")

    return strip


@pytest.mark.parametrize(("button", "status"), [("Approve", "completed"), ("Reject", "failed")])
def test_a_review_is_decided(strip, api, run_task, advance, button, status):
    run = run_task("needs_approval")
    advance("10s")
    shown = strip()
    shown.get_by_role("button", name=button).click()
    expect(shown).to_contain_text("Nothing is unfinished")
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == status


def test_a_held_run_is_released(strip, sim, api, run_task, advance):
    sim.post("/holds", json={"event": "task_run.completed"})
    run = run_task("success")
    advance("1m")
    shown = strip()
    expect(shown).to_contain_text("Held before task_run.completed")
    shown.get_by_role("button", name="Release").click()
    expect(shown).to_contain_text("Nothing is unfinished")
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "completed"


def test_an_answer_that_is_held_back_is_released(strip, sim, api):
    sim.post("/holds", json={"call": "GET /v2/agents"})
    client = threading.Thread(target=api.get, args=["/agents"])
    client.start()
    shown = strip()
    expect(shown).to_contain_text("GET /v2/agents")
    shown.get_by_role("button", name="Release").click()
    client.join()
    expect(shown).to_have_count(0)


def test_a_row_advances_to_its_own_next_step(page, strip, run_task):
    run_task("slow_success")
    run_task("success")
    shown = strip()
    shown.get_by_role("button", name="Advance 3m").click()
    expect(page.locator(".clock-time")).to_have_text("09:33:01")
    expect(shown).to_contain_text("1 unfinished")


def test_only_some_of_many_are_shown_until_asked(strip, run_task):
    for _ in range(6):
        run_task("success")
    shown = strip()
    expect(shown.get_by_role("listitem")).to_have_count(4)
    shown.get_by_role("button", name="Show 2 more").click()
    expect(shown.get_by_role("listitem")).to_have_count(6)


@pytest.mark.parametrize(
    ("button", "status"), [("Drop", "disconnected"), ("Invalidate", "invalid")]
)
def test_a_login_is_ended(page, open_tab, api, connection, button, status):
    open_tab(page, select=f"resource:{connection['id']}")
    page.get_by_role("complementary").get_by_role("button", name=button).click()
    expect(page.get_by_role("status").filter(has_text="Connection 1")).to_be_visible()
    assert api.get(f"/connections/{connection['id']}").json()["status"] == status


def test_a_run_is_canceled(page, open_tab, api, run_task):
    run = run_task("success")
    open_tab(page, select=f"resource:{run['id']}")
    page.get_by_role("complementary").get_by_role("button", name="Cancel run").click()
    expect(page.get_by_role("status").filter(has_text="Run 1 canceled")).to_be_visible()
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "canceled"


def test_the_title_counts_the_open_prompts(page, open_tab, run_task, advance):
    run_task("mfa_then_success")
    open_tab(page)
    expect(page).to_have_title("deck-sim")
    advance("20s")
    expect(page).to_have_title("(1) deck-sim")


def test_an_empty_world_hints_at_the_one_that_got_the_calls(page, start_server):
    server = start_server()
    httpx2.get(f"{server.base_url}/agents", headers={"Authorization": "Bearer sk_right"})
    page.goto(f"{server.url}/_sim/ui#key=sk_mistyped")
    hint = page.get_by_role("status").filter(has_text="another key")
    expect(hint).to_contain_text("1 call")


def test_the_chosen_theme_outlives_a_reload(page, open_tab):
    open_tab(page)
    for theme in ("light", "dark"):
        page.get_by_role("button", name="Theme").click()
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_keys_open_and_close_the_help_and_the_tabs(page, open_tab, api):
    api.get("/agents")
    open_tab(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys and colours")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("2")
    expect(page.get_by_role("searchbox")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("status:4xx 1")
    expect(page.get_by_role("button", name="Calls")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("searchbox")).to_have_value("status:4xx 1")
