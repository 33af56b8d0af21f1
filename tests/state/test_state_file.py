"""Worlds in a file: what a server finds after another was killed, full disks, files of others."""

import gc
import json
import os
import resource
import signal
import sqlite3
import stat
import sys
import threading
import weakref
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from unittest.mock import ANY

import pytest
from whole_world import whole

from deck_sim.runtime.advance import run_to_end
from deck_sim.runtime.registry import WorldRegistry, world_token
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.loader import read_scenario
from deck_sim.scenario.model import Source
from deck_sim.state import state_file
from deck_sim.state.opening import StateFileError
from deck_sim.state.state_file import MOST_CHANGES, MOST_CHARACTERS, keep_worlds

LIMITS = ("keep_calls", "keep_events", "keep_timeline", "keep_runs", "keep_keys")
MFA, KEY = "mfa_then_success", "sk_kept"
MANY = [{"id": f"agt_{number}", "name": "a" * 100} for number in range(2000)]


def test_a_world_goes_on_after_a_kill(serve):
    """Timers, prompts, idempotency keys and the journal are where they were."""
    one = serve()
    path = one.run(MFA, Idempotency_Key="k")
    one.advance(until="idle")
    other = serve(after=one)
    assert other.call("GET", path)["status"] == "interaction_required"
    assert [call["status"] for call in other.call("GET", "/_sim/requests")["data"]][:2] == [
        200,
        201,
    ]
    replayed = other.call(
        "POST", "/v2/tasks/task/run", {"connection_id": "conn"}, Idempotency_Key="k"
    )
    assert path.endswith(replayed["id"])
    other.call("POST", f"{path}/interaction", {"inputs": {"code": "123456"}})
    other.advance(until="idle")
    assert other.call("GET", path)["status"] == "completed"


def test_every_kind_of_change_is_saved(serve):
    """Resets, deletions, options, holds, faults and scenarios of the control API."""
    one = serve()
    fault = one.run(MFA)
    for method, path, body in [
        (
            "PUT",
            "/_sim/scenarios/mine",
            {"version": 1, "name": "mine", "task_run": ["running", "completed"]},
        ),
        ("POST", "/_sim/queue", {"resource": "task_run", "scenarios": ["mine", "mine"]}),
        ("POST", "/_sim/holds", {"event": "task_run.completed"}),
        ("POST", "/_sim/faults", {"match": "GET /v2/agents", "error": "api/api_error"}),
        ("DELETE", "/_sim/faults/{fault}", None),
        ("POST", "/_sim/faults", {"match": "GET /v2/agents", "error": "api/api_error"}),
        ("DELETE", "/_sim/faults", None),
        ("PATCH", "/_sim/world", {"timeout_cap": 60}),
        ("PUT", "/_sim/clock", {"mode": "on_poll", "step": "1s"}),
    ]:
        answer = one.call(method, path.format(fault=fault), body)
        fault = answer.get("id", fault)
        assert one.is_saved(), path
    other = serve(after=one)
    assert other.is_saved()
    other.call("POST", "/_sim/reset")
    assert other.is_saved()
    other.call("DELETE", "/_sim/world")
    assert run_to_end(other.worlds.state.read(KEY)) is None


def test_a_seed_writes_only_what_it_adds(serve):
    """It works in a copy of the world, whose lists continue those that are saved."""
    one = serve()
    one.run(MFA)
    one.call("POST", "/_sim/seed", {"resources": {"agents": MANY[1:]}})
    before = waiting(one)[1]
    one.call("POST", "/_sim/seed", {"resources": {"agents": MANY[:1]}})
    assert waiting(one)[1] < before + 20_000
    assert one.is_saved()
    assert serve(after=one).is_saved()


def test_a_seed_may_take_back_a_timer(serve):
    """A seeded run uses a connection that would be disconnected if nothing used it."""
    one = serve()
    one.call("PATCH", "/_sim/world", {"connection_idle": "1d"})
    one.run("success")
    one.advance(by="1h")
    run = {"id": "trun", "task_id": "task", "connection_id": "conn", "scenario": "success"}
    one.call("POST", "/_sim/seed", {"resources": {"task_runs": [run]}})
    assert one.is_saved()
    assert whole(serve(after=one).simulation) == whole(one.simulation)


