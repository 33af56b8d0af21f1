import os

import pytest

from deck_sim.scenario.library import WatchedFolder, shipped
from deck_sim.scenario.loader import ScenarioError

FINE = "version: 1\nname: {}\nsummary: {}\ntags: [mine]\n"


@pytest.fixture
def write(tmp_path):
    """Write a scenario file; each time with a later modification time."""
    moments = iter(range(1_000_000_000, 1_000_000_100))

    def write(name, summary="new", text=FINE):
        file = tmp_path / f"{name}.yaml"
        file.write_text(text.format(name, summary))
        moment = next(moments)
        os.utime(file, (moment, moment))
        return file

    return write


@pytest.fixture
def reports():
    return []


@pytest.fixture
def watched(write, tmp_path, reports):
    """A watched folder with one scenario, over those that ship."""
    write("mine", "one")
    return WatchedFolder(tmp_path, lambda error: reports.append(error and str(error)))


def test_an_edit_is_read_at_the_next_use(watched, write):
    write("mine", "two")
    assert watched.get("mine").summary == "two"


def test_a_new_file_is_found_and_a_removed_one_is_gone(watched, write, tmp_path):
    write("yours")
    assert "yours" in watched.names()
    (tmp_path / "mine.yaml").unlink()
    assert [scenario.name for scenario in watched.added()] == ["yours"]
    assert watched.find("mine") is None
    assert watched.find("success") is shipped().find("success")


def test_a_broken_edit_is_reported_once_and_the_last_good_version_stays(watched, write, reports):
    write("mine", text="version: 1\nname: {}\ntask_run: [quueued]\n")
    assert [watched.get("mine").summary for _ in range(2)] == ["one", "one"]
    assert len(reports) == 1
    assert "did you mean 'queued'?" in reports[0]
    write("mine", "mended")
    assert watched.get("mine").summary == "mended"
    write("mine", "and edited")
    assert watched.get("mine").summary == "and edited"
    assert reports[1:] == [None]


def test_a_folder_that_is_gone_is_reported_and_its_scenarios_stay(watched, tmp_path, reports):
    (tmp_path / "mine.yaml").unlink()
    tmp_path.rmdir()
    assert watched.get("mine").summary == "one"
    assert reports == [f"{tmp_path}:1:1: no such folder"]


def test_a_folder_with_mistakes_cannot_be_watched(write, tmp_path):
    write("mine", text="version: 1\nname: {}\nplaylist: [mine]\n")
    with pytest.raises(ScenarioError, match="'mine' is itself a playlist or mix"):
        WatchedFolder(tmp_path, print)


def test_playlists_come_after_their_entries(watched, write):
    """`own` lists scenarios in an order in which they can be added elsewhere."""
    write("a_list", text="version: 1\nname: {}\nplaylist: [mine]\n")
    assert watched.names()
    assert [scenario.name for scenario in watched.own()] == ["mine", "a_list"]
