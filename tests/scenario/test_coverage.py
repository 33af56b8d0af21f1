from deck_sim.contract.editions import EDITIONS
from deck_sim.scenario.library import Library
from deck_sim.scenario.loader import scenario_from_data
from deck_sim.scenario.model import step_coverage, written_steps

ASKS = {"accept": {"code": "1"}, "attempts": 1, "timeout": "1m"}
FAILS = ["running", {"failed": "task/task_failed"}]
DEEP = {**ASKS, "on_timeout": FAILS}
STORY = {
    "connection": ["connecting", "connected"],
    "task_run": [
        "queued",
        "running",
        {"interaction_required": {**ASKS, "on_timeout": [{"interaction_required": DEEP}, *FAILS]}},
        "running",
        "completed",
    ],
}
PLACES = [
    "connection[0]",
    "connection[1]",
    "task_run[0]",
    "task_run[1]",
    "task_run[2]",
    "task_run[2].on_rejected[0]",
    "task_run[2].on_timeout[0]",
    "task_run[2].on_timeout[0].on_rejected[0]",
    "task_run[2].on_timeout[0].on_timeout[0]",
    "task_run[2].on_timeout[0].on_timeout[1]",
    "task_run[2].on_timeout[1]",
    "task_run[2].on_timeout[2]",
    "task_run[3]",
    "task_run[4]",
]


def scenario(name, rest):
    return scenario_from_data({"version": 1, "name": name, **rest}, name)


def test_rows_are_sorted_and_count_each_step():
    library = Library()
    for name in ("b_story", "a_story", "unplayed"):
        library.add(scenario(name, STORY))
    deep = (2, "on_timeout", 0, "on_timeout", 1)
    played = {
        ("b_story", "connection", (0,)): 2,
        ("b_story", "task_run", deep): 1,
        ("a_story", "task_run", (3,)): 5,
        ("gone", "task_run", (0,)): 1,
    }
    first, second = step_coverage(played, library.find)
    assert [*second["steps"]] == PLACES
    once = {"connection[0]": 2, "task_run[2].on_timeout[0].on_timeout[1]": 1}
    assert {place: n for place, n in second["steps"].items() if n} == once
    assert (second["scenario"], second["played"], second["of"]) == ("b_story", 2, 14)
    assert second["missed"] == [place for place in PLACES if place not in once]
    assert (first["scenario"], first["played"], first["steps"]["task_run[3]"]) == ("a_story", 1, 5)


WRITTEN = [
    (STORY, {"connection", "task_run"}),
    ({"task_run": STORY["task_run"]}, {"task_run"}),
    ({"connection": STORY["connection"], "playlist": ["success"]}, {"connection"}),
    ({"mix": {"success": 1}}, set()),
]


def test_only_written_steps_are_counted():
    steps = [(written_steps(scenario("story", rest)), kinds) for rest, kinds in WRITTEN]
    assert [kinds for written, kinds in steps if {kind for kind, *_ in written} != kinds] == []


def test_a_script_of_another_edition_is_not_counted():
    short, long = ["running", "completed"], ["running", "review_required", "running", "completed"]
    story = scenario("story", {"task_run": {"connections": short, "credentials": long}})
    editions = (None, EDITIONS["connections"], EDITIONS["credentials"])
    steps = [len([*written_steps(story, edition)]) for edition in editions]
    assert steps == [7, 2, 5]  # one is the branch of a refused review
