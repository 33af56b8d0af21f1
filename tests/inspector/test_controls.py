"""The tab that changes what happens next."""

import json

import pytest
from playwright.sync_api import expect


@pytest.fixture
def controls(page, server, key):
    """Open the tab."""

    def controls():
        page.goto(f"{server.url}/_sim/ui#key={key}&tab=controls")
        return page

    return controls


def card(page, name):
    return page.get_by_role("region", name=name, exact=True)


def toast(page, text):
    expect(page.get_by_role("status").get_by_text(text, exact=True)).to_be_visible()


def test_scenarios_are_queued_and_taken_back(controls, sim):
    chosen = card(controls(), "What plays next")
    for name in ("source_down", "success"):
        chosen.get_by_label("Scenario to queue").fill(name)
        chosen.get_by_role("button", name="Queue", exact=True).click()
        expect(chosen.get_by_role("button", name=f"Remove {name}")).to_be_visible()
    assert sim.get("/queue").json()["queues"] == {"task_run": ["source_down", "success"]}
    chosen.get_by_role("button", name="Remove source_down").click()
    expect(chosen.get_by_role("button", name="Remove source_down")).to_have_count(0)
    assert sim.get("/queue").json()["queues"] == {"task_run": ["success"]}


def test_a_wrong_name_is_explained(controls, watch):
    watch.refusals_are_expected = True
    page = controls()
    chosen = card(page, "What plays next")
    chosen.get_by_label("Scenario to queue").fill("source_dwn")
    chosen.get_by_role("button", name="Queue", exact=True).click()
    expect(page.get_by_text("did you mean 'source_down'?")).to_be_visible()


def test_rules_are_added_and_removed(controls, sim):
    chosen = card(controls(), "What plays next")
    chosen.get_by_text("Add a rule").click()
    chosen.get_by_label("username").fill("alex*")
    chosen.get_by_label("input").fill('{"guest": "A*"}')
    chosen.get_by_label("plays", exact=True).fill("source_down")
    chosen.get_by_role("button", name="Add the rule").click()
    expect(chosen.get_by_role("button", name="Remove rule 1")).to_be_visible()
    (rule,) = sim.get("/rules").json()["rules"]
    when = {"username": "alex*", "input": {"guest": "A*"}}
    assert rule == {"when": when, "scenario": "source_down"}
    chosen.get_by_role("button", name="Remove rule 1").click()
    expect(chosen.get_by_text("No rule.")).to_be_visible()
    assert sim.get("/rules").json()["rules"] == []


def test_a_fault_is_armed_fires_and_is_cleared(controls, sim, api):
    faults = card(controls(), "Faults")
    faults.get_by_label("what").select_option("status")
    faults.get_by_label("match").fill("GET /v2/agents")
    faults.locator("input[name=status]").fill("503")
    faults.get_by_text("More", exact=True).click()
    faults.get_by_label("times").fill("1")
    faults.get_by_label("probability").fill("0.999")
    faults.get_by_label("body").fill('{"oh": "no"}')
    faults.get_by_role("button", name="Arm the fault").click()
    expect(faults.get_by_text("0\u00d7")).to_be_visible()
    expect(faults.get_by_text("times 1 · probability 0.999 · met 0")).to_be_visible()
    answer = api.get("/agents")
    assert (answer.status_code, answer.json()) == (503, {"oh": "no"})
    expect(faults.get_by_text("1\u00d7")).to_be_visible()
    faults.get_by_role("button", name="Clear all").click()
    expect(faults.get_by_text("No fault is armed.")).to_be_visible()
    assert sim.get("/faults").json()["data"] == []


@pytest.mark.parametrize(
    ("kind", "value"), [("duplicate", True), ("delay", "30s"), ("concurrent", "next")]
)
def test_a_fault_of_webhooks_is_armed(controls, sim, kind, value):
    faults = card(controls(), "Faults")
    faults.get_by_label("goes wrong with").select_option("event")
    faults.get_by_label("what").select_option(kind)
    faults.locator("input[name=event]").fill("task_run.completed")
    if kind == "delay":
        faults.locator("input[name=delay]").fill(value)
    if kind == "concurrent":
        faults.locator("select[name=concurrent]").select_option(value)
    faults.get_by_role("button", name="Arm the fault").click()
    expect(faults.get_by_text("0\u00d7")).to_be_visible()
    (fault,) = sim.get("/faults").json()["data"]
    assert fault[kind] == value


