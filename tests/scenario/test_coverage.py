"""Which steps and branches were played, from the count and over HTTP."""

import pytest

from deck_sim.contract.editions import EDITIONS
from deck_sim.scenario.coverage import coverage
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.loader import scenario_from_data
from deck_sim.scenario.model import written_steps

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
    """A scenario of that name, given as the rest of its data."""
    return scenario_from_data({"version": 1, "name": name, **rest}, name)


@pytest.fixture
def rows(sim):
    """The rows of the coverage, by scenario."""
    return lambda: {row["scenario"]: row for row in sim.get("/coverage").json()["data"]}


def test_only_played_scenarios_have_a_row():
    """Scenarios that were not played, or are gone, have no row."""
    assert coverage({}, shipped()) == []
    assert coverage({("gone", "task_run", (0,)): 1}, shipped()) == []


def test_rows_are_sorted_and_count_each_step():
    """A row counts each step, branches included, and lists the missed ones."""
    library = Library()
    for name in ("b_story", "a_story"):
        library.add(scenario(name, STORY))
    deep = (2, "on_timeout", 0, "on_timeout", 1)
    played = {
        ("b_story", "connection", (0,)): 2,
        ("b_story", "task_run", deep): 1,
        ("a_story", "task_run", (3,)): 5,
    }
    first, second = coverage(played, library)
    assert [*second["steps"]] == PLACES
    once = {"connection[0]": 2, "task_run[2].on_timeout[0].on_timeout[1]": 1}
    assert {place: n for place, n in second["steps"].items() if n} == once
    assert (second["scenario"], second["played"], second["of"]) == ("b_story", 2, 14)
    assert second["missed"] == [place for place in PLACES if place not in once]
    assert (first["scenario"], first["played"], first["steps"]["task_run[3]"]) == ("a_story", 1, 5)


@pytest.mark.parametrize(
    ("rest", "kinds"),
    [
        (STORY, {"connection", "task_run"}),
        ({"task_run": STORY["task_run"]}, {"task_run"}),
        ({"connection": STORY["connection"]}, {"connection"}),
        ({"connection": STORY["connection"], "playlist": ["success"]}, {"connection"}),
        ({"mix": {"success": 1}}, set()),
    ],
)
def test_only_written_steps_are_counted(rest, kinds):
    """Default scripts, playlists and mixes have no steps of their own."""
    assert {kind for kind, *_ in written_steps(scenario("story", rest))} == kinds


def test_only_kinds_of_the_edition_are_counted():
    """Without connections in the edition, their steps are not missed."""
    library = Library()
    library.add(scenario("story", STORY))
    (row,) = coverage({("story", "task_run", (0,)): 1}, library, EDITIONS["credentials"])
    assert [*row["steps"]] == PLACES[2:]


def test_a_run_is_counted_as_it_is_played(sim, rows, run_task, advance):
    """Steps count when they are reached, branches when they are taken."""
    answer = sim.put("/scenarios/story", json=STORY)
    assert answer.status_code == 200, answer.text
    assert "story" not in rows()
    run_task("story")
    run_task("story")
    advance("30s")
    row = rows()["story"]
    assert [n for place, n in row["steps"].items() if place in PLACES[2:5]] == [2, 2, 2]
    assert (row["played"], row["of"]) == (3, 14)
    advance("1h")
    row = rows()["story"]
    taken = {*PLACES[2:5], PLACES[6], *PLACES[8:10]}
    assert row["missed"] == [place for place in PLACES if place not in taken]


def test_answers_cover_their_branches(sim, api, rows, run_task, advance):
    """A right answer covers the next step, a wrong one `on_rejected`."""
    sim.put("/scenarios/story", json=STORY)
    for code, place in (("1", "task_run[3]"), ("2", "task_run[2].on_rejected[0]")):
        run = run_task("story")
        advance("30s")
        assert place in rows()["story"]["missed"]
        answer = {"inputs": {"code": code}}
        assert api.post(f"/task-runs/{run['id']}/interaction", json=answer).status_code == 200
        advance("30s")
        assert rows()["story"]["steps"][place] == 1


def test_a_playlist_counts_for_its_entries(rows, run_task, advance):
    """The entries of a playlist have rows; the playlist has none."""
    run_task("flaky_source")
    advance("1m")
    assert "flaky_source" not in rows()
    assert rows()["source_down"]["missed"] == []