def test_many_changes_become_few_rows(serve):
    """The file does not grow with calls that change the same few things."""
    one = serve()
    for number in range(MOST_CHANGES + 10):
        one.call("PATCH", "/_sim/world", {"timeout_cap": number + 1})
    db = one.worlds.state._db
    assert db.execute("SELECT count(*) FROM change").fetchone()[0] <= 20
    assert one.is_saved()


def waiting(kept):
    """How many rows of changes are not applied yet, and their length."""
    db = kept.worlds.state._db
    return db.execute("SELECT count(*), coalesce(sum(length(data)), 0) FROM change").fetchone()


def test_long_changes_are_applied_before_there_are_many(serve):
    """Refused bodies of many bytes are in the journal, so they are changes."""
    one = serve()
    for _ in range(5):
        one.call("POST", "/v2/agents", {"nope": "x" * 400_000}, 400)
        assert waiting(one)[1] < MOST_CHARACTERS
    assert one.is_saved()


def test_a_large_change_is_applied_a_part_at_a_time(serve, monkeypatch):
    """Each call applies a part, so that none takes long. A kill in between loses nothing."""
    monkeypatch.setattr(state_file, "MOST_CHARACTERS", 100_000)
    one = serve()
    one.run(MFA)
    one.call("POST", "/_sim/seed", {"resources": {"agents": MANY}})
    lengths = [waiting(one)[1]]
    assert lengths[0] > 500_000
    other = serve(after=one)
    assert len(other.simulation.world.all("agent")) == 1 + len(MANY)
    assert other.is_saved()
    while lengths[-1] > 100_000:
        one.call("PATCH", "/_sim/world", {"timeout_cap": len(lengths)})
        lengths.append(waiting(one)[1])
    assert len(lengths) > 3
    assert lengths == sorted(lengths, reverse=True)
    assert one.is_saved()


def test_a_server_that_ends_leaves_changes_to_the_next(serve):
    """To apply them would take long."""
    one = serve()
    one.run(MFA)
    before = whole(one.simulation)
    one.stop()
    with closing(sqlite3.connect(one.path)) as db:
        assert db.execute("SELECT count(*) FROM change").fetchone()[0] > 0
    assert whole(serve().simulation) == before


def test_a_new_key_does_not_wait_until_changes_of_others_are_applied(serve):
    """While other worlds are advanced there are always some."""
    one = serve()
    for _ in range(2):  # the first makes the world, and is written at once
        one.call("POST", "/v2/agents", {"name": "Concierge"})
    waiting = one.worlds.state._waiting
    one.call("GET", "/v2/agents", key="sk_other")
    assert one.worlds.state._waiting >= waiting > 0


def test_what_a_world_drops_leaves_the_file(serve, caplog):
    """Old calls, events, entries, screenshots, runs and stored answers, also before they were
    saved. The log says so.
    """
    one = serve()
    queue = {"name": "q", "type": "aws_sqs", "config": {"queue_url": "q"}, "events": ["*"]}
    queue = one.call("POST", "/v2/event-destinations", queue)
    one.run("downloads_statement", Idempotency_Key="k1")
    one.advance(until="idle")
    assert one.simulation.world.screenshots
    one.call("DELETE", f"/v2/event-destinations/{queue['id']}")
    one.call("PATCH", "/_sim/world", dict.fromkeys(LIMITS, 1))
    for number in range(3):
        one.run("instant_success", Idempotency_Key=f"key-{number}")
        one.advance(by="1m")
        assert one.is_saved()
    assert one.simulation.world.screenshots == {}
    assert "the oldest calls of the world of sk_kept are dropped from now on" in caplog.text
    other = serve(after=one)
    assert other.is_saved()
    assert other.call("GET", "/_sim/requests")["dropped"] > 0


def test_a_message_that_is_sent_again_is_saved_again(serve):
    """A queue then holds the same event twice."""
    one = serve()
    queue = {"name": "q", "type": "aws_sqs", "config": {"queue_url": "q"}, "events": ["*"]}
    queue = one.call("POST", "/v2/event-destinations", queue)
    one.call("POST", "/v2/agents", {"name": "a"})
    one.advance(by="0s")
    (delivery,) = one.call("GET", "/_sim/deliveries")["data"]
    one.call("POST", f"/_sim/deliveries/{delivery['id']}/replay")
    one.advance(by="0s")
    assert one.is_saved()
    messages = serve(after=one).call("GET", f"/_sim/destinations/{queue['id']}/messages")
    assert len(messages["data"]) == 2