def test_a_run_is_held_and_released(controls, api, run_task, advance):
    page = controls()
    holds = card(page, "Holds")
    holds.locator("select[name=what]").select_option("task_run.completed")
    holds.get_by_role("button", name="Hold", exact=True).click()
    expect(holds.get_by_text("not met yet")).to_be_visible()
    run = run_task("success")
    advance("1m")
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "running"
    holds.get_by_role("button", name="Release the hold task_run.completed").click()
    expect(holds.get_by_text("Nothing is held.")).to_be_visible()
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "completed"


def test_the_answer_to_a_call_is_held(controls, sim):
    holds = card(controls(), "Holds")
    holds.get_by_label("hold").first.select_option("call")
    holds.locator("input[name=what]").fill("POST /v2/tasks/*/run")
    holds.get_by_role("button", name="Hold", exact=True).click()
    expect(holds.locator("li").get_by_text("the answer to")).to_be_visible()
    assert sim.get("/holds").json()["data"][0]["call"] == "POST /v2/tasks/*/run"


def test_settings_are_switched_on_and_off(controls, sim):
    page = controls()
    settings = card(page, "Settings")
    on = {"timeout_cap": 600, "connection_idle": "10m", "keep_headers": ["x-trace"]}
    for name, value in on.items():
        text = value if isinstance(value, str) else json.dumps(value)
        settings.locator(f"[name={name}]").fill(text)
    settings.locator("[name=screenshots]").check()
    settings.locator("[name=rate_limit]").fill("true")
    settings.get_by_role("button", name="Save").click()
    toast(page, "Changed timeout cap, screenshots, connection idle, keep headers, rate limit")
    world = sim.get("/world").json()
    assert {name: world[name] for name in on} == on
    assert world["screenshots"] is True
    assert world["rate_limit"]["per"] == "10s"
    expect(settings.locator("[name=timeout_cap]")).to_have_attribute("value", "600")
    for name in (*on, "rate_limit"):
        settings.locator(f"[name={name}]").fill("")
    settings.locator("[name=screenshots]").uncheck()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        settings.get_by_role("button", name="Save").click()
    world = sim.get("/world").json()
    assert [world[name] for name in on] == [None, None, []]
    assert (world["screenshots"], world["rate_limit"]) == (False, False)


def test_a_world_is_reset_after_a_question(controls, sim, task):
    page = controls()
    page.get_by_role("button", name="Reset the world…").click()
    page.get_by_role("button", name="Keep it").click()
    assert sim.get("/world").json()["resources"]["task"] == 1
    page.get_by_role("button", name="Reset the world…").click()
    page.get_by_role("dialog").get_by_label("edition").select_option("credentials")
    page.get_by_role("button", name="Reset", exact=True).click()
    toast(page, "The world is empty")
    world = sim.get("/world").json()
    assert (world["resources"]["task"], world["edition"]) == (0, "credentials")


def test_a_snapshot_is_taken_and_restored(controls, sim, task):
    page = controls()
    card(page, "World").get_by_role("button", name="Take").click()
    toast(page, "A snapshot is taken")
    sim.post("/reset", json={})
    card(page, "World").get_by_role("button", name="Restore").click()
    toast(page, "The snapshot is restored")
    assert sim.get("/world").json()["resources"]["task"] == 1


def test_the_timeline_is_saved_as_text(controls, sim, task, tmp_path):
    page = controls()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download text").click()
    download.value.save_as(tmp_path / "timeline.txt")
    lines = (tmp_path / "timeline.txt").read_text().splitlines()
    entries = sim.get("/timeline").json()["data"]
    assert [line.endswith(entry["what"]) for line, entry in zip(lines, entries, strict=True)]
