"""The handle, against the session's server."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from deck_sim import Deck, DeckSimError

START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)
APPROVAL = {"task_run": [{"running": "1s"}, {"pending": None}, "completed"]}


def test_the_base_url_ends_in_v2_however_the_server_is_named(deck):
    """A Deck can be made from the server's URL, with or without the version."""
    with Deck(f"{deck.url}/v2/", deck.api_key) as same:
        assert same.base_url == deck.base_url == f"{deck.url}/v2"
        assert repr(same) == repr(deck) == f"Deck({deck.url!r}, {deck.api_key!r})"


@pytest.mark.parametrize("by", ["90s", timedelta(seconds=90)])
def test_time_passes_by_a_length(deck, by):
    """`advance` takes text or a timedelta, and the report has the new moment."""
    assert deck.advance(by).now == deck.clock.now == START + timedelta(seconds=90)


def test_the_smallest_length_of_time_is_not_lost(deck):
    """A timedelta below a millisecond passes in full: a thousand of them make one."""
    for _ in range(10):
        deck.advance(timedelta(microseconds=100))
    assert deck.clock.now == START + timedelta(milliseconds=1)


@pytest.mark.parametrize("moment", ["2025-01-15T10:00:00Z", START + timedelta(minutes=30)])
def test_time_passes_up_to_a_moment(deck, moment):
    """`advance_to` takes text or a datetime."""
    assert deck.advance_to(moment).now == START + timedelta(minutes=30)


def test_time_passes_until_an_event_of_a_run(deck, run):
    """`advance_until` waits for that run's event, not for another's."""
    deck.queue("mfa_then_success", "success")
    run()
    second = run()
    report = deck.advance_until("task_run.completed", second)
    assert [line.what for line in report.happened if line.id == second["id"]] == [
        "queued -> running",
        "running -> completed",
    ]


def test_an_event_that_cannot_come_is_an_error_that_says_what_waits(deck, run):
    """The error of `advance_until` names what was waited for, and the run that waits."""
    deck.use("mfa_then_success")
    waiting = run()
    with pytest.raises(DeckSimError, match=f"no `task_run.completed`.*{waiting['id']}"):
        deck.advance_until("task_run.completed", limit="1m")


def test_settling_stops_where_a_person_is_needed(deck, run):
    """`settle` leaves a run that asks for a code as it is."""
    deck.use("mfa_then_success")
    run()
    deck.settle()
    assert deck.runs[0]["status"] == "interaction_required"
    assert [waiting["id"] for waiting in deck.next()["waiting"]] == [deck.runs[0]["id"]]


def test_a_report_reads_as_lines(deck, run):
    """`str` of a report has a line for each thing that happened, and the new moment."""
    started = run()
    assert str(deck.advance("5s")).splitlines() == [
        f"2025-01-15T09:30:02Z  task_run     {started['id']}  queued -> running",
        "now it is 2025-01-15T09:30:05Z",
    ]


def test_a_report_of_nothing_says_so(deck):
    """`str` of a report is not empty when nothing happened."""
    assert str(deck.advance("1s")) == "nothing happened\nnow it is 2025-01-15T09:30:01Z"


def test_sleeping_lets_the_world_go_on(deck):
    """`sleep` takes seconds, as `time.sleep` does, and returns at once."""
    assert deck.sleep(0.25) is None
    assert deck.clock.now == START + timedelta(milliseconds=250)


def test_sleeping_backwards_is_refused(deck):
    """A negative sleep is an error, and the clock stays."""
    with pytest.raises(DeckSimError, match="'-1s' is not a duration"):
        deck.sleep(-1)
    assert deck.clock.now == START


def test_the_clock_changes_its_mode(deck):
    """`clock.set` changes how time moves, and goes on to a moment on the way."""
    deck.clock.set("on_poll", now=START + timedelta(hours=1))
    assert (deck.clock.mode, deck.clock.now) == ("on_poll", START + timedelta(hours=1))


def test_an_unknown_mode_is_refused(deck):
    """The error lists the modes; the mode stays."""
    with pytest.raises(DeckSimError, match="'real', 'frozen', 'on_poll' or 'follow'"):
        deck.clock.set("fast", speed=60)
    assert deck.clock.mode == "frozen"


