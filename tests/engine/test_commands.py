"""Commands of callers, people and sources; a refused command changes nothing."""

import copy
from functools import partial

import pytest

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.engine import checks, commands

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
    """Apply the command of that name to a resource."""
    simple = {
        "run": lambda: play.run("[running, completed]", connection=resource),
        "answer": lambda: play.answer(resource, code="1"),
        "reopen": lambda: reopen(play, resource),
        "approve": lambda: play.review(resource, "approve"),
        "reject": lambda: play.review(resource, "reject"),
    }
    return simple.get(name, lambda: play.command(resource, name))()


def reopen(play, connection, steps="[connected]"):
    """Reopen a connection, with that script."""
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
    """The refusal names the status and those that would allow the command."""
    resource = bring(kind, status)
    task = play.task() if name == "run" else None
    body = {"connection_id": resource.id, "input": {}}
    run = partial(commands.run_task, play.world, task, body, None)
    problems, error = refusal(play, run if task else partial(give, play, resource, name))
    assert problems == [("request/state_invalid", None)]
    assert f"is `{status}`; `{name}` is allowed only in" in str(error)
    allowed = RULES.machine(kind).commands[name].allowed
    assert all(f"`{one}`" in str(error) for one in allowed)


@pytest.mark.parametrize(("kind", "name", "status"), ALLOWED)
def test_a_command_in_an_allowed_status_takes_effect(play, bring, kind, name, status):
    """In each status that its row names."""
    resource = bring(kind, status)
    events = len(play.world.events)
    after = give(play, resource, name)
    assert len(play.world.events) > events
    leads_to = RULES.machine(kind).commands[name].leads_to
    assert leads_to is None or name == "reopen" or after.status == leads_to


def test_a_canceled_run_plays_no_more(play):
    """The rest of its script has no effect."""
    run = play.run("[running: 8s, completed]")
    play.wait("1s")
    play.command(run, "cancel")
    play.wait("1d")
    assert play.told(run)[-1] == "1s running -> canceled"
    assert play.events(run) == ["task_run.queued", "task_run.running", "task_run.canceled"]


def test_a_disconnected_connection_plays_no_more(play):
    """Its timers are taken back."""
    connection = play.open("[connected: 10m, disconnected]")
    play.wait("5m")
    play.command(connection, "disconnect")
    assert (play.world.timers.peek(), play.world.stories) == (None, {})
    play.wait("1d")
    assert play.told(connection)[-1] == "5m connected -> disconnected"


BROKEN = {"type": "objekt"}
REQUIRES = {"type": "object", "required": ["day"], "properties": {"day": {"type": "string"}}}


def _update(play, kind, **fields):
    resource = play.agent if kind == "agent" else play.task()
    return lambda: commands.update_resource(play.world, resource, fields)


def _run(play, connection_id=None, input=None, choose=None):  # noqa: A002
    task = play.task(input_schema=REQUIRES)
    body = {"connection_id": connection_id or play.connect().id, "input": input or {}}
    return lambda: commands.run_task(play.world, task, body, choose)


LOGIN = {"username": "alex", "password": "hunter2"}


def _open(play, source_id="src_none", credentials=None, choose=None):
    body = {"source_id": source_id, "auth_method": "username_password", "external_id": None}
    body["auth_credentials"] = credentials
    return lambda: commands.open_connection(play.world, body, choose)


def _answer(play, **inputs):
    run = play.run("[running, interaction_required: mfa, running, completed]")
    return lambda: play.answer(run, **inputs)


def _unknown_scenario(facts):
    raise refuse("request/input_invalid", "no such scenario", field="Deck-Sim-Scenario")


def _reopen(play):
    lost = play.open("[connected, disconnected]")
    return lambda: commands.reopen_connection(play.world, lost, _unknown_scenario)


def _deleted(play):
    play.world.delete(play.agent)
    return lambda: checks.fetch(play.world, "agent", play.agent.id)


