"""Worlds in a file: what a server finds after another was killed, full disks, files of others."""

import gc
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import weakref
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx2
import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.commands import create_resource
from deck_sim.engine.world_values import RecentLog
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.loader import read_scenario
from deck_sim.state.state_file import StateFileError, keep_worlds

MFA, KEY = "mfa_then_success", "sk_kept"
QUEUE = {"name": "q", "type": "aws_sqs", "config": {"queue_url": "q"}, "events": ["*"]}
WEBHOOK = {"name": "x", "type": "webhook", "config": {"url": "http://app.test/"}, "events": ["*"]}


def receiver(sent, then=lambda: None):
    """A receiver that notes the ids of its webhooks."""

    async def receive(path, headers, body):
        sent.append(headers["webhook-id"])
        then()
        return 200, {}, b""

    return receive


def create_until_killed(process, url):
    """Create agents until the process is killed; returns the ids that were answered."""
    ids = []
    with httpx2.Client(headers={"Authorization": f"Bearer {KEY}"}, timeout=None) as client:
        while True:
            if len(ids) == 30:
                threading.Thread(target=process.kill).start()
            try:
                ids.append(client.post(f"{url}/v2/agents", json={"name": "a"}).json()["id"])
            except httpx2.TransportError:
                return ids


def test_nothing_that_was_acknowledged_is_lost_by_a_kill(tmp_path):
    """The process has no time to close the file."""
    words = ["serve", "--port", "0", "--quiet", "--state", f"{tmp_path}/worlds.db"]
    words = [sys.executable, "-u", "-m", "deck_sim", *words]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        ids = create_until_killed(process, process.stdout.readline().split()[3])
    worlds = WorldRegistry()
    with keep_worlds(worlds, tmp_path / "worlds.db"):
        assert [*worlds.find(KEY).world.all("agent")][: len(ids)] == ids
    worlds.save(worlds.find(KEY))  # the file is closed, and the server keeps its worlds in memory


def test_a_world_goes_on_after_a_kill(serve):
    server = serve()
    path = server.run(MFA, Idempotency_Key="k")
    server.advance(until="idle")
    other = serve(after=server)
    assert other.call("GET", path)["status"] == "interaction_required"
    body = {"connection_id": "conn"}
    replayed = other.call("POST", "/v2/tasks/task/run", body, Idempotency_Key="k")
    assert path.endswith(replayed["id"])
    other.call("POST", f"{path}/interaction", {"inputs": {"code": "123456"}})
    other.advance(until="idle")
    assert other.call("GET", path)["status"] == "completed"


def test_the_numbers_of_calls_and_entries_go_on(serve):
    """They are not in the file, and those that follow are shown."""
    server = serve()
    server.run(MFA)
    last = server.call("GET", "/_sim/timeline?after=0")["next"]
    other = serve(after=server)
    assert other.call("GET", f"/_sim/timeline?after={last}")["data"] == []
    other.call("GET", "/v2/agents")
    (call,) = other.call("GET", f"/_sim/timeline?after={last}")["data"]
    assert call["path"] == "/v2/agents"
    assert call["number"] == other.simulation.journal.total


def test_every_kind_of_change_is_saved(serve):
    """Screenshots, resets, deletions, options, holds, faults and scenarios of the control API. A
    world that was never saved can be deleted, too.
    """
    server = serve()
    assert server.call("DELETE", "/_sim/world")["deleted"] is True
    fault = server.run("downloads_statement")
    server.advance(until="idle")
    assert server.simulation.world.screenshots
    assert server.is_saved()
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
        answer = server.call(method, path.format(fault=fault), body)
        fault = answer.get("id", fault)
        assert server.is_saved(), path
    other = serve(after=server)
    assert other.is_saved()
    other.call("POST", "/_sim/reset")
    assert other.is_saved()
    other.call("DELETE", "/_sim/world")
    assert other.worlds.state.load(KEY) is None


def test_what_a_world_drops_leaves_the_file(serve):
    """Events with their deliveries, and the answer to a key that is too old."""
    server = serve()
    server.call("GET", "/v2/agents")
    server.simulation.world.events = RecentLog(2)
    server.call("POST", "/v2/event-destinations", QUEUE, Idempotency_Key="k")
    for _ in range(2):
        server.run("instant_success")
        server.advance(by="1d")
        assert server.is_saved()
    assert server.simulation.stored_answers == {}
    rows_of_events = "SELECT count(*) FROM row WHERE part = 'event'"
    assert server.worlds.state._db.execute(rows_of_events).fetchone() == (2,)
    server.run("instant_success")  # one call that drops several events
    other = serve(after=server)
    other.simulation.world.events = server.simulation.world.events
    other.run("instant_success")
    for started in (server, other):
        assert started.worlds.state._db.execute(rows_of_events).fetchone() == (2,)