def test_reading_moves_no_clock(deck, run):
    """With `on_poll`, looking through the handle is no poll and leaves no request."""
    run()
    deck.clock.set("on_poll")
    seen = len(deck.requests)
    assert [r["status"] for r in deck.runs] == [r["status"] for r in deck.runs] == ["queued"]
    assert [c["status"] for c in deck.connections] == ["connected"]
    assert (deck.clock.now, len(deck.requests)) == (START, seen)


def test_the_queue_is_played_one_each_and_then_the_default(deck, run):
    """`queue` names what the next runs play; `use` what all others do."""
    deck.use("mfa_then_success")
    deck.queue("success")
    run(), run()
    deck.settle()
    assert [r["status"] for r in deck.runs] == ["completed", "interaction_required"]
    because = [r["scenario"] for r in deck.requests]
    assert because == ["success; because=queue", "mfa_then_success; because=default"]


def test_connections_have_a_queue_of_their_own(deck):
    """`queue` takes the kind of resource that is to play."""
    deck.queue("success", resource="connection")
    assert deck.world["queues"] == {"connection": ["success"]}
    deck.reset()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("version: 1\nname: 2fa\ntask_run: [running: 1s, completed]", "2fa"),
        ({"name": "short", "task_run": [{"running": "1s"}, "completed"]}, "short"),
        ({"task_run": [{"running": "1s"}, "completed"]}, "scenario_1"),
    ],
)
def test_a_scenario_is_added_from_text_or_data(deck, run, source, name):
    """`scenario` returns the name, which can be used at once."""
    assert deck.scenario(source) == name
    deck.use(name)
    run()
    assert deck.settle().now == START + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("version: 1\nname: x\ntask_run: [runing: 1s]", "x:3:12: .*did you mean 'running'"),
        ("version: 1\nname: No Path/\n", "scenario:2:7: name: must "),
        ("version: 1\nname: [", "scenario:.*"),
        ("just text", "scenario:1:1: "),
        ({"name": 5}, "name"),
    ],
)
def test_a_scenario_with_mistakes_is_an_error_with_their_places(deck, source, message):
    """The server's message comes through, and no scenario is added."""
    before = deck.world
    with pytest.raises(DeckSimError, match=message) as caught:
        deck.scenario(source)
    assert caught.value.errors[0]["code"] == "input_invalid"
    assert deck.world | {"request_id": 0} == before | {"request_id": 0}


def test_a_rule_holds_for_what_matches(deck, api):
    """`rule` adds one behind those there are, for one kind of resource if it says so."""
    deck.rule({"external_id": "a*"}, "slow_connection")
    deck.rule({"external_id": "*"}, "auth_method_rejected", resource="connection")
    deck.seed(sources=[{"id": "src_1", "type": "website", "website": {"url": "https://a.example"}}])
    body = {"source_id": "src_1", "auth_method": "none"}
    chosen = [
        api.post("/connections", json=body | {"external_id": name}).headers["Deck-Sim-Scenario"]
        for name in ("anna", "bob")
    ]
    assert chosen == ["slow_connection; because=rule", "auth_method_rejected; because=rule"]
    assert [rule["scenario"] for rule in deck.rules] == ["slow_connection", "auth_method_rejected"]


@pytest.mark.parametrize(
    ("when", "scenario", "resource", "field"),
    [
        ({"user": "a"}, "success", None, "rules[0].when.user"),
        ({"username": "a"}, "sucess", None, "rules[0].scenario"),
        ({"username": "a"}, "success", "run", "rules[0].resource"),
    ],
)
def test_a_rule_with_a_mistake_is_refused(deck, when, scenario, resource, field):
    """The error names the field, and the rules are as they were."""
    with pytest.raises(DeckSimError) as caught:
        deck.rule(when, scenario, resource)
    assert caught.value.errors[0]["field"] == field
    assert deck.rules == []


def test_coverage_tells_what_was_played_and_what_was_not(deck, run):
    """A row for each scenario that was played, with the steps that never were."""
    assert deck.coverage() == []
    deck.use("mfa_then_success")
    run()
    deck.settle()
    (row,) = deck.coverage()
    assert (row["scenario"], row["played"], row["of"]) == ("mfa_then_success", 3, 7)
    assert "task_run[2].on_timeout[0]" in row["missed"]


