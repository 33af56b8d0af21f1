"""The tab with the scenarios: find one, see what it does and did, and choose it."""

import pytest
from playwright.sync_api import expect

MINE = """\
version: 1
name: mine
summary: "<b>Mine</b> & only mine."
tags: [own]
task_run:
  - running: 2s
  - interaction_required:
      accept: {code: "1"}
      on_rejected:
        - failed: task/task_failed   # here
  - running: 1s
  - completed
"""


@pytest.fixture
def scenarios(page, server, key):
    """Open the tab; `selected` opens the details of one."""

    def scenarios(selected=None):
        chosen = f"&select=scenario:{selected}" if selected else ""
        page.goto(f"{server.url}/_sim/ui#key={key}&tab=scenarios{chosen}")
        return page

    return scenarios


@pytest.fixture
def mine(sim):
    """A scenario of one's own."""
    assert sim.put("/scenarios/mine", content=MINE).status_code == 200


def cards(page):
    return page.get_by_role("list", name="Scenarios").get_by_role("button")


def details(page):
    return page.get_by_role("complementary", name="Details")


def test_scenarios_are_found_by_words_tags_and_origin(scenarios, mine):
    page = scenarios()
    page.get_by_label("Search the scenarios").fill("code any")
    expect(cards(page)).to_have_count(1)
    expect(cards(page)).to_contain_text("mfa_any_code")
    page.get_by_label("Search the scenarios").fill("")
    page.get_by_role("button", name="approval", exact=False).first.click()
    expect(cards(page).filter(has_text="mfa_any_code")).to_have_count(0)
    page.get_by_role("button", name="approval", exact=False).first.click()
    page.get_by_label("Mine only").check()
    expect(cards(page)).to_have_count(1)
    expect(cards(page)).to_contain_text("<b>Mine</b> & only mine.")


def test_scenarios_of_the_other_edition_are_shown_if_asked(scenarios):
    page = scenarios()
    other = cards(page).filter(has_text="session_limit_reached")
    expect(cards(page).filter(has_text="source_down")).not_to_have_count(0)
    expect(other).to_have_count(0)
    page.get_by_label("This edition only").uncheck()
    expect(other).to_contain_text("needs edition credentials")
    other.click()
    expect(page.get_by_role("button", name="Play next")).to_be_disabled()


def test_the_next_run_plays_what_is_chosen(scenarios, sim, run_task):
    page = scenarios()
    cards(page).filter(has_text="mfa_then_success").click()
    page.get_by_role("button", name="Play next").click()
    expect(page.get_by_text("The next task run plays mfa_then_success")).to_be_visible()
    assert sim.get("/queue").json()["queues"] == {"task_run": ["mfa_then_success"]}
    page.get_by_role("button", name="Make default").click()
    expect(page.get_by_role("button", name="Is the default")).to_be_disabled()
    assert sim.get("/world").json()["default_scenario"] == "mfa_then_success"


def test_a_step_marks_its_line(scenarios, mine):
    page = scenarios("mine")
    details(page).get_by_role("button", name="failed task").click()
    marked = page.locator("deck-yaml [aria-current=step]")
    expect(marked).to_have_text("        - failed: task/task_failed   # here")


def test_the_steps_that_were_played_are_counted(scenarios, mine, run_task, advance):
    run_task("mine")
    advance("2s")
    page = scenarios("mine")
    expect(cards(page).filter(has_text="only mine")).to_contain_text("2/6")
    expect(details(page).get_by_role("button", name="running 2s")).to_contain_text("\u00d71")
    expect(details(page).get_by_role("button", name="completed")).to_contain_text("not played")


def test_a_scenario_of_ones_own_is_removed(scenarios, mine, sim):
    page = scenarios("mine")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("mine is removed")).to_be_visible()
    expect(cards(page).filter(has_text="only mine")).to_have_count(0)
    assert "mine" not in [one["name"] for one in sim.get("/scenarios").json()["data"]]


def test_a_scenario_is_written_and_its_mistakes_are_shown(scenarios, sim, watch):
    watch.refusals_are_expected = True
    page = scenarios()
    page.get_by_role("button", name="New…").click()
    editor = page.get_by_label("YAML of the scenario")
    written = editor.input_value()
    editor.fill(written.replace("running: 8s", "runing: 8s"))
    page.get_by_role("button", name="Save in this world").click()
    expect(page.get_by_role("alert")).to_contain_text("did you mean 'running'?")
    editor.fill(written)
    page.get_by_role("button", name="Save in this world").click()
    expect(details(page).get_by_role("button", name="interaction required")).to_be_visible()
    assert sim.get("/scenarios/my_scenario").json()["text"] == written


def test_a_copy_of_an_included_scenario_is_edited(scenarios, sim):
    page = scenarios("source_down")
    page.get_by_role("button", name="Edit a copy…").click()
    page.get_by_role("button", name="Save in this world").click()
    expect(details(page).get_by_role("heading", name="my_source_down")).to_be_visible()
    one, other = (
        sim.get(f"/scenarios/{name}").json() for name in ("source_down", "my_source_down")
    )
    assert one["steps"] == other["steps"]


def test_keys_move_between_the_cards(scenarios):
    page = scenarios()
    cards(page).first.focus()
    for key in ("j", "ArrowDown", "k"):
        page.keyboard.press(key)
    expect(cards(page).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Play next")).to_be_visible()
