import json

import pytest
from recordings import read_recording

from deck_sim.server.inspector.html_report import record_world


@pytest.fixture
def record(deck, tmp_path):
    def record():
        deck.write_html(tmp_path / "page.html")
        return read_recording(tmp_path / "page.html")

    return record


def test_a_page_keeps_what_can_be_opened_in_it(deck, deck_client, deck_webhooks, record):
    queue = deck.create("event-destinations", {"name": "Q", "type": "hookdeck", "events": ["*"]})
    run = deck.start_run("mfa_then_success", status="interaction_required")
    deck_client.get("/agents")
    answers = record()["answers"]
    delivery, call, event = deck.deliveries[0], deck.requests[-1], deck.events[0]
    for path in (
        f"resources/{run['id']}",
        f"requests/{call['request_id']}",
        f"deliveries/{delivery['id']}",
        f"events/{event['id']}",
        "scenarios/mfa_then_success",
        "findings",
        "next",
        f"destinations/{queue['id']}/messages",
    ):
        assert f"/_sim/{path}" in answers


def test_a_page_is_small_enough_to_be_kept_for_each_failure(deck, record, tmp_path):
    """Modules have no comments, and only the tables of the world's edition are recorded."""
    deck.start_run("mfa_then_success", status="interaction_required")
    answers = record()["answers"]
    assert [*answers["/_sim/schemas"]["editions"]] == ["connections"]
    assert len(json.dumps(answers)) < 30_000
    assert (tmp_path / "page.html").stat().st_size < 250_000


@pytest.mark.deck(edition="credentials")
def test_a_page_keeps_no_secrets_of_destinations(deck, deck_client, record):
    """The API shows its owner the URL and headers of a webhook; a page may be sent to anybody."""
    webhook = {"url": "http://me:hunter2@127.0.0.1/?token=hunter2"}
    webhook["custom_headers"] = '{"X-Auth": "hunter2"}'
    body = {"name": "W", "type": "webhook", "webhook": webhook, "events": ["*"]}
    assert deck_client.post("/event-destinations", json=body).status_code == 201
    deck_client.post("/agents", json={"name": "Concierge"})
    recording = record()
    assert "127.0.0.1/?token=•••" in f"{recording['answers']}"
    assert "hunter2" not in f"{recording}"


def test_the_details_of_the_latest_500_records_are_kept():
    calls = [{"kind": "call", "id": f"req_{n}"} for n in range(501)]
    answer = {"data": calls, "events": [], "world": {"edition": "x"}, "editions": {"x": {}}}
    recording = record_world(lambda path: json.dumps(answer))
    assert len(recording["data"]) == 501
    requests = [path for path in recording["answers"] if path.startswith("/_sim/requests/")]
    assert requests == [f"/_sim/requests/req_{n}" for n in range(1, 501)]
