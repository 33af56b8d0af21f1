"""The methods of `Deck`, against the session's server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deck_sim import Deck, DeckSimError

START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)
APPROVAL = {"task_run": [{"running": "1s"}, {"pending": None}, "completed"]}


def test_the_base_url_always_ends_in_v2(deck):
    """A Deck takes the server's URL with or without the version."""
    with Deck(f"{deck.url}/v2/", deck.api_key) as same:
        assert same.base_url == deck.base_url == f"{deck.url}/v2"
        assert repr(same) == repr(deck) == f"Deck({deck.url!r}, {deck.api_key!r})"


def test_the_inspector_is_opened_with_the_key_of_the_handle(deck):
    assert deck.inspector_url == f"{deck.url}/_sim/ui#key={deck.api_key}"


def test_the_clock_advances_by_a_duration_or_to_a_moment(deck):
    minute = timedelta(minutes=1)
    for length in ("60s", minute, 60, 60.0):
        began = deck.clock.now
        assert deck.advance(length).now == deck.clock.now == began + minute
    for moment in ("2025-01-15T10:00:00Z", START + timedelta(minutes=30)):
        assert deck.advance_to(moment).now == START + timedelta(minutes=30)


def test_microseconds_are_not_lost(deck):
    for _ in range(10):
        deck.advance(timedelta(microseconds=100))
    assert deck.clock.now == START + timedelta(milliseconds=1)


def test_advance_until_waits_for_the_event_of_one_run(deck, run):
    """The same event of another run does not stop it."""
    deck.queue("mfa_then_success", "success")
    run()
    second = run()
    report = deck.advance_until("task_run.completed", second)
    assert [line.what for line in report.happened if line.id == second["id"]] == [
        "queued -> running",
        "running -> completed",
    ]


def test_a_report_prints_a_line_for_each_entry(deck, run):
    """The last line has the new time. An empty report is not an empty text."""
    started = run()
    assert str(deck.advance("5s")).splitlines() == [
        f"2025-01-15T09:30:02Z  task_run     {started['id']}  queued -> running",
        "now it is 2025-01-15T09:30:05Z",
    ]
    assert str(deck.advance("1s")) == "nothing happened\nnow it is 2025-01-15T09:30:06Z"


def test_sleep_advances_the_clock_by_seconds(deck):
    """It takes what `time.sleep` takes, and returns at once."""
    assert deck.sleep(0.25) is None
    assert deck.clock.now == START + timedelta(milliseconds=250)


def test_the_mode_of_the_clock_can_be_set(deck):
    """With `now` the clock first advances."""
    deck.clock.set("on_poll", now=START + timedelta(hours=1))
    assert (deck.clock.mode, deck.clock.now) == ("on_poll", START + timedelta(hours=1))


def test_the_step_of_an_on_poll_clock_can_be_set(deck):
    deck.clock.set("on_poll", step=timedelta(seconds=5))
    assert (deck.clock.step, deck.clock.speed) == (timedelta(seconds=5), 1)
    deck.clock.set("frozen")
    assert deck.clock.step is None


def test_reading_through_deck_is_no_poll(deck, run):
    """An `on_poll` clock stays, and the journal has no call."""
    run()
    deck.clock.set("on_poll")
    seen = len(deck.requests)
    assert [r["status"] for r in deck.runs] == [r["status"] for r in deck.runs] == ["queued"]
    assert [c["status"] for c in deck.connections] == ["connected"]
    assert (deck.clock.now, len(deck.requests)) == (START, seen)


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
        ("version: 1\nname: No Path/\n", "scenario:2:7: name: must "),
        ("version: 1\nname: [", "scenario:.*"),
        ("just text", "scenario:1:1: "),
        ({"name": 5}, "name"),
        ("stories/mine.yaml", r"for a file pass `Path\('stories/mine"),
        (Path("mine.yaml"), "cannot read 'mine.yaml': .*No such file"),
    ):
        with pytest.raises(DeckSimError, match=message):
            deck.scenario(source)
    assert deck.coverage() == []


