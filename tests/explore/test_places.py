import pytest

from deck_sim.base.real_time import PROCESS_HEADER, process_id
from deck_sim.explore.places import (
    DELIVERY,
    DIRECT,
    EARLY,
    FIRST,
    LAST,
    OVERTAKEN,
    RACE,
    RANGES,
    READ,
    RECORDER,
    SLOW,
    STEP,
    STEPS,
    WRITE,
    why_no_timing,
)
from deck_sim.explore.troubles import find_troubles


@pytest.fixture
def names(places):
    """The names of the places of a kind."""
    return lambda kind: [place.name for place in places() if place.kind == kind]


def test_calls_are_named_by_their_pattern_and_number(api, agent, names):
    """A call of no endpoint is named by its path."""
    first, _ = agent(), agent("Porter")
    for path in (f"/agents/{first['id']}", "/agents/", "/hotels/1"):
        api.get(path)
    api.delete(f"/agents/{first['id']}")
    assert names(WRITE) == ["POST /v2/agents #1", "POST /v2/agents #2", "DELETE /v2/agents/* #1"]
    assert names(READ) == ["GET /v2/agents/* #1", "GET /v2/agents/ #1", "GET /v2/hotels/1 #1"]


def test_only_a_client_without_a_socket_has_a_timeout_that_can_pass(agent, direct, names):
    agent(), direct.post("/agents", json={"name": "a"}), direct.get("/agents")
    assert names(DIRECT) == ["POST /v2/agents #2"]


def test_calls_of_a_handle_are_no_places(api, places):
    """Nor are those with its header in any language: they set up the test."""
    for process in (process_id(), "test.mjs"):
        api.post("/agents", json={"name": "a"}, headers={PROCESS_HEADER: process})
    assert places() == []


def test_reads_of_one_resource_in_one_status_are_one_place(
    api, run_task, advance, troubles, places
):
    """The first. What is left out is counted."""
    runs = [run_task()["id"] for _ in range(2)]
    for by, run in (("0s", runs[0]), ("1s", runs[0]), ("5s", runs[0]), ("0s", runs[1])):
        advance(by)
        api.get(f"/task-runs/{run}")
    names = [name for name in troubles() if name.startswith("reset at GET /v2/task-runs")]
    assert names == [f"reset at GET /v2/task-runs/* #{number}" for number in (1, 3, 4)]
    reads = [place for place in places() if place.kind == READ and "task-runs" in place.name]
    assert find_troubles(reads)[1] == 3


def test_a_read_for_a_webhook_is_not_like_one_of_a_poll(
    api, agent, subscribe, receiver, advance, troubles
):
    subscribe("agent.created")
    path = f"/agents/{agent()['id']}"
    receiver.say(lambda *_: api.get(path).status_code)
    advance("1s"), advance("1s")
    for _ in range(2):
        api.get(path)
    resets = [name for name in troubles() if name.startswith("reset at GET")]
    assert resets == [f"reset at GET /v2/agents/* #{number}" for number in (1, 2)]


def test_deliveries_are_named_by_their_event_and_resource(subscribe, run_task, advance, names):
    """With a number if there are several. The last to a destination overtakes nothing."""
    for path in ("/a", "/b"):
        subscribe("task_run.running", "task_run.completed", path=path)
    run_task("instant_success"), run_task(), advance("1m")
    events = ("task_run.running of run 2", "task_run.completed of run 2")
    numbered = [name for event in events for name in (event, f"{event} #2")]
    assert [name for name in names(DELIVERY) if "run 2" in name] == numbered
    assert names(DELIVERY)[-len(numbered) :] == numbered
    assert names(OVERTAKEN) == [*names(DELIVERY)[: -len(numbered)], *numbered[:2]]
    assert names(FIRST) == ["task_run.running of run 1", "task_run.running of run 1 #2"]


def test_the_last_delivery_about_a_resource_can_be_lost(subscribe, run_task, advance, names):
    """A read shows the present state alone, so none makes up for an earlier one."""
    subscribe("task_run.running", "task_run.completed")
    run_task(), advance("1m")
    assert names(LAST) == ["task_run.completed of run 1"]


def test_a_run_can_end_before_an_answer_or_a_cancel(api, run_task, advance, names):
    """Not before a cancel that Deck refuses."""
    answered, canceled = run_task("mfa_then_success"), run_task("slow_success")
    advance("20s")
    api.post(f"/task-runs/{answered['id']}/interaction", json={"inputs": {"code": "123456"}})
    for _ in range(2):
        api.post(f"/task-runs/{canceled['id']}/cancel")
    assert names(RACE) == [
        "POST /v2/task-runs/*/interaction #1",
        "POST /v2/task-runs/*/cancel #1",
    ]


def test_deliveries_that_meet_a_fault_of_the_test_are_no_places(
    sim, simulation, subscribe, run_task, advance, names
):
    """Nor is such a test explored with other times."""
    subscribe("task_run.completed")
    sim.post("/faults", json={"event": "task_run.completed", "duplicate": True})
    run_task(), advance("1m")
    assert names(DELIVERY) == []
    assert why_no_timing(simulation()) == "a webhook meets a fault of the test"


