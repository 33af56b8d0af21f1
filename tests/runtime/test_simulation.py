import pytest
from offline import OfflineSimulation

from deck_sim.runtime.call_journal import cut_response


@pytest.fixture
def simulation():
    return OfflineSimulation()


def test_the_choice_of_a_scenario_is_recorded(simulation):
    simulation.run()
    assert str(simulation.choices[-1]) == "story; because=header"


def test_what_went_wrong_is_kept_in_part_and_counted(simulation):
    for number in range(150):
        simulation.crashes.append(f"{number}")
        simulation.world.script_errors.append(f"{number}")
    assert (len(simulation.crashes), simulation.crashes.total) == (20, 150)
    errors = simulation.world.script_errors
    assert (len(errors), errors.dropped) == (100, 50)
    for number in range(1_001):
        simulation.responses.append(cut_response(number, [], b""))
    assert [sent.number for sent in simulation.responses] == [*range(1, 1_001)]
    simulation.run()
    simulation.selection.default_scenario = "story"
    simulation.ignored_names |= dict.fromkeys(f"{number}" for number in range(99))
    for name in ("stor", "tory") * 20:
        simulation.choose("task_run", None, {"external_id": f"x+{name}@example.com"})
    assert (len(simulation.ignored_names), len(simulation.choices)) == (100, 20)
