"""A simulation without a server: its choices, its seeds and its records."""

import copy

import pytest
from offline import SECOND, OfflineSimulation

from deck_sim.contract.error_catalog import ApiError
from deck_sim.runtime import pauses
from deck_sim.runtime.pauses import run_to_end
from deck_sim.runtime.seeding import seed_resources
from deck_sim.runtime.timeline import print_timeline


@pytest.fixture
def simulation():
    return OfflineSimulation()


def test_the_choice_of_a_scenario_is_recorded(simulation):
    """With the reason."""
    simulation.run()
    assert str(simulation.choices[-1]) == "story; because=header"


def test_what_went_wrong_is_kept_in_part_and_counted(simulation):
    """The last crashes and script errors, and the first warnings about magic names."""
    simulation.crashes.extend(f"{number}" for number in range(30))
    simulation.world.script_errors.extend(f"{number}" for number in range(150))
    simulation.forget_oldest()
    assert (len(simulation.crashes), simulation.crashes.total) == (20, 30)
    assert (len(simulation.world.script_errors), simulation.world.script_errors.dropped) == (
        100,
        50,
    )
    simulation.run()
    simulation.selection.default_scenario = "story"
    simulation.ignored_names |= dict.fromkeys(f"{number}" for number in range(99))
    for name in ("stor", "tory") * 20:
        simulation.choose("task_run", None, {"external_id": f"x+{name}@example.com"})
    assert (len(simulation.ignored_names), len(simulation.choices)) == (100, 20)


@pytest.fixture
def seeding(simulation, monkeypatch):
    """A seed of two agents, in the pause after the first."""
    monkeypatch.setattr(pauses, "BREAK_SECONDS", -1)
    agents = [{"id": "agt_a", "name": "A"}, {"id": "agt_b", "name": "B"}]
    found = seed_resources(simulation, {"agents": agents})
    next(found)
    return found


def test_a_seed_pauses_and_others_see_none_or_all_of_it(simulation, seeding):
    """Time may pass, and ids that are given then are not given again."""
    assert simulation.world.find("agent", "agt_a") is None
    watched = simulation.world.next_id("ctl")
    simulation.world.now += SECOND
    assert run_to_end(seeding) == {"agents": ["agt_a", "agt_b"]}
    assert simulation.world.find("agent", "agt_b")
    assert simulation.world.next_id("ctl") != watched
    assert simulation.elapsed == SECOND


@pytest.mark.parametrize(
    "change",
    [
        lambda simulation: simulation.run(),
        lambda simulation: simulation.selection.queues.update(task_run=["success"]),
    ],
)
def test_a_seed_is_refused_if_the_world_changed_in_a_pause(simulation, seeding, change):
    """The change stays, and nothing is seeded."""
    change(simulation)
    changed = copy.deepcopy(simulation.world)
    with pytest.raises(ApiError, match="this world changed while it was seeded"):
        run_to_end(seeding)
    assert simulation.world == changed


def test_a_timeline_ends_with_what_had_happened_when_its_printing_began(simulation):
    """A world that goes on, or is emptied, does not disturb it."""
    began = len(simulation.world.timeline)
    printed = print_timeline(simulation)
    first = next(printed)
    simulation.world.note("clock", "", "later")
    assert [one["number"] for one in (first, *printed)] == [*range(1, began + 1)]
    printed = print_timeline(simulation)
    next(printed)
    simulation.world.timeline.clear()
    assert [*printed] == []
