import ast
import copy
from copy import deepcopy
from pathlib import Path

import pytest

import deck_sim
from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.world import FROZEN_START, IllegalMove, World
from deck_sim.engine.world_values import RecentLog

MACHINES = {
    (edition, kind): row.machine
    for edition, rules in EDITIONS.items()
    for kind, row in rules.kinds.items()
    if row.machine
}
PAIRS = [
    (edition, kind, before, after)
    for (edition, kind), machine in MACHINES.items()
    for before in machine.statuses
    for after in machine.statuses
]
LEGAL = [pair for pair in PAIRS if pair[3] in MACHINES[pair[:2]].follows[pair[2]]]
ILLEGAL = [pair for pair in PAIRS if pair not in LEGAL]
FIELDS = {
    "task": {"agent_id": ""},
    "event_destination": {"events": []},
    "event_delivery": {},
    "connection": {"source_id": "src_1", "interaction": {"type": "mfa"}},
    "credential": {"source_id": "src_1", "external_id": None},
    "session": {"source_id": "src_1", "credential_id": None},
    "task_run": {
        **dict.fromkeys(["connection_id", "credential_id", "source_id", "session_id"]),
        "interaction": {"type": "mfa"},
        "runtime_ms": 0,
        "errors": [],
    },
}


# The words of events that are not the status.
WORDS = {
    "task": {"learning": "reset"},
    "event_destination": {"active": "activated", "inactive": "deactivated"},
    "event_delivery": {},
}


def world_with(edition, kind, status):
    world = World(edition)
    return world, world.create(kind, FIELDS[kind], silent=True, status=status)


@pytest.mark.parametrize(("edition", "kind", "before", "after"), ILLEGAL)
def test_a_move_that_no_row_allows_is_refused_and_changes_nothing(edition, kind, before, after):
    world, resource = world_with(edition, kind, before)
    was, is_final = copy.deepcopy(world), MACHINES[edition, kind].is_final(before)
    text = f"`{before}` cannot become `{after}`; it can become {'nothing$' if is_final else '`'}"
    with pytest.raises(IllegalMove, match=text):
        world.move(resource, after)
    assert world == was


@pytest.mark.parametrize(("edition", "kind", "before", "after"), LEGAL)
def test_a_legal_move_writes_one_line_and_at_most_one_event(edition, kind, before, after):
    world, resource = world_with(edition, kind, before)
    lines = list(world.timeline)
    moved = world.move(resource, after)
    assert world.find(kind, resource.id) == moved
    assert (moved.status, moved.fields.get("interaction")) == (after, None)
    *earlier, new = world.timeline
    assert earlier == lines
    assert (new.at, new.kind, new.id) == (FROZEN_START, kind, resource.id)
    assert (new.what, new.status) == (f"{before} -> {after}", after)
    word = WORDS.get(kind, {}).get(after, None if kind in WORDS else after)
    word = "canceling" if word == "cancelling" else word
    assert [(e.type, e.data) for e in world.events] == ([(f"{kind}.{word}", moved)] if word else [])


SOURCES = {
    str(file.relative_to(Path(deck_sim.__file__).parent)): ast.parse(file.read_text())
    for file in Path(deck_sim.__file__).parent.rglob("*.py")
}


def test_only_move_replaces_a_status():
    makers = {
        (file, function.name)
        for file, tree in SOURCES.items()
        if not file.startswith(("faults/", "explore/"))  # their statuses are those of HTTP
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        for name in [getattr(node.func, "id", "")]
        if name == "Resource"
        or (name == "replace" and any(keyword.arg == "status" for keyword in node.keywords))
    }
    # What is known of a connection before it is created has no status.
    expected = {("engine/world.py", "create"), ("engine/world.py", "move")}
    assert makers == expected | {("engine/commands.py", "open_connection")}


def test_only_pass_time_sets_the_clock():
    writes = {
        (file, function.name)
        for file, tree in SOURCES.items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if node.attr == "now" and ast.unparse(node.value) != "report"
    }
    assert writes == {("engine/playing.py", "pass_time")}


def test_a_given_id_does_not_shift_the_following_ids():
    """Seeding a resource does not change the ids of a test."""
    world = World()
    world.create("agent", {"name": "A"}, silent=True, id="agt_mine")
    assert world.create("agent", {"name": "B"}).id == World().next_id("agt")


def test_an_id_that_is_taken_is_skipped():
    """A seeded resource may have the id that is generated next."""
    id_, world = World().next_id("agt"), World()
    world.create("agent", {"name": "A"}, silent=True, id=id_)
    assert world.create("agent", {"name": "B"}).id != id_
    assert len(world.all("agent")) == 2


def test_deleting_again_changes_nothing(play):
    play.wait("1s")
    play.world.delete(play.agent)
    assert play.look(play.agent).updated_at == play.world.now
    assert play.world.find("agent", play.agent.id) is None
    was = copy.deepcopy(play.world)
    play.world.delete(play.look(play.agent))
    assert play.world == was
    assert play.events(play.agent) == ["agent.created", "agent.deleted"]


def test_a_file_can_be_read_until_its_time_is_over(play):
    """At the last moment it still can."""
    file = play.world.create("storage", {"task_run_id": "trun_1"})
    play.wait("90d")
    assert play.world.find("storage", file.id) == file
    play.wait("1ms")
    assert play.world.find("storage", file.id) is None


def test_an_agent_shows_its_own_tasks(play):
    mine, gone = play.task(), play.task()
    play.task(agent_id=play.create("agent", name="Other", description=None).id)
    play.world.delete(gone)
    assert [task["id"] for task in play.world.embedded(play.agent, "tasks")] == [mine.id]


def test_positions_stay_true_when_items_are_dropped():
    log = RecentLog(3, "abcde")
    assert ([*log], log.dropped, log.total) == ([*"cde"], 2, 5)
    since = (log.since(3), log.since(0), log.since(3, 4), log.since(0, 1), log.since(9))
    assert since == ([*"de"], [*"cde"], ["d"], [], [])


def test_a_copy_of_a_log_knows_what_was_dropped():
    log = RecentLog(2, "abc")
    copy = deepcopy(log)
    log.append("d")
    assert ([*copy], copy.total, copy.maxlen) == ([*"bc"], 3, 2)


@pytest.mark.parametrize("size", [0, 1, 64, 65, 100, 150])
def test_a_log_of_any_size_has_its_last_items(size):
    log = RecentLog(100, range(size))
    assert deepcopy(log) == log == RecentLog(100, range(size)[-100:])
    assert ([*log], log.total) == ([*range(size)][-100:], size)
