from playwright.sync_api import expect


def details(page):
    return page.get_by_role("complementary", name="Details")


def toast(page, text):
    expect(page.get_by_role("status").get_by_text(text, exact=True)).to_be_visible()


def test_calls_are_listed_filtered_opened_and_copied(new_page, open_tab, api):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    for _ in range(60):
        api.get("/agents")
    api.get("/agents/agt_none")
    api.post("/agents", json={"name": "Concierge"})
    rows = open_tab(page, "journal").locator(".call-row")
    expect(rows).to_have_count(62)
    expect(rows.first).to_contain_text("POST")
    expect(rows.first).to_be_in_viewport()
    page.keyboard.press("/")
    page.keyboard.type("404")
    expect(page.get_by_text("1 of 62 calls")).to_be_visible()
    for key in (*["Tab"] * 6, "Enter"):
        page.keyboard.press(key)
    expect(details(page)).to_contain_text("request/agent_not_found")
    details(page).get_by_role("button", name="Copy as pytest assertion").click()
    expect(details(page).locator("[data-state=copied]")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    args = '"GET /v2/agents/agt_none", error="request/agent_not_found"'
    assert copied == f"deck.requests.assert_called({args})"
    page.get_by_role("searchbox").fill("")
    expect(rows).to_have_count(62)
    rows.first.click()
    expect(details(page)).to_contain_text("What it caused")


def test_chips_show_some_calls_only(page, open_tab, api):
    for _ in range(9):
        api.get("/agents")
    api.post("/agents", json={"name": "Concierge"})
    api.post("/agents", json={"nmae": "Concierge"})
    rows = open_tab(page, "journal").locator(".call-row")
    for name, count in (("errors 1", 1), ("creates 1", 1), ("reads 9", 9)):
        page.get_by_role("button", name=name).click()
        expect(rows).to_have_count(count)
        page.get_by_role("button", name=name).click()
    expect(rows).to_have_count(11)
    page.get_by_role("searchbox").fill("post 400")
    expect(rows).to_have_count(1)


def test_a_finding_is_listed_when_it_comes_up(page, open_tab, api, sim):
    """Neither a refused call nor a queued scenario makes an entry of the timeline."""
    api.get("/agents")
    open_tab(page, "journal")
    findings = page.locator("details.lint")
    expect(page.locator(".call-row")).to_have_count(1)
    api.get("/agents/agt_none")
    findings.get_by_text("1 finding").click()
    reason, *_ = [row["reason"] for row in sim.get("/findings").json()["data"]]
    expect(findings).to_contain_text(reason.replace("`", ""))
    sim.post("/queue", json={"resource": "task_run", "scenarios": ["success"]})
    expect(findings).to_contain_text("queued for a task_run but never played: success")


def test_webhooks_are_shown_with_their_attempts_and_sent_again(
    page, open_tab, api, advance, receiver, subscribe
):
    open_tab(page, "webhooks")
    expect(page.get_by_text("deck_webhooks.wait_for")).to_be_visible()
    receiver.say(500, 200)
    subscribe("agent.created")
    api.post("/agents", json={"name": "Concierge"})
    advance("1s")
    row = page.locator(".delivery")
    expect(row).to_contain_text("Attempt 2 of 4 in 4s")
    expect(row.get_by_role("button", name="Replay")).to_be_disabled()
    advance("4s")
    row.get_by_role("button", name="Replay").click()
    toast(page, "agent.created was sent again")
    expect(row.locator(".attempt.tone-good")).to_have_count(2)
    row.get_by_role("button", name="agent.created", exact=True).click()
    expect(details(page)).to_contain_text("The signature is valid")
    page.get_by_role("button", name="Failed").click()
    config = {"queue_url": "https://sqs.example/1/bookings", "region": "eu-west-1"}
    body = {"name": "queue", "type": "aws_sqs", "config": config, "events": ["agent.created"]}
    assert api.post("/event-destinations", json=body).status_code == 201
    api.post("/agents", json={"name": "Queued"})
    advance("1s")
    page.get_by_text("1 message in the queue").click()
    expect(page.get_by_text('"name": "Queued"')).to_be_visible()
    expect(page.locator(".delivery")).to_have_count(1)


def test_a_destination_that_was_given_up_says_why_and_is_made_active_again(
    page, open_tab, api, advance, receiver, subscribe
):
    receiver.say(b"HTTP/1.1 503 So\r\nContent-Length: 18\r\n\r\ndatabase is locked")
    subscribe("agent.created")
    api.post("/agents", json={"name": "Concierge"})
    advance("3m")
    api.post("/agents", json={"name": "Unheard"})
    open_tab(page, "webhooks")
    expect(page.get_by_role("button", name="Webhooks")).to_contain_text("1 failed")
    row = page.locator(".delivery")
    expect(row).to_contain_text("No attempt is left: 4 failed, the last with 503")
    expect(row.get_by_role("button", name="Replay")).to_be_disabled()
    row.get_by_role("button", name="agent.created", exact=True).click()
    answers = details(page).get_by_text("database is locked")
    expect(answers.last).to_be_visible()
    expect(answers.first).to_be_hidden()
    page.get_by_role("button", name="Activate destination").first.click()
    toast(page, "event destination: active")
    row.get_by_role("button", name="Replay").click()
    expect(row).to_contain_text("Next attempt in 5s")


def test_a_scenario_is_found_read_and_chosen(page, open_tab, sim):
    open_tab(page, "scenarios").get_by_role("searchbox").fill("one-time code")
    page.get_by_role("button", name="mfa_then_success:").click()
    expect(details(page).get_by_role("region", name="YAML")).to_contain_text("interaction_required")
    details(page).get_by_role("button", name="Play next").click()
    toast(page, "mfa_then_success is queued for the next task run")
    details(page).get_by_role("button", name="Make default").click()
    expect(details(page).get_by_role("button", name="Is the default")).to_be_disabled()
    assert sim.get("/queue").json()["queues"] == {"task_run": ["mfa_then_success"]}
    assert sim.get("/world").json()["default_scenario"] == "mfa_then_success"


def test_controls_change_what_happens_next(page, open_tab, sim):
    open_tab(page, "controls")
    page.get_by_label("Scenario to queue").fill("source_down")
    page.get_by_role("button", name="Queue", exact=True).click()
    toast(page, "source_down is queued")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text("Nothing is queued.")).to_be_visible()
    for what, field in (("task_run.completed", "event"), ("POST /v2/agents", "call")):
        page.get_by_role("region", name="Holds").get_by_role("combobox").fill(what)
        page.get_by_role("button", name="Hold", exact=True).click()
        toast(page, f"Holds {what}")
        assert sim.get("/holds").json()["data"][0][field] == what
        page.get_by_role("button", name=f"Release the hold {what}").click()
        expect(page.get_by_text("Nothing is held.")).to_be_visible()
    page.get_by_label("timeout cap").fill("60")
    page.get_by_label("rate limit").fill('{"requests": 5, "per": "1m"}')
    page.get_by_role("button", name="Save").click()
    toast(page, "Changed timeout cap, rate limit")
    world = sim.get("/world").json()
    assert (world["timeout_cap"], world["rate_limit"]["requests"]) == (60, 5)


