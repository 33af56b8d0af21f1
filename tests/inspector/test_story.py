"""From a run that is stuck to its end, with the page alone."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def stuck(run_task, advance, open_tab, page):
    """A page on a world in which a run asks for a code."""
    run_task("mfa_then_success")
    advance("10s")
    return lambda: open_tab(page)


def waiting(page):
    return page.get_by_role("region", name="What is unfinished")


def test_a_user_sees_why_a_run_is_stuck_answers_and_sees_it_complete(stuck):
    page = stuck()
    expect(waiting(page)).to_contain_text("1 unfinished")
    expect(waiting(page)).to_contain_text("interaction required")
    waiting(page).get_by_role("button", name="Answer").click()
    page.get_by_label("code").fill("123456")
    page.keyboard.press("Enter")
    expect(waiting(page)).to_contain_text("running")
    page.get_by_role("button", name="Next").click()
    expect(waiting(page)).to_contain_text("Nothing is unfinished")
    expect(page.get_by_role("row", name="mfa_then_success, completed")).to_be_visible()


def test_the_same_with_the_keyboard_alone(stuck):
    page = stuck()
    expect(waiting(page)).to_contain_text("1 unfinished")
    page.keyboard.press("a")
    expect(page.get_by_label("code")).to_be_focused()
    page.keyboard.type("123456")
    page.keyboard.press("Enter")
    expect(waiting(page)).to_contain_text("running")
    page.keyboard.press("i")
    expect(waiting(page)).to_contain_text("Nothing is unfinished")


def test_a_wrong_answer_leaves_the_prompt_open(stuck):
    page = stuck()
    expect(waiting(page)).to_contain_text("1 unfinished")
    page.keyboard.press("a")
    expect(page.get_by_label("code")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("answered")).to_be_visible()
    expect(waiting(page)).to_contain_text("interaction required")