def test_worlds_beyond_the_most_wait_in_the_file(serve):
    """Each is loaded again when its key is used, or the URL of one of its files."""
    one = serve(most=1)
    path = one.run("success")
    one.call("GET", "/v2/agents", key="sk_other")
    assert one.worlds.known_keys == ["sk_other"]
    assert one.call("GET", path)["id"] in path
    assert one.worlds.known_keys == [KEY]
    token = world_token("sk_other")
    assert one.worlds.find_by_token(token).key == "sk_other"
    assert one.worlds.find_by_token("none") is None


def test_a_world_that_waits_in_the_file_is_still_controlled(serve):
    """Others are not told that nobody controls it."""
    one = serve()
    other = one.worlds.select("Bearer sk_other")
    one.call("GET", "/_sim/clock")
    one.worlds.unload(KEY)
    one.call("GET", "/v2/agents")
    assert one.worlds.stray_keys(other) == []


def test_a_real_clock_catches_up_what_fell_due(serve):
    """It shows what it would show if the server had not stopped, at its speed."""
    now = [datetime(2030, 1, 1, tzinfo=UTC)]
    one = serve(mode="real", speed=60, now=datetime(2025, 1, 1, tzinfo=UTC), wall=lambda: now[0])
    path = one.run("success")
    began = one.simulation.world.now
    now[0] += timedelta(seconds=10)
    other = serve(after=one, wall=lambda: now[0])
    assert other.call("GET", path)["status"] == "completed"
    assert other.simulation.world.now - began >= timedelta(minutes=10)
    moments = [entry.at for entry in other.simulation.world.timeline]
    assert all(before <= after for before, after in pairwise(moments))


def test_webhooks_that_fell_due_are_sent_when_the_server_is_back(serve):
    """In order, and before anybody calls."""
    now, sent, done = [datetime(2030, 1, 1, tzinfo=UTC)], [], threading.Event()
    one = serve(mode="real", wall=lambda: now[0])
    body = {"name": "x", "type": "webhook", "events": ["task_run.running", "task_run.completed"]}
    one.call("POST", "/v2/event-destinations", body | {"config": {"url": "http://app.test/"}})
    one.run("success")
    now[0] += timedelta(minutes=5)

    async def receive(path, headers, body):
        sent.append(json.loads(body)["type"])
        if len(sent) == 2:
            done.set()
        return 200, {}

    serve(after=one, wall=lambda: now[0], receive=receive)
    assert done.wait(60)
    assert sent == body["events"]


def test_a_clock_that_was_set_back_does_not_go_back(serve):
    """Nor does it pass the last moment, however long the server was down."""
    now = [datetime(2030, 1, 1, tzinfo=UTC)]
    one = serve(mode="real", speed=1e6, wall=lambda: now[0])
    one.run("success")
    began = one.simulation.world.now
    now[0] -= timedelta(days=1)
    other = serve(after=one, wall=lambda: now[0])
    assert other.simulation.world.now >= began
    now[0] += timedelta(days=9000)
    assert serve(after=other, wall=lambda: now[0]).call("GET", "/_sim/clock")["now"][:2] == "90"


def test_a_webhook_in_progress_is_sent_again(serve):
    """Nobody knows whether the receiver got it: delivery is at least once."""
    one = serve()
    one.call("POST", "/_sim/reset")
    body = {"name": "x", "type": "webhook", "events": ["*"]}
    one.call("POST", "/v2/event-destinations", body | {"config": {"url": "http://app.test/"}})
    other = []

    async def receive(path, headers, body):
        other.append(serve(after=one))
        return 200, {}

    one.worlds.dispatcher.apps["app.test"] = receive
    one.call("POST", "/v2/agents", {"name": "a"})
    one.advance(by="0s")
    sent = []

    async def receive_again(path, headers, body):
        sent.append(headers["webhook-id"])
        return 200, {}

    other[0].worlds.dispatcher.apps["app.test"] = receive_again
    other[0].advance(by="0s")
    (delivery,) = other[0].call("GET", "/_sim/deliveries")["data"]
    assert (delivery["event_id"], delivery["status"]) == (sent[0], "success")
    assert one.is_saved()
    assert other[0].is_saved()


