import copy
from functools import partial

import pytest

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine import commands
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Options

RULES = EDITIONS["connections"]
STATES = [
    (kind, name, status)
    for kind in ("connection", "task_run")
    for name in RULES.machine(kind).commands
    for status in RULES.machine(kind).statuses
]
ALLOWED = [s for s in STATES if s[2] in RULES.machine(s[0]).commands[s[1]].allowed]
REFUSED = [s for s in STATES if s not in ALLOWED]


def give(play, resource, name):
    simple = {
        "run": lambda: play.run("[running, completed]", connection=resource),
        "answer": lambda: play.answer(resource, code="1"),
        "reopen": lambda: reopen(play, resource),
        "approve": lambda: play.review(resource, "approve"),
        "reject": lambda: play.review(resource, "reject"),
    }
    return simple.get(name, lambda: play.command(resource, name))()


def reopen(play, connection, steps="[connected]"):
    script = play.script("connection", steps)
    return commands.reopen_connection(play.world, play.look(connection), lambda facts: script)


def refusal(play, call):
    """The problems of a refused call, which must leave the world equal."""
    was = copy.deepcopy(play.world)
    with pytest.raises(ApiError) as caught:
        call()
    assert play.world == was
    return [(p.name, p.field) for p in caught.value.problems], caught.value


@pytest.mark.parametrize(("kind", "name", "status"), REFUSED)
def test_a_command_in_the_wrong_status_changes_nothing(play, bring, kind, name, status):
    resource = bring(kind, status)
    task = play.task() if name == "run" else None
    body = {"connection_id": resource.id, "input": {}}
    run = partial(commands.run_task, play.world, task, body, None)
    problems, error = refusal(play, run if task else partial(give, play, resource, name))
    assert problems == [("request/state_invalid", None)]
    assert f"is `{status}`; `{name}` is allowed only in" in str(error)
    allowed = RULES.machine(kind).commands[name].allowed
    assert all(f"`{name}`" in str(error) for name in allowed)


@pytest.mark.parametrize(("kind", "name", "status"), ALLOWED)
def test_a_command_in_an_allowed_status_takes_effect(play, bring, kind, name, status):
    resource = bring(kind, status)
    events = len(play.world.events)
    after = give(play, resource, name)
    assert len(play.world.events) > events
    leads_to = RULES.machine(kind).commands[name].leads_to
    assert leads_to is None or name == "reopen" or after.status == leads_to


def test_a_connection_keeps_its_live_runs_only(play):
    """So ending a connection does not look at all runs."""
    connection = play.connect()
    for _ in range(5):
        play.run("[running, completed]", connection=connection)
    live = play.run("[running: 1h, completed]", connection=connection)
    assert list(play.world.users[connection.id]) == [live.id]


def test_only_open_sessions_count_for_the_limit():
    world, ids = World("credentials", options=Options(session_limit=1)), {"credential_id": None}
    world.create("session", {**ids, "source_id": None}, silent=True, status="completed")
    commands.check_session_limit(world)
    world.create("session", {**ids, "source_id": None}, silent=True)
    with pytest.raises(ApiError, match="limit"):
        commands.check_session_limit(world)