REFUSED = [
    (lambda deck: deck.clock.set("fast"), "'real', 'frozen' or 'on_poll'"),
    (lambda deck: deck.create("agents", {}), "`name`"),
    (lambda deck: deck.fault(match="**", statis=502), "did you mean 'status'"),
    (lambda deck: deck.rule({"user": "a"}, "success"), r"`rules\[0\]\.when\.user`"),
    (lambda deck: deck.seed(agents=[{"id": "agt_1"}]), r"resources\.agents\[0\]: `name`"),
    (lambda deck: deck.sleep(-1), "'-1s' is negative"),
    (lambda deck: deck.queue(["source_down"]), "scenarios"),
    (lambda deck: deck.limit_rate("5/s"), "rate_limit"),
    (lambda deck: deck.approve({"status": "queued"}), "with an `id`, or the id, is needed"),
    (lambda deck: deck.restore("snap_x"), "this server has no such snapshot: 'snap_x'"),
]


def test_what_the_server_refuses_is_an_error_and_changes_nothing(deck):
    before = {**deck.world, "request_id": 0}
    for call, message in REFUSED:
        with pytest.raises(DeckSimError, match=message):
            call(deck)
    assert (deck.events, deck.rules, deck.faults) == ([], [], [])
    assert {**deck.world, "request_id": 0, "calls": 0} == before


def test_coverage_counts_the_steps_of_played_scenarios(deck, run):
    """Steps that were not played have a count of 0."""
    assert deck.coverage() == []
    deck.use("mfa_then_success")
    run()
    deck.settle()
    (row,) = deck.coverage()
    assert (row["scenario"], row["played"], row["of"]) == ("mfa_then_success", 3, 7)
    assert "task_run[2].on_timeout[0]" in row["missed"]


def test_seed_takes_a_mapping_and_keywords(deck):
    agent, task = {"id": "agt_1", "name": "A"}, {"id": "task_1", "name": "T", "agent_id": "agt_1"}
    seeded = deck.seed({"agents": [agent]}, tasks=[task])
    assert {kind: ids for kind, ids in seeded.items() if ids} == {
        "agents": ["agt_1"],
        "tasks": ["task_1"],
    }
    assert deck.events == []


def test_each_ready_task_has_its_own_ids(deck, api):
    first, second = deck.ready_task(), deck.ready_task(name="Read", input_schema={"type": "object"})
    assert first.task_id != second.task_id
    assert api.get(f"/tasks/{second.task_id}").json()["name"] == "Read"


@pytest.mark.parametrize(("verdict", "status"), [("approve", "completed"), ("reject", "failed")])
def test_a_run_can_be_approved_or_rejected(deck, run, verdict, status):
    deck.use(deck.scenario(APPROVAL))
    started = run()
    deck.settle()
    getattr(deck, verdict)(started)
    deck.settle()
    assert deck.runs[0]["status"] == status


@pytest.mark.parametrize(("loss", "status"), [("drop", "disconnected"), ("invalidate", "invalid")])
def test_a_connection_can_be_dropped_or_invalidated(deck, loss, status):
    ready = deck.ready_task()
    assert getattr(deck, loss)(ready.connection_id)["status"] == status


def test_a_path_of_create_is_written_as_a_client_writes_it(deck):
    for path in ("agents", "/agents", "/v2/agents"):
        deck.create(path, {"name": "Concierge"})
    assert [event["type"] for event in deck.events] == ["agent.created"] * 3
    assert {(call["path"], call["query"]) for call in deck.requests} == {("/v2/agents", "")}


def test_the_timeline_has_calls_and_transitions(deck, run):
    run()
    deck.advance("2s")
    assert [line.kind for line in deck.timeline][-4:] == ["call", "task_run", "task_run", "clock"]
    assert str(deck.timeline).endswith("advanced 2s")
    assert [event["type"] for event in deck.events][-1] == "task_run.running"


def test_the_timeline_has_delivery_attempts(deck, run, deck_webhooks):
    run()
    deck.settle()
    sent = deck.deliveries[0]
    assert sent["log"][0]["status"] == 200
    line = f"2025-01-15T09:30:00Z  delivery     {sent['id']}  {sent['event_type']}, attempt 1: 200"
    assert line in str(deck.timeline).splitlines()