def test_deliveries_to_a_receiver_that_only_records_are_no_places(
    api, subscribe, agent, advance, names
):
    subscribe("agent.created", name=RECORDER)
    agent(), advance("1s")
    assert names(DELIVERY) == names(EARLY) == []


def test_deliveries_that_were_not_attempted_are_no_places(subscribe, agent, names):
    subscribe("agent.created")
    agent()
    assert names(DELIVERY) == []


def test_only_events_that_a_call_causes_can_come_before_its_answer(
    subscribe, run_task, advance, names
):
    subscribe("task_run.queued", "task_run.running")
    run_task(), advance("1m")
    assert names(EARLY) == ["task_run.queued of run 1"]
    assert len(names(DELIVERY)) == 2


def test_an_event_that_a_run_emits_again_is_a_place_of_its_own(
    subscribe, run_task, advance, troubles, plays
):
    subscribe("task_run.running")
    asks = {"fields": [{"name": "code"}], "timeout": "1s", "on_timeout": ["running", "completed"]}
    ask = {"type": "mfa", "message": "Code?", "accept": {"code": "1"}, **asks}
    run_task(plays("running", {"interaction_required": ask}, "running", "completed"))
    advance("1m")
    twice = [name for name in troubles() if name.startswith("duplicate")]
    assert twice == [f"duplicate at task_run.running of run 1{number}" for number in ("", " #2")]


def test_deliveries_of_equal_runs_of_one_scenario_are_one_place(
    subscribe, run_task, advance, troubles, plays
):
    subscribe("task_run.completed")
    plays("running", "completed")
    run_task("story"), run_task("story"), run_task(), advance("1m")
    doubled = [name for name in troubles() if name.startswith("duplicate")]
    assert doubled == [f"duplicate at task_run.completed of run {number}" for number in (1, 3)]


def test_steps_are_named_by_their_status(run_task, settle, simulation, names, plays):
    """Those without a length are none."""
    plays({"queued": "1s"}, "running", {"running": "1s..3s"}, {"running": "2s"}, "completed")
    simulation().moves.clear()
    run_task("story"), settle()
    assert [name for name in names(STEP) if "connect" not in name] == [
        "queued",
        "running",
        "running #2",
    ]
    assert (names(STEPS), names(RANGES)) == ([""], [""])


def test_without_a_range_there_is_no_other_draw(run_task, settle, simulation, troubles):
    simulation().moves.clear()
    run_task(), settle()
    assert "at_once" in troubles()
    assert "other_draw" not in troubles()


def test_steps_of_a_script_for_one_edition_are_found(sim, run_task, advance, names):
    steps = {
        "connections": [{"running": "5s"}, "completed"],
        "credentials": ["running", "completed"],
    }
    sim.put("/scenarios/story", json={"task_run": steps}).raise_for_status()
    run_task("story"), advance("1m")
    assert "running" in names(STEP)


def test_steps_last_longer_only_if_the_timeout_leaves_time(
    run_task, settle, simulation, plays, places
):
    simulation().moves.clear()
    plays({"running": "5m"}, "completed")
    run_task("story"), settle()
    assert [place.number for place in places() if place.kind == SLOW] == [5]
    plays({"running": "20m"}, "completed")
    run_task("story"), settle()
    assert [place for place in places() if place.kind == SLOW] == []


def test_timing_is_left_out_if_it_is_not_explored(run_task, places):
    run_task()
    assert {place.kind for place in places(timing=False)} <= {WRITE, READ}


MOVES = {
    "by": ({"by": "1m"}, {STEPS, STEP}),
    "to": ({"to": "2025-01-15T12:00:00Z"}, {STEPS, STEP}),
    "between": ({"until": {"event": "task_run.running"}}, {STEPS, STEP, SLOW, RANGES}),
    "end": ({"until": {"event": ["task_run.completed"]}}, {STEPS, STEP, SLOW, RANGES}),
    "idle": ({"until": "idle"}, {STEPS, STEP, SLOW, RANGES}),
    "sleep": ({"sleep": "1s"}, {STEPS, STEP, SLOW, RANGES}),
}


@pytest.mark.parametrize("name", MOVES)
def test_steps_last_longer_only_if_a_test_lets_the_story_take_its_time(
    sim, simulation, run_task, plays, places, name
):
    move, kinds = MOVES[name]
    run_task(plays({"running": "1s..2s"}, "completed"))
    simulation().moves.clear()
    sim.post("/clock/advance", json=move)
    assert {place.kind for place in places()} - {READ, WRITE} == kinds
    assert why_no_timing(simulation()) is None


def test_timing_is_not_explored_where_a_test_is_about_a_moment(api, sim, simulation, run_task):
    run = run_task()
    simulation().moves.clear()
    assert why_no_timing(simulation()) == "the test does not move the clock"
    sim.put("/clock", json={"mode": "on_poll"})
    assert why_no_timing(simulation()) is None
    sim.post("/holds", json={"event": "task_run.completed"})
    assert why_no_timing(simulation()) == "the test holds a run or an answer"
    api.post(f"/task-runs/{run['id']}/cancel")
    assert why_no_timing(simulation()) == "the test cancels a run"


def test_a_test_without_steps_has_no_timing_to_speak_of(agent, advance, simulation):
    agent(), advance("1s")
    assert why_no_timing(simulation()) is None
