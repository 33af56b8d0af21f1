from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deck_sim import Deck, DeckSimError
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server

START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)


def test_the_urls_of_a_world(deck):
    with Deck(f"{deck.url}/v2/", deck.api_key) as same:
        assert same.base_url == deck.base_url == f"{deck.url}/v2"
        assert same.inspector_url == f"{deck.url}/_sim/ui#key={deck.api_key}"
        assert repr(same) == f"Deck({deck.url!r}, {deck.api_key!r})"


def test_the_clock_advances_by_a_duration_or_to_a_moment(deck):
    minute, millisecond = timedelta(minutes=1), timedelta(milliseconds=1)
    lengths = {"60s": minute, minute: minute, 60: minute, millisecond * 1.5: millisecond}
    for length, moved in lengths.items():
        began = deck.clock.now
        assert deck.advance(length).now == deck.clock.now == began + moved
    for moment in ("2025-01-15T10:00:00Z", START + timedelta(minutes=30)):
        assert deck.advance_to(moment).now == START + timedelta(minutes=30)


def test_advance_until_stops_at_the_first_of_several_events(deck, run):
    ends = ("task_run.completed", "task_run.failed")
    for name in ("source_down", "success"):
        deck.use(name)
        assert deck.advance_until(ends, run()).happened[-1].kind == "task_run"
    assert [ended["status"] for ended in deck.runs] == ["failed", "completed"]
    with pytest.raises(DeckSimError, match=r"^no `task_run\.completed` or `task_run\.failed` came"):
        deck.advance_until(ends)


def test_a_receiver_that_does_nothing_lets_no_prompt_time_out(deck, deck_webhooks):
    """If the scenario goes on after the time-out, or the receiver answers, the event comes."""
    prompt = {"type": "mfa", "accept": [{"code": "1"}]}
    late = {**prompt, "on_timeout": [{"running": "1s"}, "completed"]}
    for name, asks in {"asks": prompt, "goes_on": late}.items():
        steps = [{"running": "1s"}, {"interaction_required": asks}, {"running": "1s"}, "completed"]
        deck.scenario({"version": 1, "name": name, "task_run": steps})
    deck.start_run("asks")
    with pytest.raises(DeckSimError, match="an answer to `mfa` must give"):
        deck.advance_until("task_run.completed")
    assert deck.clock.now - START < timedelta(minutes=1)
    deck.advance_until("task_run.completed", deck.start_run("goes_on"))
    deck_webhooks.on("task_run.interaction_required", lambda event: deck.answer(event["data"], "1"))
    deck.advance_until("task_run.completed", deck.start_run("asks"))


def test_swapped_arguments_of_advance_until_are_recognized(deck, run):
    for swapped in (run(), run()["id"]):
        with pytest.raises(DeckSimError, match=r"^give the event first, then the resource: `deck"):
            deck.advance_until(swapped, "task_run.completed")


def test_a_report_prints_a_line_for_each_entry(deck, run):
    started = run()
    assert str(deck.advance("5s")).splitlines() == [
        f"2025-01-15T09:30:02Z  task_run     {started['id']}  queued -> running",
        "now it is 2025-01-15T09:30:05Z",
    ]
    assert str(deck.advance("1s")) == "nothing happened\nnow it is 2025-01-15T09:30:06Z"


def test_reading_through_deck_is_no_poll(deck, run):
    run()
    deck.clock.set("on_poll")
    calls = len(deck.requests)
    assert [r["status"] for r in deck.runs] == [r["status"] for r in deck.runs] == ["queued"]
    assert [c["status"] for c in deck.connections] == ["connected"]
    assert (deck.clock.now, len(deck.requests)) == (START, calls)