def test_replay_delivers_an_event_again(deck, run, deck_webhooks):
    run()
    deck.settle()
    deck.replay(deck.deliveries[0])
    deck.advance("0s")
    ids = [arrival.headers["webhook-id"] for arrival in deck_webhooks.received]
    assert (len(ids), ids[-1]) == (4, deck.deliveries[0]["event_id"])
    assert len(deck_webhooks.events) == 3


def test_messages_lists_the_events_of_a_queue_destination(deck, run):
    queue = {"name": "Q", "type": "hookdeck", "events": ["task_run.queued", "task_run.running"]}
    destination = deck.create("event-destinations", queue)
    run()
    deck.settle()
    held = [event["type"] for event in deck.messages(destination)]
    assert held == ["task_run.queued", "task_run.running"]


def test_reset_empties_the_world_and_takes_settings(deck):
    deck.ready_task()
    deck.reset(edition="connections", clock="real", speed=0.001, now=START, seed=7)
    world = deck.world
    assert (world["seed"], world["clock"], world["webhook_time"]) == (7, "real", "wall")
    assert not any(world["resources"].values())
    deck.reset(webhook_time="world")
    assert deck.world["webhook_time"] == "world"


def test_a_deleted_world_starts_empty(deck):
    deck.ready_task()
    deck.delete()
    assert deck.timeline == ()


def test_a_restored_world_continues(deck, run):
    started = run()
    kept = deck.snapshot()
    deck.settle()
    completed = deck.timeline[:-1]
    deck.reset()
    deck.restore(kept)
    assert deck.runs[0]["status"] == "queued"
    deck.advance_until("task_run.completed", started)
    assert deck.timeline[:-1] == completed


def test_ready_task_has_the_login_of_the_edition(deck):
    """A verified credential in the `credentials` edition."""
    assert {*deck.ready_task().login} == {"connection_id"}
    deck.reset(edition="credentials")
    ready = deck.ready_task()
    assert ready.login == {"credential_id": ready.credential_id}
    run = deck.create(f"tasks/{ready.task_id}/run", ready.login)
    deck.advance("10s")
    assert [found["status"] for found in deck.runs] == ["completed"]
    assert [found["id"] for found in deck.sessions] == [run["session_id"]]


def test_drop_and_invalidate_fit_the_edition(deck):
    """In `credentials`, a session is dropped and a credential invalidated."""
    deck.reset(edition="credentials")
    ready = deck.ready_task()
    run = deck.create(f"tasks/{ready.task_id}/run", ready.login)
    deck.advance("3s")
    assert deck.drop(run["session_id"])["status"] == "failed"
    assert deck.invalidate(ready.credential_id)["status"] == "invalid"
    assert [found["status"] for found in deck.credentials] == ["invalid"]


def test_the_rate_can_be_limited(deck):
    """By default with Deck's own limit."""
    deck.limit_rate({"requests": 1, "per": "2s"})
    assert deck.world["rate_limit"]["requests"] == 1
    deck.limit_rate()
    assert deck.world["rate_limit"]["requests"] == 200
    deck.limit_rate(False)
    assert deck.world["rate_limit"] is False


def test_rules_are_added_at_the_end(deck):
    deck.rule({"external_id": "a*"}, "slow_connection")
    deck.rule({"external_id": "*"}, "auth_method_rejected", resource="connection")
    assert [rule["scenario"] for rule in deck.rules] == ["slow_connection", "auth_method_rejected"]


def test_additive_changes_can_be_switched_on_and_off(deck, run):
    deck.additive_changes(
        fields=True, event_type="task_run.sparkled", interaction_type="palm_reading"
    )
    assert "deck_sim_surprise" in run()
    assert deck.events[-1]["type"] == "task_run.sparkled"
    assert deck.world["additive_changes"]["interaction_type"] == "palm_reading"
    deck.additive_changes()
    assert "deck_sim_surprise" not in run()


def test_a_closed_handle_says_so(deck):
    with Deck(deck.url, deck.api_key) as other:
        pass
    with pytest.raises(DeckSimError, match="this `Deck` is closed"):
        other.advance("5m")
