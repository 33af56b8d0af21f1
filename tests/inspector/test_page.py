from urllib.parse import quote, urlencode

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

TABS = ("timeline", "journal", "webhooks", "scenarios", "controls")
RULES = {"rules": {"target-size": {"enabled": True}}}  # beside those that are on by default
HOSTILE = (
    "</script><b data-hacked>x</b><img src=x onerror=hacked=1><!-- \u202e\u2028 ${x} &lt; ' \""
)
HEADER = HOSTILE.encode("ascii", "ignore").decode()
PROMPT = {
    "type": "mfa",
    "message": HOSTILE,
    "fields": [{"name": HOSTILE, "type": "string", "label": HOSTILE}],
    "accept": {HOSTILE: "right"},
    "on_rejected": [{"failed": {"error": "auth/mfa_invalid", "message": HOSTILE}}],
}
SCENARIO = {
    "name": "hostile",
    "summary": HOSTILE,
    "task_run": [
        {"running": "1s"},
        {"interaction_required": PROMPT},
        {"running": "1s"},
        {"completed": {"output": {HOSTILE: [HOSTILE]}}},
    ],
}


def details(page):
    return page.get_by_role("complementary", name="Details")


def refs_of(sim):
    types = {"call": "call", "event_delivery": "delivery"}
    for entry in sim.get("/timeline").json()["data"]:
        if entry["id"]:
            yield f"{types.get(entry['kind'], 'resource')}:{entry['id']}"
            yield f"entry:{entry['number']}"
    yield from (f"event:{event['id']}" for event in sim.get("/events").json()["data"])
    yield "scenario:mfa_then_success"


@pytest.fixture
def hostile_world(api, sim, advance, task, connection, receiver, subscribe):
    sim.put("/scenarios/hostile", json=SCENARIO).raise_for_status()
    head = f"HTTP/1.1 500 X\r\nX-Hostile: {HEADER}\r\nContent-Length: {len(HEADER)}\r\n\r\n"
    receiver.say((head + HEADER).encode())
    subscribe(path=f"/{quote(HEADER)}", name=HOSTILE)
    api.post("/agents", json={"name": HOSTILE}).raise_for_status()
    run = {"connection_id": connection["id"], "input": {HOSTILE: HOSTILE}}
    headers = {"User-Agent": HEADER, "Deck-Sim-Scenario": "hostile"}
    started = api.post(f"/tasks/{task['id']}/run", json=run, headers=headers).json()
    advance("5s")
    api.post(f"/task-runs/{started['id']}/interaction", json={"inputs": {HOSTILE: HOSTILE}})
    api.get(f"/agents/{quote(HOSTILE, safe='')}", params={HOSTILE: HOSTILE})
    sim.post("/faults", json={"match": "GET /v2/agents", "status": 502, "body": HOSTILE})
    api.get("/agents", headers={"Idempotency-Key": HEADER})
    return sim


def test_text_of_a_world_is_only_text(page, open_tab, hostile_world):
    for tab in TABS:
        open_tab(page, tab)
        expect(page.get_by_role("main")).not_to_be_empty()
    texts = ""
    for ref in dict.fromkeys((*refs_of(hostile_world), "scenario:hostile")):
        page.evaluate(
            "text => { location.hash = location.hash.replace(/&select=.*|$/, text) }",
            f"&{urlencode({'select': ref})}",
        )
        expect(details(page)).to_be_visible()
        expect(details(page)).not_to_contain_text("Loading")
        texts += details(page).inner_text()
    assert texts.count("<b data-hacked>x</b>") > 15
    assert page.evaluate("typeof hacked") == "undefined"
    expect(page.locator("[data-hacked]")).to_have_count(0)


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing(new_page, open_tab, busy_world, server, theme, width):
    page = new_page(color_scheme=theme, viewport={"width": width, "height": 800})
    all_violations = []

    def check(name):
        violations = Axe().run(page, options=RULES).response["violations"]
        all_violations.extend(
            (name, rule["id"], [node["html"] for node in rule["nodes"]]) for rule in violations
        )

    for tab in TABS:
        open_tab(page, tab)
        expect(page.get_by_role("main")).not_to_be_empty()
        check(tab)
    runs = busy_world.get("/task-runs").json()["data"]
    latest = {ref.split(":")[0]: ref for ref in refs_of(busy_world)}
    for ref in (*(f"resource:{run['id']}" for run in runs), *latest.values()):
        open_tab(page, select=ref)
        expect(details(page)).not_to_contain_text("Loading")
        check(ref)
    open_tab(page)
    expect(page.get_by_role("button", name="Answer").first).to_be_visible()
    for key in ("a", "?"):
        page.keyboard.press(key)
        check(key)
        page.keyboard.press("Escape")
    for name in ("Advance…", "frozen"):
        page.get_by_role("button", name=name).click()
        check(name)
    page.goto(f"{server.url}/_sim/ui")
    expect(page.get_by_role("listitem").first).to_be_visible()
    check("worlds")
    assert all_violations == []