def test_a_playlist_gives_each_run_its_turn(deck, run):
    """A scenario of the test's own may name others; the world says what each run plays, and why."""
    deck.use(deck.scenario({"playlist": ["source_down", "success"]}))
    run(), run()
    deck.settle()
    assert [one["status"] for one in deck.runs] == ["failed", "completed"]
    assert [choice["plays"] for choice in deck.world["choices"]] == ["source_down", "success"]


def test_seeding_takes_a_mapping_or_names(deck):
    """`seed` returns the ids by kind, and both ways of writing it may be mixed."""
    agent, task = {"id": "agt_1", "name": "A"}, {"id": "task_1", "name": "T", "agent_id": "agt_1"}
    seeded = deck.seed({"agents": [agent]}, tasks=[task])
    assert {kind: ids for kind, ids in seeded.items() if ids} == {
        "agents": ["agt_1"],
        "tasks": ["task_1"],
    }
    assert deck.events == []


def test_a_seed_with_a_mistake_is_refused(deck):
    """The error has one element for each mistake, and nothing is seeded."""
    with pytest.raises(DeckSimError, match=r"resources\.agents") as caught:
        deck.seed(agents=[{"id": "agt_1"}], sorces=[])
    assert len(caught.value.errors) == 2
    assert deck.timeline == ()


def test_ready_tasks_can_be_made_again_and_again(deck, api):
    """`ready_task` takes the task's fields, and each has ids of its own."""
    first, second = deck.ready_task(), deck.ready_task(name="Read", input_schema={"type": "object"})
    assert first.task_id != second.task_id
    assert api.get(f"/tasks/{second.task_id}").json()["name"] == "Read"


@pytest.mark.parametrize(("verdict", "status"), [("approve", "completed"), ("reject", "failed")])
def test_a_reviewer_decides(deck, run, verdict, status):
    """`approve` and `reject` take the run, and its status follows."""
    deck.use(deck.scenario(APPROVAL))
    started = run()
    deck.settle()
    getattr(deck, verdict)(started)
    deck.settle()
    assert deck.runs[0]["status"] == status


@pytest.mark.parametrize(("loss", "status"), [("drop", "disconnected"), ("invalidate", "invalid")])
def test_a_source_ends_a_connection(deck, loss, status):
    """`drop` and `invalidate` take a connection's id, and answer with what became of it."""
    ready = deck.ready_task()
    assert getattr(deck, loss)(ready.connection_id)["status"] == status


def test_the_timeline_merges_calls_and_what_came_of_them(deck, run):
    """`timeline` can be looked into, and reads as lines."""
    run()
    deck.advance("2s")
    assert [line.kind for line in deck.timeline][-4:] == ["call", "task_run", "task_run", "clock"]
    assert str(deck.timeline).endswith("advanced 2s")
    assert [event["type"] for event in deck.events][-1] == "task_run.running"


def test_an_attempt_is_a_line_of_the_timeline(deck, run, deck_webhooks):
    """The line has the delivery, the number of the attempt, and how it was answered."""
    run()
    deck.settle()
    sent = deck.deliveries[0]
    assert sent["log"][0]["status"] == 200
    line = f"2025-01-15T09:30:00Z  delivery     {sent['id']}  {sent['event_type']}, attempt 1: 200"
    assert line in str(deck.timeline).splitlines()


def test_an_event_can_be_delivered_again(deck, run, deck_webhooks):
    """`replay` takes the delivery, and the same event arrives once more when the clock moves."""
    run()
    deck.settle()
    deck.replay(deck.deliveries[0])
    deck.advance("0s")
    ids = [arrival.headers["webhook-id"] for arrival in deck_webhooks.received]
    assert (len(ids), ids[-1]) == (4, deck.deliveries[0]["event_id"])
    assert len(deck_webhooks.events) == 3


def test_a_queue_holds_its_messages(deck, run):
    """`messages` takes a destination, and returns the events that it holds, oldest first."""
    queue = {"name": "Queue", "type": "aws_sqs", "events": ["task_run.queued", "task_run.running"]}
    destination = deck.create("event-destinations", queue)
    run()
    deck.settle()
    held = [event["type"] for event in deck.messages(destination)]
    assert held == ["task_run.queued", "task_run.running"]


