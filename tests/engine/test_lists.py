"""Lists of resources: in order, by the values of fields, and found without walking."""

from copy import deepcopy
from functools import partial

import pytest
from calls import count_calls

from deck_sim.engine.world import World


@pytest.fixture
def world():
    return World()


def make(world, number):
    fields = {"name": f"{number}", "agent_id": "ab"[number % 2]}
    return world.create("task", fields, silent=True)


def names(world, behind=None, **filters):
    return [task["name"] for task in world.newest_first("task", filters, behind)]


def test_a_list_has_the_resources_with_one_of_the_values(world):
    for number in range(5):
        make(world, number)
    assert names(world) == ["4", "3", "2", "1", "0"]
    assert names(world, agent_id=["a"]) == ["4", "2", "0"]
    assert names(world, agent_id=["b", "a"], name=["1", "4", "7"]) == ["4", "1"]


def test_a_list_shows_what_has_changed_since_it_was_read(world):
    tasks = [make(world, number) for number in range(4)]
    assert names(world, agent_id=["b"]) == ["3", "1"]
    make(world, 5)
    world.change(tasks[0], agent_id="b")
    world.delete(tasks[1])
    assert names(world, agent_id=["b"]) == ["5", "3", "0"]
    assert names(world, tasks[1].id, agent_id=["b"]) == ["0"]
    assert names(deepcopy(world), agent_id=["b"]) == ["5", "3", "0"]


def test_a_page_is_found_without_walking(world):
    """A hundred times the resources: as many calls, at the end of the list, too."""
    counts = []
    for size in (10, 1000):
        for number in range(size):
            make(world, number)
        for filters in ({}, {"agent_id": ["a"], "status": ["learning", "live"]}):
            for behind in (None, [*world.all("task")][2]):
                page = partial(world.newest_first, "task", filters, behind)
                next(page())
                counts.append(count_calls(next, page()))
    assert counts[:4] == counts[4:]


def test_what_is_forgotten_is_in_no_list(world, monkeypatch):
    monkeypatch.setattr("deck_sim.engine.world.MOST_RUNS", 1)
    fields = {"connection_id": "", "status": "completed"}
    runs = [world.create("task_run", fields, silent=True, status="completed") for _ in "ab"]
    assert len([*world.newest_first("task_run", {})]) == 2
    world.forget_oldest()
    assert [*world.newest_first("task_run", {"status": ["completed"]})] == runs[1:]
    assert [*world.newest_first("task_run", {})] == runs[1:]