def test_a_world_is_chosen_by_its_key_or_from_the_list(page, start_server, watch):
    server = start_server(keys=("sk_one",))
    watch.refusals_are_expected = True
    page.goto(f"{server.url}/_sim/ui")
    page.get_by_role("textbox").fill("sk_two")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The server refuses this key.")).to_be_visible()
    page.get_by_role("button", name="Choose a world").click()
    page.get_by_role("textbox").fill("sk_one")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Waiting for the first call")).to_be_visible()
    page.goto("about:blank")  # or else it would ask the first server on
    other = start_server()
    httpx2.get(f"{other.base_url}/agents", headers={"Authorization": "Bearer sk_right"})
    page.goto(f"{other.url}/_sim/ui#key=sk_mistyped")
    hint = page.get_by_role("status").filter(has_text="another key")
    hint.get_by_role("button").click()
    expect(page.get_by_text("No run yet")).to_be_visible()


def test_the_header_has_room_for_a_long_key(page, server):
    key = "sk_test_the_whole_flow_with_a_code_and_a_review[connections-on_poll]"
    with httpx2.Client(base_url=server.base_url, headers={"Authorization": f"Bearer {key}"}) as api:
        api.get("/agents")
    page.goto(f"{server.url}/_sim/ui#{urlencode({'key': key})}")
    expect(page.get_by_title(f"{key}: choose another world")).to_be_visible()
    outside = """bar => [...bar.querySelectorAll("*")].map(one => one.getBoundingClientRect())
        .filter(({right, bottom}) => right > bar.clientWidth || bottom > bar.offsetHeight)"""
    for width in (390, 721, 900, 1101, 1280):
        page.set_viewport_size({"width": width, "height": 600})
        assert page.locator(".bar").evaluate(outside) == [], width


def overlapping(page, first, second):
    """The texts of elements that lie on each other."""
    script = """([first, second]) => [...document.querySelectorAll(first)].flatMap(a =>
        [...document.querySelectorAll(second)].filter(b => {
            const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
            return p.width && q.width && p.left < q.right && q.left < p.right
                && p.top < q.bottom && q.top < p.bottom && a !== b;
        }).map(b => `${a.textContent} / ${b.textContent}`))"""
    return page.evaluate(script, [first, second])


@pytest.mark.parametrize(("width", "is_beside"), [(360, False), (768, True), (1280, True)])
def test_rows_follow_the_width_that_they_have(page, open_tab, busy_world, width, is_beside):
    run = busy_world.get("/next").json()["unfinished"][0]["id"]
    page.set_viewport_size({"width": width, "height": 800})
    open_tab(page, **({"select": f"resource:{run}"} if is_beside else {}))
    expect(details(page)).to_have_count(int(is_beside))
    expect(page.locator(".waiting-why").first).to_be_visible()
    assert overlapping(page, ".waiting-why, .waiting-help", ".waiting-name, .details") == []
    widths = page.locator(".waiting-why").evaluate_all("all => all.map(e => e.offsetWidth)")
    assert min(widths) > 240
    assert page.evaluate("document.body.scrollWidth") <= width


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_printed_over_times(page, open_tab, busy_world, advance, run_task, api, width):
    advance("59s731ms")
    run_task("source_down")
    advance("20s")
    api.post("/agents", json={"nmae": "Concierge"})
    page.set_viewport_size({"width": width, "height": 800})
    for tab, first, second in (
        ("webhooks", ".at-time .time", ".delivery-name > *"),
        ("journal", ".at-time", ".at-method, .at-path, .at-tags > *"),
        ("timeline", ".tl-length, .tl-tick, .tl-now, .tl-day", ".tl-corner, .tl-now, .tl-day"),
    ):
        open_tab(page, tab)
        expect(page.locator(first).first).to_be_attached()
        assert overlapping(page, first, second) == [], tab
        assert page.evaluate("document.body.scrollWidth") <= width