def test_a_scenario_is_added_from_text_data_or_a_file(deck, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("version: 1\nname: mine\ntask_run: [running, completed]\n", encoding="utf-8")
    steps = [{"running": "1s"}, "completed"]
    for source, name in (
        ("version: 1\nname: 2fa\ntask_run: [running: 1s, completed]", "2fa"),
        ({"task_run": steps}, "scenario_1"),
        ({"name": "short", "task_run": steps}, "short"),
        (file, "mine"),
    ):
        assert deck.scenario(source) == name
    for name in ("2fa", "short", "scenario_1", "mine"):
        assert deck.start_run(name, status="completed")


def test_an_invalid_scenario_is_refused(deck):
    for source, message in (
        ("version: 1\nname: x\ntask_run: [runing: 1s]", "x:3:12: .*did you mean 'running'"),
        ("version: 1\nname: [", "scenario:.*"),
        ({"name": 5}, "name"),
        ("stories/mine.yaml", r"for a file pass `Path\('stories/mine"),
        (Path("mine.yaml"), "cannot read 'mine.yaml': .*No such file"),
    ):
        with pytest.raises(DeckSimError, match=message):
            deck.scenario(source)
    assert deck.coverage() == []


def test_misspelt_attributes_and_another_clock_are_refused(deck):
    deck.poll_interval = "2s"
    for name, message in (
        ("pol_interval", "has no attribute 'pol_interval'; did you mean 'poll_interval'"),
        ("edition", "has no attribute 'edition'$"),
        ("clock", r"`deck\.clock\.set\("),
        ("runs", "no setter"),
    ):
        with pytest.raises(AttributeError, match=message):
            setattr(deck, name, "frozen")
    assert deck.clock.mode == "frozen"


def test_times_and_durations_are_written_as_text(deck):
    before = START - timedelta(hours=1)
    deck.fault("**", reset=True, times=1, duration=timedelta(minutes=5))
    deck.limit_rate({"requests": 9, "per": timedelta(seconds=2)})
    deck.set_options(connection_idle=timedelta(minutes=10))
    deck.seed(agents=[{"id": "agt_1", "name": "A", "created_at": before}])
    assert deck.faults[0]["duration"] == "5m"
    assert (deck.world["rate_limit"]["per"], deck.world["connection_idle"]) == ("2s", "10m")
    with pytest.raises(DeckSimError, match="Object of type set is not JSON"):
        deck.create("agents", {"name": {1}})
    deck.clear_faults()


REFUSED = [
    (lambda deck: deck.advance(True), "^`by`: 'True' is not a duration"),
    (lambda deck: deck.advance(-5), "^`by`: '-5s' is negative; .* `250ms`"),
    (lambda deck: deck.advance_until("*", limit="soon"), "^`limit`: 'soon' is not a duration"),
    (
        lambda deck: deck.advance_to(1736933400),
        "^`to`: must be a moment like 2025-01-15T09:30:00Z, not 1736933400",
    ),
    (lambda deck: deck.use("task_run:\n- completed"), r"`deck\.use\(deck\.scenario"),
    (lambda deck: deck.use({"task_run": ["completed"]}), r"`deck\.use\(deck\.scenario"),
    (lambda deck: deck.clock.set("fast"), "'real', 'frozen' or 'on_poll'"),
    (lambda deck: deck.fault(match="**", statis=502), "did you mean 'status'"),
    (
        lambda deck: deck.register_webhook("http://a.localhost/", ["task_run.*"]),
        r"event type 'task_run\.\*'; the only pattern is `\[\"\*\"\]`, for every type",
    ),
    (lambda deck: deck.approve({"status": "queued"}), "give an id, or a resource with an `id`"),
    (lambda deck: deck.restore("snap_x"), "this server has no such snapshot: 'snap_x'"),
]


def test_what_the_server_refuses_is_an_error_and_changes_nothing(deck):
    before = {**deck.world, "request_id": 0}
    for call, message in REFUSED:
        with pytest.raises(DeckSimError, match=message):
            call(deck)
    assert (deck.events, deck.rules, deck.faults) == ([], [], [])
    assert {**deck.world, "request_id": 0, "calls": 0} == before


def test_seed_takes_a_mapping_and_keywords(deck):
    agent, task = {"id": "agt_1", "name": "A"}, {"id": "task_1", "name": "T", "agent_id": "agt_1"}
    seeded = deck.seed({"agents": [agent]}, tasks=[task])
    assert {kind: ids for kind, ids in seeded.items() if ids} == {
        "agents": ["agt_1"],
        "tasks": ["task_1"],
    }
    assert deck.events == []


def test_a_path_of_create_is_written_as_a_client_writes_it(deck):
    for path in ("agents", "/agents", "/v2/agents"):
        deck.create(path, {"name": "Concierge"})
    assert [event["type"] for event in deck.events] == ["agent.created"] * 3
    assert {(call["path"], call["query"]) for call in deck.requests} == {("/v2/agents", "")}


def test_messages_lists_the_events_of_a_queue_destination(deck, run):
    queue = {"name": "Q", "type": "hookdeck", "events": ["task_run.queued", "task_run.running"]}
    destination = deck.create("event-destinations", queue)
    run()
    deck.settle()
    held = [event["type"] for event in deck.messages(destination)]
    assert held == ["task_run.queued", "task_run.running"]
    webhook = deck.register_webhook("http://127.0.0.1:9/", ["agent.created"])
    with pytest.raises(DeckSimError, match="is a webhook: it has deliveries"):
        deck.messages(webhook.id)


def test_a_closed_handle_says_so(deck):
    with Deck(deck.url, deck.api_key) as other:
        pass
    with pytest.raises(DeckSimError, match="this `Deck` is closed"):
        other.advance("5m")


def test_people_and_sources_act_on_runs_and_logins(deck):
    deck.use(deck.scenario({"task_run": [{"running": "1s"}, {"pending": None}, "completed"]}))
    for act, status in ((deck.approve, "completed"), (deck.reject, "failed")):
        run = deck.start_run(status="pending")
        act(run)
        deck.settle()
        assert deck.runs[-1]["status"] == status
    assert deck.drop(run["connection_id"])["status"] == "disconnected"
    assert deck.invalidate(deck.connections[0])["status"] == "invalid"
    deck.reset(edition="credentials")
    run = deck.start_run(status="running")
    assert deck.drop(deck.sessions[0])["status"] == "failed"
    assert deck.invalidate(run["credential_id"])["status"] == "invalid"
    assert [credential["status"] for credential in deck.credentials] == ["invalid"]


def test_settings_of_a_world(deck, run):
    deck.reset(clock="real", speed=0.001, now=START, seed=7, webhook_time="world")
    assert (deck.world["seed"], deck.world["webhook_time"]) == (7, "world")
    assert (deck.clock.mode, deck.clock.speed) == ("real", 0.001)
    limits = []
    for limit in ({"requests": 1, "per": "2s"}, True, False):
        deck.limit_rate(limit)
        limits.append(deck.world["rate_limit"])
    assert (limits[0]["requests"], limits[1]["requests"], limits[2]) == (1, 200, False)
    deck.rule({"external_id": "a*"}, "slow_connection")
    deck.rule({"external_id": "*"}, "auth_method_rejected", resource="connection")
    assert [rule["scenario"] for rule in deck.rules] == ["slow_connection", "auth_method_rejected"]
    deck.additive_changes(fields=True, event_type="task_run.sparkled")
    assert "deck_sim_surprise" in run()
    deck.additive_changes()
    assert "deck_sim_surprise" not in run()


def test_the_ledger_has_the_rows_of_the_edition(deck):
    rows = deck.fidelity
    assert {row["grade"] for row in rows} >= {"documented", "assumed"}
    assert len(rows) > 100


def test_a_timeline_is_followed_until_the_server_stops():
    with Server(WorldRegistry()) as server, Deck(server.url, "sk_one") as deck:
        deck.seed(agents=[{"id": "agt_1", "name": "Concierge"}])
        entries = deck.follow_timeline()
        first = next(entries)
        deck.seed(agents=[{"id": "agt_2", "name": "Butler"}])
        second = next(entries)
        deck.reset()
        deck.seed(agents=[{"id": "agt_3", "name": "Chef"}])
        assert next(entries).id == "agt_3"
        server.stop()
        with pytest.raises(DeckSimError, match="no deck-sim server answers"):
            next(entries)
    assert (first.id, first.what, second.id) == ("agt_1", "created", "agt_2")
    assert second.details == {"number": 2, "about": {"name": "Butler"}}
