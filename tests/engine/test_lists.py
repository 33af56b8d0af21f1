from copy import deepcopy

import pytest

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


def test_what_is_forgotten_is_in_no_list(world, monkeypatch):
    monkeypatch.setattr("deck_sim.engine.world.MOST_RUNS", 1)
    fields = {"connection_id": "", "status": "completed"}
    runs = [world.create("task_run", fields, silent=True, status="completed") for _ in "ab"]
    assert len([*world.newest_first("task_run", {})]) == 2
    world.forget_oldest()
    assert [*world.newest_first("task_run", {"status": ["completed"]})] == runs[1:]
    assert [*world.newest_first("task_run", {})] == runs[1:]
