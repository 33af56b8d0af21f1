from dataclasses import replace

import pytest

from deck_sim.engine.world_values import RecentLog
from deck_sim.runtime.call_journal import Journal


@pytest.fixture
def news(sim):
    """The records of a world after a number, its settings, and the number to ask from."""
    return lambda after: sim.get(f"/timeline?after={after}").json()


def summary(answer):
    kinds = [entry["kind"] for entry in answer["data"]]
    return kinds, [event["type"] for event in answer["events"]]


def test_the_whole_past_comes_after_0(sim, agent, news):
    agent()
    answer = news(0)
    assert answer["data"] == sim.get("/timeline").json()["data"]
    assert summary(answer) == (["call", "agent"], ["agent.created"])
    assert answer["events"][0]["resource_id"] == answer["data"][1]["id"]
    assert answer["next"] == 3


def test_every_number_gives_all_that_was_recorded_after_it(run_task, sim, news):
    """Whatever the order in which records are shown."""
    run_task()
    sim.post("/clock/advance", json={"until": "idle"})
    total = news(0)["next"]
    counts = [len(news(after)["data"] + news(after)["events"]) for after in range(total + 1)]
    assert counts == [*range(total, -1, -1)]


def test_a_call_that_ends_late_is_not_lost(simulation, agent, news):
    """A call is recorded when it is answered, behind what happened meanwhile."""
    agent()
    simulation().world.note("agent", "agt_1", "meanwhile")
    after = news(0)["next"]
    late = replace(simulation().journal[0], number=2, position=after, after=0)
    simulation().journal.append(late)
    assert [entry["number"] for entry in news(after)["data"]] == [2]


def test_what_was_dropped_is_counted(simulation, agent, news):
    simulation().journal = Journal(1)
    simulation().world.events, simulation().world.timeline = RecentLog(1), RecentLog(1)
    for _ in range(20):
        agent()
    dropped, *entries = news(1)["data"]
    assert (dropped["kind"], dropped["calls"]) == ("dropped", 19)
    assert [entry["kind"] for entry in entries] == ["call", "agent"]
    assert news(news(1)["next"])["data"] == []


def test_what_is_new_is_found_behind_dropped_records(simulation, agent, news):
    simulation().journal = Journal(2)
    simulation().world.events, simulation().world.timeline = RecentLog(2), RecentLog(2)
    for _ in range(10):
        agent()
    after = news(0)["next"]
    agent()
    assert summary(news(after)) == (["call", "agent"], ["agent.created"])


def test_a_page_learns_of_changes_and_resets(sim, news):
    before = news(0)["world"]
    sim.get("/clock")
    assert news(0)["world"] == before
    sim.patch("/world", json={"default_scenario": "source_down"})
    after = news(0)["world"]
    assert (after["changes"], after["default_scenario"]) == (before["changes"] + 1, "source_down")
    sim.post("/reset")
    assert news(0)["world"]["epoch"] != before["epoch"]
