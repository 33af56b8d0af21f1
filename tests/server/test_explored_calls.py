import pytest

from deck_sim.base.real_time import PROCESS_HEADER, process_id
from deck_sim.engine.injected_faults import TROUBLE, Injected
from deck_sim.faults.fault import read_fault
from deck_sim.faults.http import HttpFault

HANDLE = {PROCESS_HEADER: process_id()}
AGENT = {"name": "Concierge"}


class NoTime:
    """Every step is over at once."""

    def length_of(self, world, story, length):
        return 0 * length


@pytest.fixture
def trouble(simulation):
    fault = read_fault(HttpFault, {"match": "POST /v2/agents", "status": 503, "times": 1})
    simulation().world.injected.by_owner[TROUBLE] = [Injected(TROUBLE, fault, TROUBLE)]


def test_a_trouble_is_for_the_calls_of_the_program_alone(api, trouble):
    calls = [HANDLE, {}, {}]
    statuses = [api.post("/agents", json=AGENT, headers=headers).status_code for headers in calls]
    assert statuses == [201, 503, 201]


def test_a_trouble_comes_before_other_faults(api, sim, trouble):
    sim.post("/faults", json={"match": "POST /v2/agents", "status": 502})
    statuses = [api.post("/agents", json=AGENT).status_code for _ in range(2)]
    assert statuses == [503, 502]


def test_a_call_knows_whether_a_handle_sent_it_and_which_events_it_caused(api, simulation, agent):
    agent()
    api.get("/agents", headers=HANDLE)
    created, read = simulation().journal
    assert (created.from_handle, read.from_handle) == (False, True)
    assert (created.caused, read.caused) == ((0, 1), (1, 1))


def test_a_call_during_an_advance_is_not_said_to_cause_events(
    api, simulation, subscribe, receiver, agent, advance
):
    subscribe()
    receiver.say(lambda *_: api.get("/agents").status_code)
    agent()
    advance("0s")
    assert [call.caused for call in simulation().journal] == [(0, 0), (0, 1), ()]


def test_steps_without_a_length_are_over_before_the_next_answer(api, simulation, run_task):
    """They are over once the call that began them is answered, which still shows the first."""
    simulation().world.pace = NoTime()
    run = run_task()
    assert run["status"] == "queued"
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "completed"


def test_during_an_advance_only_that_moves_such_a_run(
    api, simulation, subscribe, receiver, task, run_task, advance
):
    subscribe("agent.updated")
    simulation().world.pace, statuses = NoTime(), []

    def start_and_read(arrival, line):
        statuses.append(api.get(f"/task-runs/{run_task()['id']}").json()["status"])
        return 200

    receiver.say(start_and_read)
    api.patch(f"/agents/{task['agent_id']}", json={"name": "Porter"})
    advance("1m")
    assert statuses == ["queued"]
    (run,) = simulation().world.all("task_run").values()
    assert run.status == "completed"


@pytest.mark.usefixtures("trouble")
def test_a_hold_does_not_keep_back_a_call_that_a_fault_replaces(api, sim):
    """Its work is not done, so that it is another one that the hold is for."""
    assert sim.post("/holds", json={"call": "POST /v2/agents"}).status_code == 200
    assert api.post("/agents", json=AGENT).status_code == 503
    assert sim.get("/holds").json()["data"][0]["answers"] == 0