def test_troubles_of_one_click_can_be_added_and_removed(page, open_tab, sim):
    open_tab(page, "controls")
    faults = page.get_by_role("region", name="Faults")
    buttons = faults.get_by_role("group", name="The next ").get_by_role("button")
    for count in range(1, 7):
        buttons.nth(count - 1).click()
        expect(faults.get_by_role("listitem")).to_have_count(count)
    effects = {"lost_response", "status", "error", "duplicate", "reorder", "delay"}
    assert effects <= {name for fault in sim.get("/faults").json()["data"] for name in fault}
    faults.get_by_role("button", name="Remove the fault").first.click()
    expect(faults.get_by_role("listitem")).to_have_count(5)
    faults.get_by_role("button", name="Clear all").click()
    expect(faults).to_contain_text("There is no fault.")


def test_each_fault_can_be_chosen_and_copied(page, open_tab, sim):
    open_tab(page, "controls")
    faults = page.get_by_role("region", name="Faults")
    schemas = sim.get("/schemas").json()["faults"]
    effects = [f"{family}.{effect}" for family, rows in schemas.items() for effect in rows]
    refused = []
    for effect in effects:
        faults.get_by_label("What happens").select_option(effect)
        if effect == "event.content_type":  # which has no usual value
            faults.get_by_label("content type").fill("text/html")
        faults.get_by_role("button", name="Add the fault").click()
        expect(page.locator(".toast")).to_have_count(1)
        refused += page.locator(".toast.tone-bad").all_inner_texts()
        page.locator(".toast").get_by_role("button").click()
    assert refused == []
    expect(faults.get_by_role("listitem")).to_have_count(len(effects))
    faults.get_by_label("What happens").select_option("match.error")
    faults.locator("select[name=error]").select_option("source/source_blocked")
    faults.locator("input[name=times]").fill("3")
    faults.get_by_text("The same from a program").click()
    code = faults.locator("pre").nth(1)
    assert code.inner_text() == (
        'deck.fault({"times": 3, "match": "* /v2/**", "error": "source/source_blocked"})'
    )


