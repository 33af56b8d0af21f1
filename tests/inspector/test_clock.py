"""The world's time, and the buttons that move it."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def now(sim):
    """The time and the mode of the world."""
    return lambda: sim.get("/clock").json()


def test_next_goes_to_what_is_due_next(page, open_tab, run_task):
    run_task("success")
    open_tab(page)
    page.get_by_role("button", name="Next 2s").click()
    expect(page.locator(".clock-time")).to_have_text("09:30:03")
    expect(page.get_by_role("region", name="What is unfinished")).to_contain_text("running")


def test_an_advance_names_what_happened(page, open_tab, run_task, subscribe, receiver):
    receiver.say(500)
    subscribe("task_run.queued")
    run_task("agent_never_starts")
    open_tab(page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("· 1 webhook attempt")).to_be_visible()


def test_until_idle_stops_where_a_person_is_asked(page, open_tab, run_task):
    run_task("mfa_then_success")
    open_tab(page)
    page.get_by_role("button", name="Until idle").click()
    expect(page.locator(".clock-time")).to_have_text("09:30:11")
    expect(page.get_by_role("button", name="Answer")).to_be_visible()


@pytest.mark.parametrize(
    ("field", "text", "time"),
    [
        ("By", "2m30s", "09:32:31"),
        ("To", "2025-01-15T11:00:00Z", "11:00:00"),
        ("Until", "task_run.running", "09:30:03"),
    ],
)
def test_the_clock_moves_by_to_and_until(page, open_tab, run_task, field, text, time):
    if field == "Until":
        run_task("success")
    open_tab(page)
    page.get_by_role("button", name="Advance…").click()
    page.get_by_role("dialog").locator("input:not([aria-label])").and_(
        page.get_by_label(field)
    ).fill(text)
    page.keyboard.press("Enter")
    expect(page.locator(".clock-time")).to_have_text(time)


def test_an_advance_that_is_refused_says_why(page, open_tab, watch):
    watch.refusals_are_expected = True
    open_tab(page)
    page.get_by_role("button", name="Advance…").click()
    page.get_by_role("textbox", name="By").fill("5 parsecs")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="5 parsecs")).to_be_visible()


def test_the_mode_speed_and_step_are_set(page, open_tab, now):
    open_tab(page)
    page.locator(".clock-face").click()
    page.get_by_label("on poll").check()
    page.get_by_label("Step").fill("5s")
    page.get_by_role("button", name="Set the clock").click()
    expect(page.locator(".clock-day")).to_contain_text("on poll 5s")
    page.locator(".clock-face").click()
    page.get_by_label("real").check()
    page.get_by_label("Speed").fill("60")
    page.get_by_role("button", name="Set the clock").click()
    expect(page.locator(".clock-day")).to_contain_text("real \u00d760")
    assert now()["speed"] == 60
