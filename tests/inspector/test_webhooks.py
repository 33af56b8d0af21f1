"""The tab with the destinations and deliveries."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def open_webhooks(server, key):
    """Open the tab of the world of the test."""

    def open_(page):
        page.goto(f"{server.url}/_sim/ui#key={key}&tab=webhooks")

    return open_


@pytest.fixture(params=["connections", "credentials"])
def edition(request, sim):
    """The edition of the world, whose clock is frozen."""
    sim.post("/reset", json={"mode": "frozen", "edition": request.param})
    return request.param


def register(api, edition, *, url, events=("*",)):
    """Register a webhook in the words of the edition."""
    given = {"config": {"url": url}} if edition == "connections" else {"webhook": {"url": url}}
    body = {"name": f"to {url}", "type": "webhook", **given, "events": [*events]}
    assert api.post("/event-destinations", json=body).status_code == 201


def test_the_empty_tab_shows_a_call_that_registers_a_destination(
    page, open_webhooks, edition, server, sim
):
    open_webhooks(page)
    expect(page.get_by_text("deck_webhooks.wait_for")).to_be_visible()
    sent = page.locator("pre", has_text="curl").inner_text().split("--data-raw '")[1][:-1]
    answer = sim.post(f"{server.base_url}/event-destinations", content=sent)
    assert answer.status_code == 201, answer.text
    expect(page.get_by_role("button", name="local").first).to_be_visible()


def test_a_delivery_shows_its_attempts_and_the_next_one(page, open_webhooks, edition, api, sim):
    register(api, edition, url="http://127.0.0.1:9/dead")
    api.post("/agents", json={"name": "Concierge"})
    sim.post("/clock/advance", json={"by": "1s"})
    open_webhooks(page)
    row = page.locator(".delivery")
    expect(row).to_contain_text("agent.created")
    expect(row.locator(".attempt.tone-bad")).to_have_count(1)
    expect(row).to_contain_text("Attempt 2 of 4 in 4s")
    expect(row.get_by_role("button", name="Replay")).to_be_disabled()


def test_a_delivery_that_is_over_is_replayed(page, open_webhooks, subscribe, agent, sim, receiver):
    sim.post("/reset", json={"mode": "frozen"})
    subscribe("agent.created")
    agent()
    sim.post("/clock/advance", json={"by": "1s"})
    open_webhooks(page)
    page.get_by_role("button", name="Replay agent.created").click()
    expect(page.locator(".attempt.tone-good")).to_have_count(2)
    expect(page.get_by_text("agent.created was sent again")).to_be_visible()


def test_deliveries_are_grouped_and_filtered(page, open_webhooks, edition, api, sim):
    register(api, edition, url="http://127.0.0.1:9/dead", events=["agent.created"])
    register(api, edition, url="http://127.0.0.1:9/too", events=["agent.created", "source.created"])
    api.post("/agents", json={"name": "Concierge"})
    sim.post("/clock/advance", json={"by": "1s"})
    api.post("/agents", json={"name": "Second"})
    open_webhooks(page)
    groups = page.locator(".deliveries h3")
    expect(groups).to_have_count(2)
    expect(groups.first).to_contain_text("to http://127.0.0.1:9/too")
    page.get_by_role("button", name="By event").click()
    expect(groups).to_contain_text(["agent.created", "agent.created"])
    expect(page.locator(".delivery")).to_have_count(4)
    page.get_by_role("button", name="Failed").click()
    expect(page.locator(".delivery")).to_have_count(2)


def test_keys_go_through_the_deliveries(page, open_webhooks, subscribe, agent, sim):
    sim.post("/reset", json={"mode": "frozen"})
    subscribe("agent.created")
    for name in ("first", "second"):
        agent(name)
        sim.post("/clock/advance", json={"by": "1s"})
    open_webhooks(page)
    expect(page.locator(".delivery")).to_have_count(2)
    for key in ("j", "j", "ArrowUp", "j", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".delivery.is-active")).to_contain_text("09:30:00")
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("agent.created")


def test_a_queue_shows_its_messages(page, open_webhooks, api, sim):
    sim.post("/reset", json={"mode": "frozen"})
    config = {"queue_url": "https://sqs.example/1/bookings"}
    body = {"name": "queue", "type": "aws_sqs", "config": config, "events": ["agent.created"]}
    api.post("/event-destinations", json=body)
    api.post("/agents", json={"name": "Concierge"})
    sim.post("/clock/advance", json={"by": "1s"})
    open_webhooks(page)
    page.get_by_text("1 message in the queue").click()
    page.locator(".messages").get_by_text("agent.created", exact=True).first.click()
    expect(page.locator(".messages deck-body")).to_contain_text("Concierge")