def test_a_trouble_can_be_made_for_the_call_the_run_or_the_webhook_in_hand(
    page, open_tab, api, sim, run_task, subscribe, advance
):
    subscribe("task_run.queued")
    run = run_task("success")["id"]
    advance("1s")
    api.get(f"/task-runs/{run}")
    call = sim.get("/requests").json()["data"][-1]["request_id"]
    delivery = sim.get("/deliveries").json()["data"][0]["id"]
    for ref in (f"call:{call}", f"resource:{run}", f"delivery:{delivery}"):
        open_tab(page, select=ref)
        details(page).get_by_role("group", name="The next ").get_by_role("button").first.click()
        expect(page.locator(".toast.tone-good")).to_contain_text("The next ")
    faults = sim.get("/faults").json()["data"]
    of_run = f"GET /v2/task-runs/{run}"
    assert [fault.get("match") for fault in faults] == [of_run, of_run, None]
    assert faults[-1]["event"] == "task_run.queued"
    open_tab(page, select=f"resource:{run}")
    details(page).get_by_label("Stop before").select_option("task_run.completed")
    details(page).get_by_role("button", name="Hold").click()
    toast(page, "Stops before task_run.completed")
    [hold] = sim.get("/holds").json()["data"]
    assert (hold["event"], hold["of"]) == ("task_run.completed", run)


def test_a_world_is_reset_after_a_question(page, open_tab, sim, task):
    reset = open_tab(page, "controls").get_by_role("button", name="Reset the world…")
    reset.click()  # the browser of a test says no to questions
    assert sim.get("/world").json()["resources"]["task"] == 1
    page.once("dialog", lambda question: question.accept())
    reset.click()
    toast(page, "The world is empty")
    assert sim.get("/world").json()["resources"]["task"] == 0


def test_scenarios_have_pictures_and_tags_are_buttons(page, open_tab, run_task, advance):
    open_tab(page, "scenarios")
    cards = page.get_by_role("main").get_by_role("listitem")
    picture = cards.get_by_role("img", name="source_down: ")
    expect(picture).to_contain_text("source/source_not_available")
    page.get_by_role("group", name="Tags").get_by_role("button", name="mfa 1").click()
    expect(cards).to_have_count(11)
    page.get_by_role("button", name="mfa_then_success: ").click()
    played = details(page).locator(".is-played")
    expect(details(page).get_by_role("img")).to_contain_text("Enter the 6-digit code")
    expect(played).to_have_count(0)
    run = run_task("mfa_then_success")["id"]
    expect(played).to_have_count(1)
    open_tab(page, select=f"resource:{run}")
    expect(details(page).get_by_role("img")).to_contain_text("Enter the 6-digit code")


def test_a_run_is_started_without_a_program(page, open_tab, sim):
    open_tab(page)
    page.get_by_label("watch a run without a program").select_option("needs_approval")
    expect(page.get_by_role("img", name="needs_approval: ")).to_be_visible()
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("row", name="Run 1")).to_be_visible()
    expect(details(page)).to_contain_text("The clock is frozen; it becomes running in 2s.")
    open_tab(page, "scenarios", select="scenario:source_down")
    expect(details(page)).to_contain_text('deck.start_run("source_down")')
    details(page).get_by_role("button", name="Play", exact=True).click()
    expect(details(page)).to_contain_text("Run 2")
    assert [run["status"] for run in sim.get("/task-runs").json()["data"]] == ["queued"] * 2


def test_controls_claim_nothing_before_the_server_has_answered(page, open_tab, api, watch):
    watch.refusals_are_expected = True
    open_tab(page)
    page.route("**/_sim/**", lambda call: call.abort())
    page.keyboard.press("5")
    expect(page.get_by_role("main")).to_contain_text("The server does not answer.")
    page.unroute("**/_sim/**")
    expect(page.get_by_label("session limit")).to_be_visible()
    expect(page.get_by_text("Nothing is queued.")).to_be_visible()
    page.route("**/_sim/world", lambda call: call.abort())
    api.get("/agents")
    expect(page.get_by_role("button", name="Calls 1")).to_be_visible()
    expect(page.get_by_label("session limit")).to_be_visible()