def test_what_cannot_be_created_is_an_error(deck):
    """`create` has the reasons of the API, and nothing is made."""
    with pytest.raises(DeckSimError, match="`name`"):
        deck.create("agents", {})
    assert deck.events == []


def test_a_reset_world_begins_as_it_is_told(deck):
    """`reset` empties the world, and takes what it is to begin with."""
    deck.ready_task()
    deck.reset(edition="connections", clock="real", speed=0.001, now=START, seed=7)
    world = deck.world
    assert (world["seed"], world["clock"], world["webhook_time"]) == (7, "real", "wall")
    assert not any(world["resources"].values())
    deck.reset(webhook_time="world")
    assert deck.world["webhook_time"] == "world"


def test_two_handles_share_nothing_but_the_server(deck):
    """Another key is another world."""
    deck.ready_task()
    with Deck(deck.url, f"{deck.api_key}_other") as other:
        assert other.timeline == ()
        other.delete()


def test_a_deleted_world_begins_anew(deck):
    """After `delete` the key has an empty world."""
    deck.ready_task()
    deck.delete()
    assert deck.timeline == ()


def test_a_world_is_kept_and_begun_with_again(deck, run):
    """A snapshot survives JSON, and the world that is restored from it goes on from there."""
    started = run()
    kept = json.loads(json.dumps(deck.snapshot()))
    deck.settle()
    completed = deck.timeline[:-1]
    deck.reset()
    deck.restore(kept)
    assert deck.runs[0]["status"] == "queued"
    deck.advance_until("task_run.completed", started)
    assert deck.timeline[:-1] == completed


def test_a_task_is_ready_in_either_edition(deck):
    """In the `credentials` edition it comes with a verified credential instead of a connection."""
    assert {*deck.ready_task().login} == {"connection_id"}
    deck.reset(edition="credentials")
    ready = deck.ready_task()
    assert ready.login == {"credential_id": ready.credential_id}
    run = deck.create(f"tasks/{ready.task_id}/run", ready.login)
    deck.advance("10s")
    assert [found["status"] for found in deck.runs] == ["completed"]
    assert [found["id"] for found in deck.sessions] == [run["session_id"]]


def test_what_the_source_does_to_a_login_is_the_editions(deck):
    """Dropping ends a session there, and what becomes invalid is the credential."""
    deck.reset(edition="credentials")
    ready = deck.ready_task()
    run = deck.create(f"tasks/{ready.task_id}/run", ready.login)
    deck.advance("3s")
    assert deck.drop(run["session_id"])["status"] == "failed"
    assert deck.invalidate(ready.credential_id)["status"] == "invalid"
    assert [found["status"] for found in deck.credentials] == ["invalid"]


def test_the_rate_can_be_limited(deck, api):
    """`limit_rate` takes what the control API takes; without anything it is Deck's own limit."""
    deck.limit_rate({"requests": 1, "per": "2s"})
    assert [api.get("/test").status_code for _ in "ab"] == [200, 429]
    deck.advance("2s")
    assert api.get("/test").status_code == 200
    deck.limit_rate()
    assert deck.world["rate_limit"]["requests"] == 200
    deck.limit_rate(False)
    assert deck.world["rate_limit"] is False


def test_a_world_can_be_told_to_refuse_what_is_assumed(deck, api):
    """`refuse_assumed` makes the world strict, and False takes it back."""
    deck.refuse_assumed()
    assert api.get("/nowhere").status_code == 501
    deck.refuse_assumed(False)
    assert api.get("/nowhere").status_code == 404


def test_the_handle_has_the_ledger(deck):
    """`fidelity` has a row for each behaviour of the world's edition."""
    assert "reopen_path" in [row["name"] for row in deck.fidelity]


def test_a_world_can_be_told_to_surprise(deck, run):
    """`surprise` sets all of it at once, and takes it back."""
    deck.additive_changes(
        fields=True, event_type="task_run.sparkled", interaction_type="palm_reading"
    )
    assert "deck_sim_surprise" in run()
    assert deck.events[-1]["type"] == "task_run.sparkled"
    assert deck.world["additive_changes"]["interaction_type"] == "palm_reading"
    deck.additive_changes()
    assert "deck_sim_surprise" not in run()