NO_SCENARIO = [("request/input_invalid", "Deck-Sim-Scenario")]
REASONS = {
    "fetch: unknown": (
        lambda play: lambda: checks.fetch(play.world, "source", "src_none"),
        [("source/source_not_found", None)],
    ),
    "fetch: deleted": (_deleted, [("request/agent_not_found", None)]),
    "create: reference": (
        lambda play: lambda: play.task(agent_id="agt_none"),
        [("request/agent_not_found", "agent_id")],
    ),
    "create: schemas": (
        lambda play: lambda: play.task(input_schema=BROKEN, output_schema=BROKEN),
        [("request/input_invalid", f"{name}.type") for name in ("input_schema", "output_schema")],
    ),
    "seed: reference": (
        lambda play: lambda: commands.seed_resource(play.world, "task", {"agent_id": "agt_none"}),
        [("request/agent_not_found", "agent_id")],
    ),
    "update: schema": (
        lambda play: _update(play, "task", input_schema=BROKEN),
        [("request/input_invalid", "input_schema.type")],
    ),
    "open: source and credentials": (
        _open,
        [
            ("source/source_not_found", "source_id"),
            ("request/input_missing", "auth_credentials.username"),
            ("request/input_missing", "auth_credentials.password"),
        ],
    ),
    "open: scenario": (
        lambda play: _open(play, play.source.id, LOGIN, _unknown_scenario),
        NO_SCENARIO,
    ),
    "run: connection and input": (
        lambda play: _run(play, "conn_none"),
        [("request/connection_not_found", "connection_id"), ("request/input_invalid", "input.day")],
    ),
    "run: input": (
        lambda play: _run(play, input={"day": 5}),
        [("request/input_invalid", "input.day")],
    ),
    "run: scenario": (
        lambda play: _run(play, input={"day": "5"}, choose=_unknown_scenario),
        NO_SCENARIO,
    ),
    "reopen: scenario": (_reopen, NO_SCENARIO),
    "answer: missing": (_answer, [("request/input_missing", "inputs.code")]),
    "answer: empty": (
        lambda play: _answer(play, code=""),
        [("request/input_missing", "inputs.code")],
    ),
    "answer: missing and unknown": (
        lambda play: _answer(play, pin="1"),
        [("request/input_missing", "inputs.code"), ("request/input_invalid", "inputs.pin")],
    ),
}


@pytest.mark.parametrize("reason", REASONS)
def test_a_refused_command_changes_nothing(play, reason):
    """The refusal names all problems."""
    prepare, expected = REASONS[reason]
    problems, _ = refusal(play, prepare(play))
    assert problems == expected


def test_an_empty_update_changes_nothing(play):
    """It adds no entry and no event."""
    was = copy.deepcopy(play.world)
    assert commands.update_resource(play.world, play.agent, {}) is play.agent
    assert play.world == was


def test_an_update_sets_the_sent_fields(play):
    """The others stay; there is an entry and an event."""
    play.wait("5s")
    changed = commands.update_resource(play.world, play.agent, {"description": "Books rooms"})
    assert changed.fields == {"name": "Concierge", "description": "Books rooms"}
    assert (changed.updated_at, play.look(play.agent)) == (play.world.now, changed)
    assert play.told(play.agent) == ["0s created", "5s changed description"]
    assert play.events(play.agent) == ["agent.created", "agent.updated"]


def test_a_reset_task_learns_again(play):
    """A reset is an event of its own."""
    body = {"name": "Read", "agent_id": play.agent.id}
    task = commands.seed_resource(play.world, "task", body, status="live")
    assert commands.reset_task(play.world, task).status == "learning"
    assert play.told(task) == ["0s created as live", "0s reset to learning"]
    assert play.events(task) == ["task.reset"]


def test_the_password_is_not_kept(play):
    """The user name is kept, and whether there was a password."""
    connection = play.open()
    assert connection.hidden == {"username": "alex", "password": True}
    assert "hunter2" not in repr(play.world)


def test_other_methods_need_no_credentials(play):
    """Only `username_password` does."""
    opened = play.open(auth_method="none", auth_credentials=None)
    assert (opened.status, opened.hidden) == ("connecting", {"username": None, "password": False})


def test_a_seeded_connection_can_be_used_and_dropped(play):
    """It runs tasks, although it plays no script."""
    body = {"source_id": play.source.id, "auth_method": "none", "external_id": None}
    seeded = commands.seed_resource(play.world, "connection", body, status="connected")
    run = play.run("[running: 1h, completed]", connection=seeded)
    assert play.command(seeded, "drop").status == "disconnected"
    assert play.look(run).status == "failed"


@pytest.mark.parametrize("name", ["disconnect", "drop", "invalidate", "terminate"])
def test_live_runs_fail_with_their_connection(play, name):
    """Finished runs and those of other connections stay as they are."""
    connection, other = play.connect(), play.connect()
    finished = play.run("[running, completed]", connection=connection)
    live = [play.run(steps, connection=connection) for steps in LIVE]
    spared = play.run("[running: 1h, completed]", connection=other)
    lost = play.command(connection, name)
    error = RULES.machine("connection").fails_users_with[lost.status]
    text = f"{error}: The connection became `{lost.status}` during the run."
    assert [play.error(run) for run in live] == [text] * len(LIVE)
    assert play.look(finished).status == "completed"
    assert play.look(spared).status == "running"
    assert {due.owner for due in play.world.timers.upcoming()} == {spared.id}


LIVE = (
    "[queued: 1h, running, completed]",
    "[running: 1h, completed]",
    "[running, interaction_required: mfa, running, completed]",
    "[running, pending, completed]",
)


def test_a_connection_keeps_its_live_runs_only(play):
    """So ending a connection does not look at all runs."""
    connection = play.connect()
    for _ in range(5):
        play.run("[running, completed]", connection=connection)
    live = play.run("[running: 1h, completed]", connection=connection)
    assert list(play.world.users[connection.id]) == [live.id]
