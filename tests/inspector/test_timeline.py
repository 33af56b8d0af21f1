"""The lanes of a world on a canvas, and what stands for them where a canvas cannot be seen."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def run(run_task, advance):
    """A run that waits for a code since 9:30:11; its login is connected."""
    run = run_task("mfa_then_success")
    advance("10s")
    return run


@pytest.fixture
def lanes(page, server, key, run):
    """Open the timeline, and return its grid."""

    def lanes():
        page.goto(f"{server.url}/_sim/ui#key={key}")
        grid = page.get_by_role("grid", name="Lanes")
        expect(grid.get_by_role("row")).to_have_count(2)
        return grid

    return lanes


def test_lanes_are_read_out_with_what_they_wait_for(page, lanes, run):
    row = lanes().get_by_role("row").nth(1)
    text = rf"task run {run['id']}.*waits for a person \(interaction required\) since 0s, next: "
    expect(row).to_contain_text(re.compile(text))


def test_the_keyboard_moves_through_lanes_and_their_moments(page, lanes, run):
    grid = lanes()
    grid.focus()
    page.keyboard.press("ArrowDown")
    expect(grid).to_have_attribute("aria-activedescendant", "tl-lane")
    expect(page.locator("#tl-lane")).to_contain_text(run["id"])
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tl-moment")).to_contain_text(re.compile(r"1 of \d+: queued at 09:30:01"))
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary")).to_contain_text("Run 1")


def test_a_click_opens_what_is_drawn_there(page, lanes, run):
    lanes().click(position={"x": 60, "y": 38 + 38 + 12})
    expect(page.get_by_role("complementary")).to_contain_text("Run 1")


def test_a_filter_leaves_the_lanes_that_match(page, lanes):
    grid = lanes()
    search = page.get_by_role("searchbox", name="Filter lanes")
    search.fill("nothing like it")
    expect(grid).to_have_attribute("aria-rowcount", "0")
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="Good 1").click()
    expect(grid.get_by_role("row")).to_have_count(1)
    expect(search).to_have_value("")


def test_the_zoom_outlives_a_visit_to_another_tab(page, lanes):
    lanes()
    fit = page.get_by_role("button", name="Fit")
    page.keyboard.press("+")
    expect(fit).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("2")
    page.keyboard.press("1")
    expect(fit).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("f")
    expect(fit).to_have_attribute("aria-pressed", "true")