def test_a_restored_world_takes_the_place_of_the_one_in_the_file(serve):
    """As a whole, with its timers, and with an option that is off again: the settings, with which a
    world is made when it is read, still have it.
    """
    server = serve(rate_limit=True)
    server.call("PATCH", "/_sim/world", {"rate_limit": False})
    path = server.run(MFA)
    snapshot = server.call("POST", "/_sim/snapshots")["id"]
    server.call("POST", "/_sim/reset")
    server.call("POST", f"/_sim/snapshots/{snapshot}/restore")
    assert server.simulation.rate_limiter is None
    assert server.is_saved()
    other = serve(after=server)
    other.advance(until="idle")
    assert other.call("GET", path)["status"] == "interaction_required"


def test_a_call_that_changes_only_counts_writes_one_row(serve):
    """Reads are most of the calls of a client."""
    server = serve()
    server.call("GET", "/v2/agents")
    before = server.worlds.state._db.total_changes
    server.call("GET", "/v2/agents")
    assert server.worlds.state._db.total_changes == before + 1
    assert server.is_saved()


def test_a_value_of_another_type_is_saved(serve):
    """Python takes 1 and true for equal."""
    server = serve()
    server.run("success")
    for value in (1, True):
        server.call("PATCH", "/v2/tasks/task", {"input_schema": {"const": value}})
        assert server.is_saved()


def test_more_changes_than_the_timeline_keeps_are_saved(serve):
    """It names the resources that have changed."""
    server = serve()
    server.run("success")
    world = server.simulation.world
    world.timeline = RecentLog(2, dropped=world.timeline.total)
    server.run("success")
    server.advance(until="idle")
    assert server.is_saved()


@pytest.mark.parametrize("call", [("DELETE", "/_sim/world"), ("POST", "/_sim/reset")])
def test_a_world_that_is_gone_leaves_the_memory(serve, call):
    """With the values that were written last."""
    server = serve()
    server.run("success")
    saved = weakref.ref(server.worlds.state.saved[KEY])
    server.call(*call)
    gc.collect()
    assert saved() is None


def test_the_run_that_ended_first_is_forgotten_first(serve, monkeypatch):
    """Also after a restart, and if it began last."""
    server = serve()
    first, last = server.run("success"), server.run("instant_success")
    server.advance(until="idle")
    later = serve(after=server)
    monkeypatch.setattr("deck_sim.engine.world.MOST_RUNS", 1)
    later.call("GET", "/v2/agents")
    assert later.call("GET", first)["status"] == "completed"
    later.call("GET", last, status=404)


def test_a_message_that_is_sent_again_is_saved_again(serve):
    """A queue then holds the same event twice."""
    server = serve()
    queue = server.call("POST", "/v2/event-destinations", QUEUE)
    server.call("POST", "/v2/agents", {"name": "a"})
    server.advance(by="0s")
    (delivery,) = server.call("GET", "/_sim/deliveries")["data"]
    server.call("POST", f"/_sim/deliveries/{delivery['id']}/replay")
    messages = serve(after=server).call("GET", f"/_sim/destinations/{queue['id']}/messages")
    assert len(messages["data"]) == 2


def test_a_real_clock_catches_up_what_fell_due(serve):
    """It shows what it would show if the server had not stopped, at its speed."""
    now = [datetime(2030, 1, 1, tzinfo=UTC)]
    server = serve(mode="real", speed=60, now=datetime(2025, 1, 1, tzinfo=UTC), wall=lambda: now[0])
    path = server.run("success")
    began = server.simulation.world.now
    now[0] += timedelta(seconds=10)
    other = serve(after=server, wall=lambda: now[0])
    assert other.call("GET", path)["status"] == "completed"
    assert other.simulation.world.now - began >= timedelta(minutes=10)
    moments = [entry.at for entry in other.simulation.world.timeline]
    assert all(before <= after for before, after in pairwise(moments))


def test_webhooks_that_fell_due_are_sent_when_the_server_is_back(serve):
    """In order, and before anybody calls."""
    now, sent, done = [datetime(2030, 1, 1, tzinfo=UTC)], [], threading.Event()
    server = serve(mode="real", wall=lambda: now[0])
    body = WEBHOOK | {"events": ["task_run.running", "task_run.completed"]}
    server.call("POST", "/v2/event-destinations", body)
    server.run("success")
    now[0] += timedelta(minutes=5)
    receive = receiver(sent, lambda: len(sent) == 2 and done.set())
    other = serve(after=server, wall=lambda: now[0], receive=receive)
    assert done.wait(60)
    types = {event["id"]: event["type"] for event in other.call("GET", "/_sim/events")["data"]}
    assert [types[id_] for id_ in sent] == body["events"]


