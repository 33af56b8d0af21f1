import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def run(run_task, advance):
    """A run that waits for a code since 9:30:11; its login is connected."""
    run = run_task("mfa_then_success")
    advance("10s")
    return run


def test_lanes_say_what_they_wait_for_and_are_reached_with_the_keyboard(page, open_tab, run):
    grid = open_tab(page).get_by_role("grid", name="Lanes")
    text = rf"Run 1, {run['id']}.*waits for a person \(interaction required\) for 0s, then "
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(grid.get_by_role("button", name=re.compile(text))).to_be_focused()
    page.keyboard.press("ArrowRight")
    marks = grid.get_by_role("button", name="2 marks: 09:30:01 Event: task_run.queued")
    expect(marks).to_be_focused()
    details = page.get_by_role("complementary", name="Details")
    page.keyboard.press("Enter")
    expect(details).to_contain_text("task_run.queued")
    page.keyboard.press("Enter")
    expect(details).to_contain_text("POST /v2/tasks")
    grid.get_by_title("running, 09:30:03").click()
    expect(details).to_contain_text("Run 1")


def test_the_error_of_a_failed_run_stands_beside_it_and_above_all(
    page, open_tab, run_task, advance
):
    for scenario in ("source_down", "source_down", "success"):
        run_task(scenario)
    advance("1m")
    row = open_tab(page).get_by_role("row", name=re.compile("Run 1"))
    expect(row.locator(".tl-plot")).to_contain_text("source/source_not_available")
    expect(page.get_by_role("region", name="What is unfinished")).to_contain_text(
        re.compile(r"^\s*2 failed:\s+2 . source/source_not_available\s")
    )


@pytest.mark.parametrize("width", [390, 1280])
def test_an_error_of_this_moment_is_inside_the_page(page, open_tab, sim, run_task, width):
    run_task("mfa_never_answered")
    sim.post("/clock/advance", json={"until": {"event": "task_run.failed"}})
    page.set_viewport_size({"width": width, "height": 700})
    row = open_tab(page).get_by_role("row", name=re.compile("Run 1"))
    error = row.get_by_text("interaction/interaction_timeout")
    box = error.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_refused_calls_have_a_lane_and_marks_a_legend(page, open_tab, api, run):
    api.get("/agents/agt_none")
    lane = open_tab(page).get_by_role("row", name="Calls, 1 refused")
    lane.get_by_role("button", name="GET /v2/agents/agt_none").click()
    expect(page.get_by_role("complementary")).to_contain_text("request/agent_not_found")
    page.get_by_role("button", name="Legend").click()
    expect(page.get_by_role("dialog", name="Legend")).to_contain_text("Refused call")


def test_the_filter_and_the_zoom_outlive_a_visit_to_another_tab(page, open_tab, run):
    grid = open_tab(page).get_by_role("grid")
    fit = page.get_by_role("button", name="Fit")
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Good 1").click()
    page.keyboard.press("2")
    page.keyboard.press("1")
    expect(grid.get_by_role("row")).to_have_count(1)
    expect(fit).to_have_attribute("aria-pressed", "false")
    page.get_by_role("searchbox", name="Filter lanes").fill("nothing like it")
    expect(page.get_by_text("No lane matches the filter.")).to_be_visible()
    page.get_by_role("searchbox", name="Filter lanes").fill("")
    page.get_by_role("button", name="Good 1").click()
    expect(grid.get_by_role("row")).to_have_count(2)
    page.keyboard.press("f")
    expect(fit).to_have_attribute("aria-pressed", "true")


def test_of_many_runs_the_newest_are_lanes_and_the_filter_finds_the_others(
    page, sim, task, connection, open_tab
):
    used = {"task_id": task["id"], "connection_id": connection["id"]}
    runs = [{"id": f"trun_{n}", "scenario": "success", **used} for n in range(600)]
    assert sim.post("/seed", json={"resources": {"task_runs": runs}}).status_code == 200
    open_tab(page)
    expect(page.get_by_role("row", name="trun_599")).to_be_in_viewport()
    expect(page.get_by_text("The newest 500 of 601 lanes.")).to_be_visible()
    page.get_by_role("searchbox", name="Filter lanes").fill("trun_42 ")
    expect(page.get_by_role("row", name="trun_42,")).to_be_visible()