def test_a_scenario_that_has_vanished_is_played_to_its_end(serve):
    """A run that plays it has its source; new runs cannot name it."""
    mine = read_scenario("version: 1\nname: mine\ntask_run: [running: 5s, completed]\n")
    library = Library(shipped())
    library.add(mine)
    one = serve(library=library)
    path = one.run("mine")
    other = serve(after=one)
    other.advance(until="idle")
    assert other.call("GET", path)["status"] == "completed"
    body = {"connection_id": "conn"}
    other.call("POST", "/v2/tasks/task/run", body, 400, Deck_Sim_Scenario="mine")


def test_sources_that_nobody_plays_leave_the_file(serve):
    """When it is opened again; a scenario that is edited often leaves nothing behind."""
    one = serve()
    for number in range(3):
        steps = [{"running": f"{number}s"}, "completed"]
        one.call("PUT", "/_sim/scenarios/mine", {"version": 1, "name": "mine", "task_run": steps})
    other = serve(after=one)
    rows = other.worlds.state._db.execute("SELECT value FROM source").fetchall()
    assert [json.loads(text)["task_run"] for (text,) in rows] == [steps]
    assert other.is_saved()


def test_what_follows_the_work_of_a_call_is_saved(serve, tmp_path):
    """A fault that notes something, an answer that a hold stops, a client that leaves it."""
    one = serve()
    one.run("success")
    one.call("POST", "/_sim/faults", {"delay": "1s", "match": "GET /v2/agents"})
    one.call("GET", "/v2/agents")
    assert one.is_saved()
    one.call("POST", "/_sim/holds", {"call": "GET /v2/sources"})
    with one.connect() as socket:
        lines = "GET /v2/sources HTTP/1.1", "Host: localhost", f"Authorization: Bearer {KEY}"
        socket.sendall("\r\n".join([*lines, "", ""]).encode())
        while not one.call("GET", "/_sim/holds")["data"][0]["met"]:
            pass
        assert one.is_saved()
    while one.simulation.journal[-1].unanswered is None:
        one.call("GET", "/_sim/clock")
    one.call("GET", "/_sim/clock")  # a client that leaves is saved with the next call
    assert one.is_saved()