def test_a_clock_that_was_set_back_does_not_go_back(serve):
    """Nor does it pass the last moment, however long the server was down."""
    now = [datetime(2030, 1, 1, tzinfo=UTC)]
    server = serve(mode="real", speed=1e6, wall=lambda: now[0])
    server.run("success")
    began = server.simulation.world.now
    now[0] -= timedelta(days=1)
    other = serve(after=server, wall=lambda: now[0])
    assert other.simulation.clock.read(datetime.min.replace(tzinfo=UTC)) >= began
    now[0] += timedelta(days=9000)
    assert serve(after=other, wall=lambda: now[0]).call("GET", "/_sim/clock")["now"][:2] == "90"


def test_a_webhook_in_progress_is_sent_again(serve):
    """Nobody knows whether the receiver got it: delivery is at least once."""
    server, others, sent = serve(), [], []
    server.call("POST", "/_sim/reset")
    server.call("POST", "/v2/event-destinations", WEBHOOK)
    server.worlds.dispatcher.apps["app.test"] = receiver(
        [], lambda: others.append(serve(after=server))
    )
    server.call("POST", "/v2/agents", {"name": "a"})
    server.advance(by="0s")
    (other,) = others
    other.worlds.dispatcher.apps["app.test"] = receiver(sent)
    other.advance(by="0s")
    (delivery,) = other.call("GET", "/_sim/deliveries")["data"]
    assert (delivery["event_id"], delivery["status"]) == (sent[0], "success")
    assert server.is_saved()
    assert other.is_saved()


@pytest.mark.parametrize("steps", [None, "[failed: auth/auth_invalid]"])
def test_a_scenario_that_has_vanished_or_changed_is_played_to_its_end(serve, steps):
    """A run that plays it has its source."""
    libraries = []
    for server in ("[running: 5s, completed]", steps):
        library = Library(shipped())
        if server:
            library.add(read_scenario(f"version: 1\nname: mine\ntask_run: {server}\n"))
        libraries.append(library)
    server = serve(library=libraries[0])
    path = server.run("mine")
    other = serve(after=server, library=libraries[1])
    other.advance(until="idle")
    assert other.call("GET", path)["status"] == "completed"


def test_what_follows_the_work_of_a_call_is_saved(serve, tmp_path):
    """A fault that notes something, an answer that a hold stops, a client that leaves it."""
    server = serve()
    server.run("success")
    server.call("POST", "/_sim/faults", {"delay": "1s", "match": "GET /v2/agents"})
    server.call("GET", "/v2/agents")
    assert server.is_saved()
    server.call("POST", "/_sim/holds", {"call": "GET /v2/sources"})
    with server.connect() as socket:
        lines = "GET /v2/sources HTTP/1.1", "Host: localhost", f"Authorization: Bearer {KEY}"
        socket.sendall("\r\n".join([*lines, "", ""]).encode())
        while not server.call("GET", "/_sim/holds")["data"][0]["met"]:
            pass
        assert server.is_saved()
    while server.simulation.journal[-1].unanswered is None:
        server.call("GET", "/_sim/clock")
    server.call("GET", "/_sim/clock")  # a client that leaves is saved with the next call
    assert server.is_saved()