def drag_to_the_beginning(axis):
    axis.hover(position={"x": 400, "y": 9})
    axis.page.mouse.down()
    axis.hover(position={"x": 16, "y": 9})
    axis.page.mouse.up()


def test_the_axis_and_keys_show_a_past_moment_which_the_address_keeps(
    page, open_tab, run_task, advance, api
):
    run = run_task("mfa_then_success")
    advance("20s")
    api.get("/agents/agt_none")
    open_tab(page, select=f"resource:{run['id']}")
    waiting = page.get_by_role("region", name="What is unfinished")
    expect(waiting).to_contain_text("Enter the 6-digit code")
    expect(page.get_by_text("1 finding")).to_be_visible()  # it moves the axis down
    drag_to_the_beginning(page.locator(".tl-axis"))
    past = page.locator(".past-bar")
    expect(past).to_contain_text("as it was at 09:30:00")
    expect(waiting).to_contain_text("connecting → connected")
    page.keyboard.press(".")
    expect(waiting).to_contain_text("moves to running in 2s")
    page.get_by_role("button", name="Waiting 1").click()
    page.wait_for_url(re.compile("chips=waiting&at="))
    page.reload()
    expect(past).to_contain_text("as it was at 09:30:01, ")
    details = page.get_by_role("complementary", name="Details")
    expect(details.locator(".details-facts")).to_contain_text("queued")
    expect(page.get_by_role("button", name="Waiting 1")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Until idle")).to_have_count(0)
    page.goto(page.url.replace(f"resource%3A{run['id']}", "entry%3A999"))
    expect(details).to_contain_text("It had not happened at this moment.")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(past).to_be_hidden()
    expect(waiting).to_contain_text("Enter the 6-digit code")


@pytest.fixture
def open_report(page, deck, tmp_path):
    def open_report():
        deck.write_html(tmp_path / "report.html")
        page.goto((tmp_path / "report.html").as_uri())

    return open_report


def test_a_report_of_one_moment_has_room_for_the_label_of_now(page, deck_client, open_report):
    deck_client.get("/agents")
    open_report()
    axis = page.locator(".tl-axis").bounding_box()
    assert page.get_by_text("now 09:30:00").bounding_box()["x"] >= axis["x"]


@pytest.mark.deck(lint="off")
def test_many_marks_of_the_first_moment_are_inside_the_plot(page, deck, deck_client, open_report):
    ready = deck.ready_task()
    run = deck_client.post(f"/tasks/{ready.task_id}/run", json=ready.login).json()
    for _ in range(12):
        deck_client.get(f"/task-runs/{run['id']}")
    open_report()
    mark = page.get_by_role("button", name=re.compile("^1. marks: "))
    plot = page.locator(".tl-plot", has=mark)
    assert mark.bounding_box()["x"] >= plot.bounding_box()["x"]


def test_a_report_without_lanes_does_not_blame_the_filter(page, deck_client, open_report):
    deck_client.get("/agents")
    open_report()
    expect(page.get_by_text("No run or login.")).to_be_visible()
    expect(page.get_by_text("No lane matches the filter.")).to_be_hidden()


def test_a_report_shows_a_past_moment_which_its_address_keeps(page, deck, open_report):
    deck.start_run("mfa_then_success", status="interaction_required")
    open_report()
    drag_to_the_beginning(page.locator(".tl-axis"))
    page.wait_for_url(re.compile("at="))
    page.reload()
    expect(page.locator(".past-bar")).to_contain_text("as it was at 09:30:00")
    expect(page.get_by_role("row", name=re.compile("Run 1"))).to_contain_text("queued")
    page.keyboard.press("Escape")
    expect(page.get_by_role("row", name=re.compile("Run 1"))).to_contain_text("interaction")
