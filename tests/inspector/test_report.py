"""The report on a world: one file, which shows what the inspector shows, and changes nothing."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from deck_sim.server.inspector.report import write_page

HOSTILE = "</script><!-- <script>hacked=1</script><img src=x onerror=hacked=1> \u2028 ${1} ' \" \\"
AT = "2025-01-15T09:30:00Z"
WORLD = {"world": "w1", "key": "sk_…", "epoch": "1", "edition": "connections", "now": AT}
RUN = {"number": 1, "at": AT, "kind": "task_run", "id": HOSTILE, "what": HOSTILE}


def record(**changes):
    """A recording of a world with one run."""
    clock = {"mode": "frozen", "speed": 1, "step": None}
    created = {**RUN, "status": "queued", "about": {"scenario": HOSTILE}}
    failed = {**RUN, "number": 2, "status": "failed", "changes": {"errors": [{"message": HOSTILE}]}}
    return {
        "world": {**WORLD, **clock},
        "entries": [created, failed],
        "calls": [],
        "events": [],
        "next": {"now": AT, "due": [], "waiting": [], "unfinished": [], "unfinished_total": 0},
        "answers": {},
        **changes,
    }


@pytest.fixture
def open_report(page, tmp_path):
    """Write a report and open its file."""

    def open_report(recording, title="A test", text=""):
        file = tmp_path / "report.html"
        file.write_text(write_page(recording, title, text), encoding="utf-8")
        page.goto(file.as_uri())
        expect(page.get_by_text("recording", exact=True)).to_be_visible()

    return open_report


def test_no_text_of_a_world_leaves_its_place(page, open_report):
    open_report(record(), HOSTILE, f"{HOSTILE}\n{HOSTILE}")
    expect(page.locator(".recording-name")).to_have_text(HOSTILE)
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("img").count() == 0


def test_a_report_shows_the_failure_of_a_test(page, open_report):
    text = "def test_it():\n>  assert 1 == 2\nE  assert 1 == 2\n\nthe rest"
    open_report(record(), "test_it", text)
    expect(page.get_by_role("group").get_by_text("the rest")).not_to_be_visible()
    page.get_by_text("assert 1 == 2", exact=True).click()
    expect(page.get_by_text("the rest")).to_be_visible()


def test_a_report_has_nothing_that_changes_a_world(page, open_report):
    open_report(record())
    tabs = page.get_by_role("navigation", name="Views").get_by_role("button")
    expect(tabs).to_have_text(["Timeline1", "Calls0", "Webhooks0"])
    expect(page.get_by_role("button", name="Advance")).to_have_count(0)


def test_a_report_runs_only_its_own_scripts(page, open_report, watch):
    open_report(record())
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "hacked = 1";
        document.body.append(script);
    }""")
    assert page.evaluate("typeof hacked") == "undefined"
    [complaint] = watch.complaints
    assert "Content Security Policy" in complaint
    watch.complaints.clear()


def test_everything_in_a_report_can_be_opened(page, deck, deck_client, deck_webhooks, tmp_path):
    run = deck.start_run("mfa_then_success", status="interaction_required")
    deck_client.post("/agents", json={"name": [1]})
    file = tmp_path / "report.html"
    deck.write_html(file)
    details = page.get_by_role("complementary", name="Details")
    for ref, text in {
        f"resource:{run['id']}": "interaction_required:",
        f"call:{deck.requests[-1]['request_id']}": "must be text, not a list",
        f"event:{deck.events[0]['id']}": "created_at",
        f"delivery:{deck.deliveries[0]['id']}": "webhook-signature",
        "scenario:mfa_then_success": "one-time code",
    }.items():
        page.goto(f"{file.as_uri()}#{urlencode({'select': ref})}")
        expect(details).to_contain_text(text)
        expect(details).not_to_contain_text("not in the recording")
