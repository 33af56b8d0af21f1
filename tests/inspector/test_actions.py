import re

from playwright.sync_api import expect


def test_a_prompt_is_answered_and_the_run_plays_to_its_end(page, open_tab, run_task, advance):
    waiting = page.get_by_role("region", name="What is unfinished")
    run = run_task("mfa_then_success")
    open_tab(page)
    expect(page).to_have_title("deck-sim")
    advance("20s")
    expect(page).to_have_title("(1) deck-sim")
    expect(waiting).to_contain_text("Enter the 6-digit code")
    page.keyboard.press("a")
    expect(page.get_by_label("Verification code")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(waiting.get_by_role("alert")).to_have_text("Wrong code, 2 of 3 left")
    expect(waiting.get_by_label("code")).to_have_value("")
    page.keyboard.press("Escape")
    expect(waiting.get_by_label("code")).to_have_count(0)
    expect(waiting.get_by_role("button", name="Answer")).to_be_focused()
    page.goto(page.url + f"&select=resource:{run['id']}")
    details = page.get_by_role("complementary", name="Details")
    expect(details.get_by_role("region", name="YAML").locator("[aria-current]")).to_have_text(
        "- interaction_required:"
    )
    details.get_by_role("button", name="Fill in").click()
    page.keyboard.press("Enter")
    expect(details.locator(".details-facts")).to_contain_text("running")
    page.keyboard.press("i")
    expect(waiting).to_contain_text("Nothing is unfinished")
    details.locator(".history-row", has=page.locator(".badge", has_text="running")).first.click()
    expect(details.locator(".yaml [aria-current]")).to_contain_text("running: 8s")
    page.keyboard.press("Escape")
    expect(details).to_be_hidden()


def test_a_row_keeps_its_place_while_somebody_works_on_it(page, open_tab, run_task, advance):
    for _ in range(2):
        run_task("mfa_then_success")
    advance("20s")
    names = open_tab(page).locator(".waiting-name")
    expect(names).to_have_text(["Run 1", "Run 2"])
    page.keyboard.press("a")
    expect(page.get_by_label("Verification code")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Wrong code, 2 of 3 left")
    expect(names).to_have_text(["Run 1", "Run 2"])


def test_unfinished_counts_no_webhooks_and_says_which_rows_are_missing(
    page, open_tab, run_task, advance, subscribe, receiver
):
    receiver.say(*[500] * 9)
    subscribe("task_run.running")
    for _ in range(3):
        run_task("mfa_then_success")
    advance("3s")
    waiting = open_tab(page).get_by_role("region", name="What is unfinished")
    expect(waiting).to_contain_text(re.compile(r"^\s*3 unfinished"))
    expect(waiting).to_contain_text("3 webhooks: 3 on the way")
    for _ in range(200):
        run_task()
    expect(waiting).to_contain_text("203 unfinished")
    waiting.get_by_role("button", name="Show 196 more").click()
    expect(waiting).to_contain_text("The latest 200 of 206.")


def test_every_button_of_a_resource_does_what_it_says(page, open_tab, sim, api, run_task, advance):
    sim.post("/holds", json={"event": "task_run.completed"})
    cases = [
        ("success", "Release", "completed"),
        ("needs_approval", "Approve", "completed"),
        ("needs_approval", "Reject", "failed"),
        ("agent_never_starts", "Cancel run", "canceled"),
    ]
    runs = [run_task(scenario)["id"] for scenario, _, _ in cases]
    advance("20s")
    wrong = []
    for run, (_, button, status) in zip(runs, cases, strict=True):
        open_tab(page, select=f"resource:{run}")
        details = page.get_by_role("complementary", name="Details")
        details.get_by_role("button", name=button).first.click()
        expect(details.get_by_role("button", name=button)).to_have_count(0)
        reached = api.get(f"/task-runs/{run}").json()["status"]
        wrong += [] if reached == status else [(button, reached)]
    assert wrong == []


def test_the_timeout_of_a_prompt_is_no_advice_and_no_good_news(page, open_tab, run_task, advance):
    run_task("mfa_then_success")
    advance("10s")
    button = open_tab(page).get_by_role("button", name="Run 1 times out")
    expect(button).not_to_contain_class("button-primary")
    button.click()
    toast = page.locator(".toast.tone-bad")
    expect(toast).to_contain_text("interaction required → failed")
    main = page.get_by_role("main").bounding_box()
    assert toast.bounding_box()["y"] >= main["y"] + main["height"]  # it stays, and covers nothing


def test_the_clock_is_moved_and_set(page, open_tab, sim, run_task, watch):
    watch.refusals_are_expected = True
    run_task("success")
    time = open_tab(page).locator(".clock-time")
    page.get_by_role("button", name="Next 2s").click()
    expect(time).to_have_text("09:30:03")
    fields = {"Until": ("task_run.completed", "09:30:11"), "By": ("2m30s", "09:32:41")}
    for field, (text, clock) in {**fields, "To": ("2025-01-15T11:00:00Z", "11:00:00")}.items():
        page.get_by_role("button", name="Advance…").click()
        page.get_by_role("dialog").get_by_label(field, exact=True).last.fill(text)
        page.keyboard.press("Enter")
        expect(time).to_have_text(clock)
    page.get_by_role("button", name="Advance…").click()
    page.get_by_role("button", name="+1m").click()
    expect(time).to_have_text("11:01:00")
    page.get_by_role("button", name="Advance…").click()
    page.get_by_role("dialog").get_by_label("By", exact=True).last.fill("5 parsecs")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="5 parsecs")).to_be_visible()
    for mode, field, text in (("on poll", "Step", "5s"), ("real", "Speed", "60")):
        page.locator(".clock-face").click()
        page.get_by_label(mode).check()
        page.get_by_label(field).fill(text)
        page.get_by_role("button", name="Set the clock").click()
        expect(page.locator(".clock-day")).to_contain_text(mode)
    assert sim.get("/clock").json()["speed"] == 60


def test_keys_lead_through_the_page_and_the_theme_is_kept(page, open_tab, api):
    api.get("/agents")
    open_tab(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="Calls")).to_have_attribute("aria-current", "page")
    for theme in ("light", "dark"):
        page.get_by_role("button", name="Theme").click()
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
