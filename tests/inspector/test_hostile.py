"""Text of a world is text on the page, whatever it looks like and wherever it stands."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

HOSTILE = '"><b data-hacked>x</b><img src=x onerror=hacked=1></script><!-- \u202e\u2028 ${x} &lt;'
HEADER = HOSTILE.encode("ascii", "ignore").decode()
ID = HOSTILE.replace("/", "")  # a call could not name it
SCENARIO = {
    "name": "hostile",
    "summary": HOSTILE,
    "task_run": [
        {"running": "1s"},
        {"screenshot": HEADER},
        {"file": {"name": HEADER, "content": HOSTILE}},
        {
            "interaction_required": {
                "type": "mfa",
                "message": HOSTILE,
                "fields": [{"name": HOSTILE, "type": "string", "label": HOSTILE}],
                "accept": {HOSTILE: "right"},
                "on_rejected": [{"failed": {"error": "auth/mfa_invalid", "message": HOSTILE}}],
            }
        },
        {"running": "1s"},
        {"completed": {"output": {HOSTILE: [HOSTILE]}}},
    ],
}


@pytest.fixture
def hostile_world(api, sim, advance, receiver, subscribe):
    """A world with hostile text in every place that a caller can fill."""
    answer = sim.put("/scenarios/hostile", json=SCENARIO)
    assert answer.status_code == 200, answer.text
    sim.patch("/world", json={"keep_headers": ["x-request-id"]}).raise_for_status()
    head = f"HTTP/1.1 500 X\r\nX-Hostile: {HEADER}\r\nContent-Length: {len(HEADER)}\r\n\r\n"
    receiver.say((head + HEADER).encode())
    subscribe(path=f"/{quote(HEADER)}", name=HOSTILE)
    agent, source, task, login = (f"{name}_{ID}" for name in ("a", "s", "t", "c"))
    seeded = {
        "agents": [{"id": agent, "name": HOSTILE}],
        "sources": [{"id": source, "type": "website", "website": {"url": "https://h.example"}}],
        "tasks": [{"id": task, "name": HOSTILE, "agent_id": agent, "status": "live"}],
        "connections": [
            {"id": login, "source_id": source, "auth_method": "none", "external_id": HOSTILE}
        ],
    }
    sim.post("/seed", json={"resources": seeded}).raise_for_status()
    headers = {"User-Agent": HEADER, "X-Request-Id": HEADER, "Deck-Sim-Scenario": "hostile"}
    run = {"connection_id": login, "input": {HOSTILE: HOSTILE}}
    started = api.post(f"/tasks/{quote(task, safe='')}/run", json=run, headers=headers)
    started.raise_for_status()
    advance("5s")
    path = f"/task-runs/{started.json()['id']}/interaction"
    api.post(path, json={"inputs": {HOSTILE: HOSTILE}})
    api.post(f"/agents/{quote(HOSTILE, safe='')}", content=HOSTILE.encode(), headers=headers)
    api.get("/agents", params={HOSTILE: HOSTILE})
    sim.post("/faults", json={"match": "GET /v2/agents", "status": 502, "body": HOSTILE})
    api.get("/agents", headers={"Idempotency-Key": HEADER})
    return sim


def refs(sim):
    """Everything that has details."""
    timeline = sim.get("/timeline").json()["data"]
    for entry in timeline:
        if entry["kind"] == "call":
            yield f"call:{entry['id']}"
            continue
        yield f"entry:{entry['number']}"
        if entry["id"]:
            delivery = entry["kind"] == "event_delivery"
            yield f"{'delivery' if delivery else 'resource'}:{entry['id']}"
    yield from (f"event:{event['id']}" for event in sim.get("/events").json()["data"])
    yield "scenario:hostile"


@pytest.mark.parametrize("tab", ["timeline", "journal", "webhooks", "scenarios", "controls"])
def test_no_tab_takes_text_for_html(page, open_tab, hostile_world, tab):
    open_tab(page, tab)
    expect(page.get_by_role("main")).not_to_be_empty()
    assert page.evaluate("typeof hacked") == "undefined"
    expect(page.locator("[data-hacked]")).to_have_count(0)


def test_no_details_take_text_for_html(page, open_tab, hostile_world):
    open_tab(page)
    seen = ""
    for ref in dict.fromkeys(refs(hostile_world)):
        page.evaluate("hash => { location.hash = hash }", open_place(page, ref))
        details = page.get_by_role("complementary", name="Details")
        expect(details).to_be_visible()
        expect(details).not_to_contain_text("Loading")
        seen += details.inner_text()
    assert page.evaluate("typeof hacked") == "undefined"
    expect(page.locator("[data-hacked]")).to_have_count(0)
    assert seen.count("<b data-hacked>x</b>") > 20


def open_place(page, ref):
    """The fragment of the page, with other details."""
    return page.evaluate(
        """ref => {
            const place = new URLSearchParams(location.hash.slice(1));
            place.set("select", ref);
            return place.toString();
        }""",
        ref,
    )