@contextmanager
def full_disk(kept):
    """No file can grow beyond the size that the log of the state file has now."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(f"{kept.path}-wal"), limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_refuses_a_call_and_changes_nothing(serve):
    """The error says what to do; afterwards the same call works, with the same key."""
    one = serve()
    path = one.run(MFA)
    one.advance(until="idle")
    with full_disk(one):
        body = {"inputs": {"code": "123456"}}
        answer = one.call("POST", f"{path}/interaction", body, 507, Idempotency_Key="k")
        assert answer["errors"][0]["code"] == "state_not_saved"
        assert "Free some space, and repeat the call" in answer["errors"][0]["message"]
        for read in (path, "/_sim/clock"):
            one.call("GET", read)
        one.call("PATCH", "/_sim/world", {"rate_limit": True}, 507)
        one.call("POST", "/_sim/reset", status=507)
        one.call("DELETE", "/_sim/world", status=507)
    assert one.call("GET", path)["status"] == "interaction_required"
    one.call("POST", f"{path}/interaction", body, Idempotency_Key="k")
    assert one.is_saved()


def test_a_file_that_is_moved_is_missed_at_the_next_change(serve):
    """Another file in its place does not help; put back, it is used again."""
    one = serve()
    one.run(MFA)
    away = one.path.rename(one.path.with_suffix(".away"))
    for _ in range(2):
        answer = one.call("POST", "/v2/agents", {"name": "a"}, 507)
        assert "was moved, removed or cut" in answer["errors"][0]["message"]
        one.path.touch()
    away.rename(one.path)
    one.call("POST", "/v2/agents", {"name": "a"})
    assert one.is_saved()


@pytest.mark.parametrize("end", ["", "-wal"])
@pytest.mark.parametrize("spoil", [os.unlink, lambda path: os.truncate(path, 0)])
def test_nothing_is_acknowledged_that_a_removed_or_emptied_file_would_lose(serve, spoil, end):
    """Neither the database nor its log can be missing."""
    one = serve()
    one.run(MFA)
    spoil(f"{one.path}{end}")
    for _ in range(2):
        answer = one.call("POST", "/v2/agents", {"name": "a"}, 507)
        assert "was moved, removed or cut" in answer["errors"][0]["message"]


@pytest.mark.parametrize("mode", ["frozen", "real"])
def test_reads_are_answered_on_a_full_disk_and_saved_later(serve, mode):
    """They change nothing but the journal, the counters of ids and the time."""
    one = serve(mode=mode)
    path = one.run("mfa_then_success")
    with full_disk(one):
        ids = [one.call("GET", path)["request_id"] for _ in range(3)]
    one.call("POST", "/v2/agents", {"name": "a"})
    assert one.is_saved()
    calls = serve(after=one).call("GET", "/_sim/requests")["data"]
    assert [call["request_id"] for call in calls[-4:-1]] == ids


def test_many_reads_on_a_full_disk_are_refused_now_and_then(serve, monkeypatch):
    """So that they do not fill the memory."""
    monkeypatch.setattr(state_file, "_MOST_UNSAVED", 3)
    one = serve()
    one.call("GET", "/v2/agents")
    with full_disk(one):
        one.call("GET", "/v2/agents")
        one.call("GET", "/v2/agents", status=507)
        one.call("GET", "/v2/agents")
    one.call("GET", "/v2/agents")
    assert one.is_saved()


def test_a_scenario_that_a_full_disk_refused_is_saved_with_the_next_run(serve):
    """Also if another world was changed in between."""
    one = serve()
    one.run("success")
    one.call("GET", "/v2/agents", key="sk_other")
    with full_disk(one):
        body = {"connection_id": "conn"}
        one.call("POST", "/v2/tasks/task/run", body, 507, Deck_Sim_Scenario="task_fails")
    one.call("DELETE", "/_sim/world", key="sk_other")
    one.run("task_fails")
    assert one.is_saved()


def test_a_scenario_that_was_removed_leaves_the_memory(serve):
    """Its source is in the file, so no copy is needed."""
    one = serve()
    one.call("PUT", "/_sim/scenarios/mine", {"task_run": ["running", "completed"]})
    source = weakref.ref(one.simulation.library.get("mine").source)
    assert isinstance(source(), Source)
    one.call("DELETE", "/_sim/scenarios/mine")
    one.call("GET", "/_sim/scenarios")  # the call before is over then
    gc.collect()
    assert source() is None


def test_no_webhook_is_sent_that_could_not_be_recorded(serve):
    """On a full disk an advance stops before the webhook; later it is sent once."""
    one, sent = serve(), []

    async def receive(path, headers, body):
        sent.append(headers["webhook-id"])
        return 200, {}

    one.worlds.dispatcher.apps["app.test"] = receive
    body = {"name": "x", "type": "webhook", "events": ["*"]}
    one.call("POST", "/v2/event-destinations", body | {"config": {"url": "http://app.test/"}})
    one.call("POST", "/v2/agents", {"name": "a"})
    with full_disk(one):
        one.call("POST", "/_sim/clock/advance", {"by": "1m"}, 507)
    assert sent == []
    one.advance(by="1m")
    assert len(sent) == 1


@pytest.fixture
def refused(tmp_path):
    """Open a file that cannot be used; returns why."""

    def refused(path):
        with pytest.raises(StateFileError) as error, keep_worlds(WorldRegistry(), path):
            pass
        return str(error.value).replace(str(tmp_path), "")

    return refused


def test_a_file_of_somebody_else_is_refused(refused, tmp_path):
    """It is not touched: text, the database of another program, a pipe, a folder."""
    text, other, pipe = (tmp_path / name for name in ("notes.txt", "other.db", "pipe"))
    os.mkfifo(pipe)
    text.write_text("my notes, which are longer than a head")
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE t (a)")
    db.close()
    before = other.read_bytes()
    for file in (text, other, pipe, tmp_path):
        assert "is not a state file of deck-sim; name a new file" in refused(file)
    assert other.read_bytes() == before
    assert "cannot be opened: No such file or directory" in refused(tmp_path / "x" / "y.db")


def test_a_file_in_use_is_refused(serve, refused):
    """One server at a time."""
    assert "is in use by another server; stop that one" in refused(serve().path)


@pytest.fixture
def change_file(serve, tmp_path):
    """Make a file with a world, and change it with a statement of SQL."""

    def change_file(*statements):
        one = serve()
        one.run(MFA)
        one.stop()
        serve().stop()  # applies the changes that wait
        db = sqlite3.connect(one.path, isolation_level=None)
        for statement in statements:
            db.execute(statement)
        db.close()
        return one.path

    return change_file


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("PRAGMA user_version = 9", "has the format 9, and deck-sim"),
        (
            "UPDATE item SET part = 'world.wishes' WHERE part = 'world.stories'",
            "unknown: world.wis",
        ),
        ("UPDATE item SET key = '\"luck\"' WHERE key = '\"mode\"'", "unknown: luck"),
        ("UPDATE item SET value = '[' WHERE part = 'world.stories'", "JSONDecodeError"),
        ("DELETE FROM about", "NoneType"),
    ],
)
def test_a_file_of_another_version_is_refused_with_the_remedy(change_file, refused, change, why):
    """The deck-sim that wrote it can read it."""
    text = refused(change_file("UPDATE about SET version = '0.0.9'", change))
    assert why in text
    assert "serve it with the deck-sim " in text
    assert "or move it away to begin anew" in text


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("DROP TABLE entry", "OperationalError: no such table"),
        ("DROP TABLE change", "OperationalError: no such table"),
        ("INSERT INTO change (world, data) VALUES (1, '[[\"x\"]]')", "AttributeError"),
    ],
)
def test_a_damaged_file_is_refused_and_left_as_it_is(change_file, refused, change, why):
    """No world of it is saved, although others than the damaged one could be read."""
    path = change_file(change)
    text, before = refused(path), path.read_bytes()
    assert f"cannot be read: {why}" in text
    assert "it is damaged; restore a copy of it, or move it away to begin anew" in text
    assert refused(path) == text
    assert path.read_bytes() == before


@pytest.mark.parametrize("length", [200, 6000])
def test_a_file_that_was_cut_is_refused_with_the_remedy(change_file, refused, length):
    """Already in its head, or later."""
    path = change_file()
    os.truncate(path, length)
    assert "is damaged; restore a copy of it, or move it away to begin anew" in refused(path)


def test_a_field_that_an_older_version_did_not_have_gets_its_default(serve, change_file):
    """So most files of older versions can be used."""
    change_file("DELETE FROM item WHERE part = 'fields' AND key = '\"world.options\"'")
    assert serve().call("GET", "/_sim/world")["timeout_cap"] is None


def test_a_load_that_is_broken_off_loses_nothing(serve):
    """A real clock asks for the time when its world is loaded."""
    one = serve(mode="real")
    path = one.run(MFA)
    one.stop()
    with pytest.raises(SystemExit), keep_worlds(WorldRegistry(), one.path, wall=sys.exit):
        pass
    assert path.endswith(serve().call("GET", path)["id"])


def test_only_its_owner_can_read_the_file(serve):
    """It holds API keys and secrets."""
    assert stat.S_IMODE(serve().path.stat().st_mode) == 0o600


def test_a_call_that_was_replaced_and_dropped_since_is_not_written(serve):
    """Its client left, and then the journal dropped it."""
    one = serve()
    one.call("GET", "/v2/agents")
    one.call("GET", "/v2/agents")
    journal = one.simulation.journal
    journal.note_departure(journal[0].request_id)
    journal.drop(1)
    one.worlds.save(one.simulation)
    assert one.is_saved()


def test_a_file_that_is_damaged_while_it_is_used_loses_nothing_more(serve):
    """Calls are refused, and nothing is written over it."""
    one = serve()
    one.run(MFA)
    db = one.worlds.state._db
    db.execute("UPDATE change SET data = '[' WHERE id = 1")
    one.worlds.unload(KEY)
    answer = one.call("GET", "/v2/agents", status=507)
    assert "JSONDecodeError" in answer["errors"][0]["message"]
    assert db.execute("SELECT data FROM change WHERE id = 1").fetchone() == ("[",)


def test_a_world_that_was_never_saved_can_be_deleted(serve):
    """Its first call deletes it."""
    one = serve()
    assert one.call("DELETE", "/_sim/world") == {"deleted": True, "request_id": ANY}