def test_the_page_goes_on_when_the_server_is_back(page, start_server, watch, key):
    before = start_server()
    watch.refusals_are_expected = True
    page.goto(f"{before.url}/_sim/ui#key={key}&select=resource:trun_lost")
    expect(page.locator(".live-live")).to_be_attached()
    before.stop()
    expect(page.get_by_text("The server has not answered since")).to_be_visible()
    start_server(before.port)
    expect(page.get_by_text("The server was restarted.")).to_be_visible()
    expect(details(page)).to_be_hidden()


def test_a_server_that_hangs_stops_the_clock_and_what_needs_it(page, open_tab, sim, run_task):
    sim.put("/clock", json={"mode": "real"})
    run_task("mfa_then_success")
    page.clock.install()
    open_tab(page)
    calls = []
    page.route("**/_sim/**", lambda call: calls.append(call))  # none is answered
    expect(page.locator(".live-silent")).to_have_text("not answering")
    expect(page.get_by_role("alert")).to_contain_text("has not answered since")
    expect(page.get_by_role("button", name="Until idle")).to_be_disabled()
    time = page.locator(".clock-time").inner_text()
    page.clock.run_for(5_000)
    expect(page.locator(".clock-time")).to_have_text(time)
    page.route("**/_sim/**", lambda call: call.continue_())
    for call in calls:
        call.continue_()
    expect(page.locator(".live-live")).to_be_attached()
    page.keyboard.press("n")
    expect(page.locator(".toast.tone-bad")).to_have_count(0)
    expect(page.locator(".clock-time")).not_to_have_text(time)


def test_the_page_and_the_report_begin_with_what_is_wrong(
    page, open_tab, api, sim, deck, deck_client, tmp_path
):
    api.post("/agents", json={"nmae": "Concierge"})
    sim.post("/holds", json={"event": "task_run.completed"})  # it may still be met
    findings = open_tab(page).locator(".lint")
    expect(findings.locator("summary")).to_contain_text("1 finding")
    expect(findings.locator("summary")).to_contain_text("did you mean 'name'?")
    expect(page.get_by_text("No run yet")).to_be_visible()
    deck_client.post("/agents", json={"nmae": "Concierge"})
    deck.write_html(tmp_path / "report.html")
    page.goto((tmp_path / "report.html").as_uri())
    findings.get_by_role("button", name="POST /v2/agents").click()
    expect(details(page)).to_contain_text("did you mean 'name'?")


def test_a_report_shows_a_world_without_a_server(
    page, deck, deck_client, deck_webhooks, tmp_path, watch
):
    run = deck.start_run("mfa_then_success", status="interaction_required")
    deck_client.post("/agents", json={"name": [1]})
    deck_client.post("/agents", json={"name": HOSTILE})
    file = tmp_path / "report.html"
    deck.write_html(file, title=HOSTILE, text=f"def test_it():\nE  {HOSTILE}\nthe rest")
    page.goto(file.as_uri())
    expect(page.locator(".recording-name")).to_have_text(HOSTILE)
    page.locator(".recording summary").click()
    expect(page.get_by_text("the rest")).to_be_visible()
    expect(page.locator(".waiting-why").first).to_contain_text("What helps: deck.answer(")
    expect(page.get_by_role("navigation").get_by_role("button")).to_have_count(3)
    expect(page.get_by_role("button", name="Advance")).to_have_count(0)
    for ref, text in {
        f"resource:{run['id']}": "interaction_required:",
        f"call:{deck.requests[-2]['request_id']}": "must be text, not a list",
        f"event:{deck.events[0]['id']}": "created_at",
        f"delivery:{deck.deliveries[0]['id']}": "webhook-signature",
        "scenario:mfa_then_success": "one-time code",
    }.items():
        page.goto(f"{file.as_uri()}#{urlencode({'select': ref})}")
        expect(details(page)).to_contain_text(text)
    page.evaluate("document.body.append(document.createElement('script'))")
    page.evaluate("document.querySelector('body > script:last-child').textContent = 'hacked = 1'")
    assert page.evaluate("typeof hacked") == "undefined"
    assert "Content Security Policy" in watch.complaints.pop()
