"""The details that a click opens: resources, calls, events and deliveries."""

import pytest
from playwright.sync_api import expect

SCRIPT = """
version: 1
name: asks_twice
task_run:
  - running: 2s
  - interaction_required:
      type: mfa
      message: Enter the code
      fields: [{name: code, type: string, label: Code}]
      accept: {code: "123456"}
  - running: 3s
  - completed: {output: {nights: 2}}
"""
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>`\"' \u202e${x}{{y}}"


@pytest.fixture
def open_details(server, key):
    """Open the details of something in the world of the test; returns their panel."""

    def open_(page, type_, id_, **place):
        more = "".join(f"&{name}={value}" for name, value in place.items())
        page.goto(f"{server.url}/_sim/ui#key={key}&select={type_}:{id_}{more}")
        return page.get_by_role("complementary", name="Details")

    return open_


@pytest.fixture
def run(api, sim):
    """A run that plays `SCRIPT`, and waits for its code ten seconds after it was created."""
    sim.post("/reset", json={"mode": "frozen"})
    sim.put("/scenarios/asks_twice", content=SCRIPT)
    created = start_run(api, sim, scenario="asks_twice", input={"nights": 2})
    sim.post("/clock/advance", json={"by": "10s"})
    return created


def start_run(api, sim, *, scenario="success", name="Hotel", **body):
    """Create a run and all that it needs; returns it."""
    agent = api.post("/agents", json={"name": name}).json()["id"]
    site = {"type": "website", "name": name, "website": {"url": "https://hotel.example"}}
    source = api.post("/sources", json=site).json()["id"]
    task = api.post("/tasks", json={"name": name, "agent_id": agent}).json()["id"]
    login = {"source_id": source, "auth_method": "none", "external_id": name[:200]}
    connection = api.post("/connections", json=login).json()["id"]
    sim.post("/clock/advance", json={"by": "1s"})
    headers = {"Deck-Sim-Scenario": scenario}
    sent = {"connection_id": connection, **body}
    return api.post(f"/tasks/{task}/run", json=sent, headers=headers).json()


def test_the_step_that_a_run_is_at_is_marked(page, open_details, run):
    details = open_details(page, "resource", run["id"])
    marked = details.locator("deck-yaml [aria-current]")
    expect(marked).to_have_text("- interaction_required:")
    expect(marked).to_be_in_viewport()
    expect(details).to_contain_text("the header Deck-Sim-Scenario of the call")


def test_an_entry_of_the_history_marks_its_step(page, open_details, run):
    details = open_details(page, "resource", run["id"])
    details.locator(".history-row", has=page.locator(".badge", has_text="running")).click()
    expect(details.locator("deck-yaml [aria-current]")).to_have_text("- running: 2s")
    expect(details.locator(".history-row[aria-current=true]")).to_contain_text("running")


def test_a_run_is_answered_in_its_details(page, open_details, run):
    details = open_details(page, "resource", run["id"])
    details.get_by_label("Code").fill("123456")
    details.get_by_role("button", name="Answer", exact=True).click()
    expect(details.locator(".details-facts")).to_contain_text("running")
    page.keyboard.press("Escape")
    expect(details).to_be_hidden()


def test_a_call_shows_what_was_sent_and_answered(page, open_details, run, api):
    answer = api.post("/agents", json={"name": ""})
    details = open_details(page, "call", answer.json()["request_id"])
    expect(details.locator(".callout.tone-bad")).to_contain_text("request/input_missing")
    expect(details.locator(".callout.tone-bad code")).to_contain_text(
        ["request/input_missing", "name"]
    )
    bodies = details.locator("deck-body")
    expect(bodies.first).to_contain_text('name: ""')
    expect(bodies.last).to_contain_text('code: "input_missing"')


def test_a_call_leads_to_what_it_caused(page, open_details, run):
    details = open_details(page, "call", run["request_id"])
    expect(details).to_contain_text("chosen because")
    details.get_by_role("button", name="Run 1").first.click()
    expect(details.get_by_role("heading", level=2)).to_have_text("Run 1")


def test_a_call_is_copied_as_an_assertion(new_page, open_details, api):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    id_ = api.post("/agents", json={"name": "Concierge"}).json()["request_id"]
    details = open_details(page, "call", id_)
    details.get_by_role("button", name="Copy as pytest assertion").click()
    expect(details.locator("[data-state=copied]")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    given = '"POST /v2/agents", times=1, json={"name": "Concierge"}'
    assert copied == f"deck.requests.assert_called({given})"


def test_a_large_body_is_cut_until_it_is_wanted(page, open_details, run, api):
    answer = api.post("/agents", json={"name": "x" * 100_000})
    body = open_details(page, "call", answer.json()["request_id"]).locator("deck-body").first
    expect(body.locator("pre")).to_be_visible()
    assert len(body.inner_text()) < 10_000
    body.get_by_role("button", name="Show all (100 kB)").click()
    expect(body.get_by_role("button", name="Show all")).to_have_count(0)
    assert len(body.inner_text()) > 100_000


def test_a_delivery_shows_its_attempts_and_the_next_one(page, open_details, run, api, sim):
    config = {"url": "http://127.0.0.1:9/none"}
    body = {"name": "dead", "type": "webhook", "config": config, "events": ["*"]}
    api.post("/event-destinations", json=body)
    api.post("/agents", json={"name": "Concierge"})
    sim.post("/clock/advance", json={"by": "1s"})
    [delivery] = sim.get("/deliveries").json()["data"]
    details = open_details(page, "delivery", delivery["id"])
    expect(details).to_contain_text("Attempt 2 of 4 in 4s")
    details.locator(".attempts summary").click()
    expect(details.locator(".attempts")).to_contain_text("The signature is valid")
    expect(details.locator(".attempts")).to_contain_text("webhook-id")
    sim.post("/clock/advance", json={"by": "4s"})
    expect(details.locator(".attempts > li")).to_have_count(2)
    expect(details).to_contain_text("Attempt 3 of 4 in 25s")


def test_an_event_shows_its_body_and_deliveries(page, open_details, run, sim):
    event = sim.get("/events").json()["data"][-1]
    details = open_details(page, "event", event["id"])
    expect(details.locator("deck-body")).to_contain_text(event["type"])
    expect(details).to_contain_text(f"No destination is subscribed to {event['type']}.")


def test_hostile_text_is_only_shown(page, open_details, api, sim):
    sim.post("/reset", json={"mode": "frozen"})
    created = start_run(api, sim, name=HOSTILE, input={HOSTILE: HOSTILE})
    details = open_details(page, "resource", created["id"])
    expect(details).to_contain_text("<img src=x onerror=alert(1)>")
    details = open_details(page, "call", created["request_id"])
    expect(details).to_contain_text("<script>alert(2)</script>")
    expect(details).to_contain_text("\\u202e")
    assert page.locator("img, script:not([src])").count() == 0