@contextmanager
def full_disk(server):
    """No file can grow beyond the size that the log of the state file has now."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(f"{server.path}-wal"), limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_refuses_a_call_and_changes_nothing(serve):
    """The error says what to do; afterwards the same call works, with the same key."""
    server = serve()
    path = server.run(MFA)
    server.advance(until="idle")
    with full_disk(server):
        body = {"inputs": {"code": "123456"}}
        answer = server.call("POST", f"{path}/interaction", body, 507, Idempotency_Key="k")
        assert answer["errors"][0]["code"] == "state_not_saved"
        assert "Free some space, and repeat the call" in answer["errors"][0]["message"]
        server.call("PATCH", "/_sim/world", {"rate_limit": True}, 507)
        server.call("POST", "/_sim/reset", status=507)
        server.call("DELETE", "/_sim/world", status=507)
        assert server.call("GET", "/_sim/worlds")["data"] != []
    assert server.call("GET", path)["status"] == "interaction_required"
    server.call("POST", f"{path}/interaction", body, Idempotency_Key="k")
    assert server.is_saved()


def test_a_change_that_could_not_be_saved_is_not_saved_at_the_end(serve):
    """Its world has left the memory, and nobody has asked for it since."""
    server = serve()
    server.call("POST", "/v2/agents", {"name": "a"})
    simulation = server.simulation
    create_resource(simulation.world, "agent", {"name": "b", "description": None})
    with full_disk(server), pytest.raises(ApiError):
        server.worlds.save(simulation)
    with pytest.raises(ApiError, match="of another call"):
        server.worlds.save(simulation)
    server.stop()
    agents = serve().call("GET", "/v2/agents")["data"]
    assert [agent["name"] for agent in agents] == ["a"]


def test_no_webhook_is_sent_that_could_not_be_recorded(serve):
    """On a full disk an advance stops before the webhook; later it is sent once."""
    sent = []
    server = serve(receive=receiver(sent))
    server.call("POST", "/v2/event-destinations", WEBHOOK)
    server.call("POST", "/v2/agents", {"name": "a"})
    with full_disk(server):
        server.call("POST", "/_sim/clock/advance", {"by": "1m"}, 507)
    assert sent == []
    server.advance(by="1m")
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
    assert "is in use by another server; stop that server" in refused(serve().path)


def test_a_file_that_cannot_be_read_is_refused_with_one_line_and_left_as_it_is(serve, refused):
    """Also if its list of worlds is damaged, or what the message quotes has several lines."""
    server = serve()
    server.run(MFA)
    server.stop()
    whole_file, damaged = server.path.read_bytes(), "UPDATE row SET value = {} WHERE part = 'story'"
    for change, why in [
        (damaged.format("x'00'"), "UnpicklingError"),
        (damaged.format("CAST(x'0aff' AS TEXT)"), "Could not decode"),
        ("DROP TABLE world", "no such table: world"),
        ("DROP TABLE source", "it is damaged, or another version of deck-sim wrote it; use that"),
        ("PRAGMA user_version = 99", "has the format 99, but deck-sim"),
    ]:
        server.path.write_bytes(whole_file)
        with closing(sqlite3.connect(server.path, isolation_level=None)) as db:
            db.execute(change)
        before, message = server.path.read_bytes(), refused(server.path)
        assert (why in message, message.isprintable()) == (True, True)
        assert server.path.read_bytes() == before
    os.truncate(server.path, 6000)
    assert "is damaged; restore a copy of it, or move it away" in refused(server.path)


@pytest.mark.parametrize("replace", [lambda path: None, lambda path: path.write_bytes(b"")])
def test_nothing_is_acknowledged_after_the_file_was_removed_or_replaced(serve, replace):
    """It would be written where the next server does not look."""
    server = serve()
    server.call("POST", "/v2/agents", {"name": "a"})
    server.path.unlink()
    replace(server.path)
    answer = server.call("POST", "/v2/agents", {"name": "b"}, 507)
    assert "was removed or replaced while the server runs" in answer["errors"][0]["message"]


def test_only_its_owner_can_read_the_file(serve):
    """It holds API keys and secrets."""
    assert stat.S_IMODE(serve().path.stat().st_mode) == 0o600


def test_a_world_that_cannot_be_read_again_is_not_replaced(serve):
    """Its calls are refused until it can be read."""
    server = serve()
    server.run(MFA)
    db = server.worlds.state._db
    db.execute("UPDATE row SET part = 'strange' WHERE part = 'agent'")
    server.worlds.reload(KEY)
    answer = server.call("GET", "/v2/agents", status=507)
    message = f"This key's world cannot be read from {server.path}: KeyError: 'strange'. Check the"
    assert answer["errors"][0]["message"].startswith(message)
    db.execute("UPDATE row SET part = 'agent' WHERE part = 'strange'")
    assert len(server.call("GET", "/v2/agents")["data"]) == 1


def test_a_session_that_ends_uses_its_run_no_more(serve):
    """Its users are listed anew when a file is read."""
    server = serve(edition="credentials")
    agent = server.call("POST", "/v2/agents", {"name": "a"})["id"]
    site = {"type": "website", "website": {"url": "https://a.example"}}
    source = server.call("POST", "/v2/sources", site)["id"]
    task = server.call("POST", "/v2/tasks", {"name": "t", "agent_id": agent})["id"]
    run = server.call("POST", f"/v2/tasks/{task}/run", {"source_id": source})
    server.call("POST", f"/v2/sessions/{run['session_id']}/end")
    assert server.call("GET", f"/v2/task-runs/{run['id']}")["status"] == "cancelling"
    assert server.is_saved()
