import pytest
from offline import SECOND, OfflineSimulation

from deck_sim.base.durations import parse_duration
from deck_sim.engine.waiting import AwaitedEvent
from deck_sim.engine.world_values import Options
from deck_sim.runtime.why import (
    explain_absence,
    explain_unknown,
    explain_wait,
    find_right_answer,
    find_unfinished,
    next_status,
)

ASKS = "[running, interaction_required: mfa, running, completed]"
ANSWER = "An answer to `mfa` must give `code`; the interaction times out in 4m."
REVIEW = "A reviewer must approve or reject it; the task times out in 29m."
STUCK = (
    "The script is stuck here, and only its timeout or a cancel ends it; the task times out in 29m."
)
NEXT = "The clock is frozen; it becomes `{}` in {}."
SHOOTS = "[queued: 2s, screenshot, running: 1s, completed]"
# Steps, the time that passes, the sentence, and what helps.
WAITS = [
    ("[queued: 2s, running, completed]", "0s", NEXT.format("running", "2s"), "advance 2s"),
    (ASKS, "1m", ANSWER, "answer"),
    ("[running, pending, completed]", "1m", REVIEW, "review"),
    ("[running, pending: 10m, completed]", "1m", NEXT.format("completed", "9m"), "advance 9m"),
    ("[running: stuck]", "1m", STUCK, "advance 29m"),
    (SHOOTS, "0s", NEXT.format("running", "2s"), "advance 2s"),
]


@pytest.fixture
def simulation():
    return OfflineSimulation()


@pytest.fixture
def explain(simulation):
    return lambda run=None: explain_absence(
        simulation, AwaitedEvent(("task_run.completed",), run, 0)
    )


def wait_of(simulation, run):
    wait = explain_wait(simulation, simulation.world.resource(run))
    return wait.why, wait.remedy


def test_a_wait_is_explained_with_what_helps():
    """A screenshot ends no wait."""
    wrong = []
    for steps, passed, why, remedy in WAITS:
        simulation = OfflineSimulation()
        simulation.world.set_options(Options(screenshots=True))
        run = simulation.run(steps)
        simulation.advance_by(parse_duration(passed))
        explained = wait_of(simulation, run)
        helps = dict(zip(("do", "by"), remedy.split(), strict=False))
        wrong += [] if explained == (why, helps) else [(steps, explained)]
    assert wrong == []


def test_of_what_is_unfinished_the_latest_change_is_last(simulation):
    """Runs created earlier may have changed later; a long list shows the end."""
    slow, quick = simulation.run("[queued: 2s, running: stuck]"), simulation.run(ASKS)
    assert [run.id for run in find_unfinished(simulation.world)] == [slow, quick]
    simulation.advance_by(2 * SECOND)
    assert [run.id for run in find_unfinished(simulation.world)] == [quick, slow]


def test_a_clock_that_waits_for_somebody_is_named(simulation):
    """A real clock moves by itself; its fractions of a second are left out."""
    run = simulation.run("[queued: 2300ms, running, completed]")
    simulation.set_clock("real")
    assert wait_of(simulation, run) == ("It becomes `running` in 2s.", {"do": "wait"})
    simulation.set_clock("on_poll")
    simulation.advance_by(SECOND * 0.3)
    why = "The clock moves when a client reads the resource; it becomes `running` in 2s."
    assert wait_of(simulation, run) == (why, {"do": "advance", "by": "2s"})


def test_the_right_answer_is_the_accepted_one_or_any(simulation):
    """An empty list accepts none; a review asks for none; an answer may be computed."""
    for steps, answer in [
        ("interaction_required: mfa, running", {"code": "anything"}),
        ("interaction_required: {accept: {code: '{{ today }}'}}, running", {"code": "2025-01-15"}),
        ("interaction_required: {accept: []}, running", None),
        ("pending", None),
    ]:
        run = simulation.run(f"[running: 1s, {steps}, completed]")
        assert find_right_answer(simulation, run) is None
        simulation.advance_by(SECOND)
        assert find_right_answer(simulation, run) == answer, steps


def test_a_connection_that_hangs_is_moved_by_nothing(simulation):
    opened = simulation.connect("[connecting: stuck]")
    assert wait_of(simulation, opened) == ("Nothing moves it.", {"do": "none"})


def test_the_end_of_a_script_leads_to_no_status(simulation):
    simulation.connect("[connecting: 1s, connected: 10m]")
    simulation.advance_by(SECOND)
    (due,) = simulation.world.timers.upcoming()
    assert next_status(simulation.world, due) is None


def test_a_session_waits_for_its_run_and_a_canceled_run_for_its_end(request, api, sim):
    sim.post("/reset", json={"edition": "credentials"})
    source, task = map(request.getfixturevalue, ("source", "task"))
    run = api.post(f"/tasks/{task['id']}/run", json={"source_id": source["id"]}).json()
    sessions = {row["id"]: row for row in sim.get("/next").json()["unfinished"]}
    assert sessions[run["session_id"]]["why"] == f"It waits for the task run `{run['id']}`."
    sim.post(f"/task-runs/{run['id']}/cancel")
    waits = {row["id"]: row for row in sim.get("/next").json()["unfinished"]}[run["id"]]
    assert (waits["status"], waits["next"]["to"]) == ("cancelling", "canceled")


def test_each_run_that_an_event_could_be_about_is_named(simulation, explain):
    failed = simulation.run("[failed: auth/auth_invalid]")
    done, asks = simulation.run("[running, completed]"), simulation.run(ASKS)
    simulation.advance_by(SECOND)
    came = "the last such event came 1s ago, before this advance"
    assert explain() == (
        f"`{failed}` is `failed` (auth/auth_invalid: The source rejected the credentials.);"
        f" `{done}` is `completed`; `{asks}` is `interaction_required` (an answer to `mfa` must"
        f" give `code`; the interaction times out in 4m59s); {came}"
    )
    assert explain(done) == f"`{done}` is `completed`; {came}"


def test_at_most_five_are_named(simulation, explain):
    runs = [simulation.run() for _ in range(7)]
    text = explain()
    assert [run in text for run in runs] == [False] * 2 + [True] * 5
    assert text.endswith("; and 2 more")


def test_an_event_about_nothing_is_explained_by_that(simulation, explain):
    assert explain("trun_x") == "there is no `trun_x` in this world"
    assert explain() == "this world has no task run"
    text = explain_absence(simulation, AwaitedEvent(("agent.created",), "conn_1", 0))
    other = "not about the connection `conn_1`"
    assert text == f"this event is about agents, such as `agt_1`, {other}"
    assert explain("conn_1") == f"this event is about task runs, {other}"
    assert explain_absence(simulation, AwaitedEvent(("no.such",), None, 0)) == "nothing waits"


def test_an_event_is_known_if_a_scenario_emits_it(simulation):
    """An expression may be any text."""
    odd = "event: 'odd.{{ input.x }}.{{ input.y }}'"
    simulation.run(f"[running: 1s, event: task_run.pinged, {odd}, completed]")
    types = ("task_run.pinged", "odd.new.thing", "task_run.completed")
    assert [explain_unknown(simulation, type_) for type_ in types] == [None] * 3
    assert explain_unknown(simulation, "*.pinged", may_be_glob=True) is None
    for unknown in ("task_run.ponged", "odd.thing"):
        text = explain_unknown(simulation, unknown)
        assert f"'{unknown}'; for a type of your own" in text
