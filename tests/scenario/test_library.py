import os

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.scenario.library import Library, WatchedFolder, read_folder, shipped
from deck_sim.scenario.loader import ScenarioError, read_scenario


def scenario(name, summary=""):
    return read_scenario(f"version: 1\nname: {name}\nsummary: '{summary}'\n")


@pytest.fixture
def write(tmp_path):
    """Write a scenario file; each time with a later modification time."""
    moments = iter(range(1_000_000_000, 1_000_000_100))

    def write(name, rest="", file=None):
        path = tmp_path / (file or f"{name}.yaml")
        path.write_text(f"# a comment\nversion: 1\nname: {name}\n{rest}")
        os.utime(path, (moment := next(moments), moment))

    return write


FOLDER = (
    "yours must be directly in the folder of --scenarios, in pytest of --deck-scenarios or the ini"
    " value `deck_scenarios`"
)


def test_an_unknown_name_is_refused_with_known_names_or_how_to_give_a_folder():
    few = Library()
    few.add(scenario("success"))
    few.add(scenario("slow"))
    for library, name, end in (
        (few, "sucess", "'sucess'; did you mean 'success'?"),
        (few, "zz", "'zz'; known: `slow` and `success`"),
        (shipped(), "xyz", "'xyz'; `deck-sim scenarios` lists the shipped; " + FOLDER),
    ):
        with pytest.raises(ApiError) as caught:
            library.get(name, "x[0]")
        (problem,) = caught.value.problems
        assert (problem.name, problem.field) == ("request/input_invalid", "x[0]")
        assert problem.message.startswith("`x[0]` names an unknown scenario: ")
        assert problem.message.endswith(end)


@pytest.mark.parametrize("file", ["deep/er/hidden.yml", "sub/hidden.json", "hidden.json"])
def test_an_unknown_name_names_its_file_that_is_not_read(tmp_path, write, file):
    """A near name would lead astray."""
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    write("hidden2")
    write("hidden", file=file)
    for folder in (read_folder(tmp_path), WatchedFolder(tmp_path, print)):
        with pytest.raises(ApiError, match=f"{file} is not read: scenarios are "):
            Library(folder).get("hidden")


def test_an_added_scenario_hides_the_one_below():
    below = Library()
    below.add(scenario("a", "below"))
    above = Library(below)
    above.add(scenario("a", "above"))
    above.add(scenario("b"))
    assert (above.names(), below.names()) == (["a", "b"], ["a"])
    assert (above.get("a").summary, below.get("a").summary) == ("above", "below")
    assert [above.remove("a"), above.remove("a")] == [True, False]
    assert above.get("a").summary == "below"


def test_a_folder_is_read_over_the_scenarios_that_ship(tmp_path, write):
    write("first")
    write("second", file="second.yml")
    write("third", file="readme.txt")
    library = read_folder(tmp_path)
    assert set(library.names()) - set(shipped().names()) == {"first", "second"}


def test_every_mistake_of_a_folder_is_reported(tmp_path, write):
    write("same")
    write("same", file="same.yml")
    write("name", file="other_name.yaml")
    write("other", "task_run: [runing, running: 2x]\n", file="c.yaml")
    with pytest.raises(ScenarioError) as caught:
        read_folder(tmp_path)
    *rest, differs, repeated = caught.value.mistakes
    place, first = f"{tmp_path / 'same.yml'}:3:7: name: ", tmp_path / "same.yaml"
    text = f"the name 'same' is already used in {first}; rename one of the two"
    assert str(repeated) == place + text
    assert differs.message == "'name' is not the name of the file; give both the same name"
    assert [(m.line, m.path) for m in rest] == [(4, "task_run[0]"), (4, "task_run[1].running")]


def test_a_path_that_is_no_folder_is_a_mistake(tmp_path, write):
    write("mine")
    with pytest.raises(ScenarioError, match="nowhere:1:1: no such folder"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(ScenarioError, match=f"this is a file; give its folder, '{tmp_path}'"):
        read_folder(tmp_path / "mine.yaml")


def test_entries_are_checked_when_no_file_is_broken(tmp_path, write):
    """The name of a broken scenario may be unknown only for that reason."""
    write("list", "playlist: [mine]\n")
    write("mine", "task_run: [\n")
    with pytest.raises(ScenarioError, match=r"mine.yaml:.*not YAML") as caught:
        read_folder(tmp_path)
    assert len(caught.value.mistakes) == 1
    (tmp_path / "mine.yaml").unlink()
    with pytest.raises(ScenarioError, match=r"playlist\[0\]: unknown scenario 'mine'"):
        read_folder(tmp_path)


@pytest.fixture
def reports():
    return []


@pytest.fixture
def watched(write, tmp_path, reports):
    """A watched folder with one scenario, over those that ship."""
    write("mine", "summary: one\n")
    return WatchedFolder(tmp_path, lambda error: reports.append(error and str(error)))


def test_an_edit_is_read_at_the_next_use(watched, write):
    write("mine", "summary: two\n")
    assert watched.get("mine").summary == "two"


def test_a_new_file_is_found_and_a_removed_one_is_gone(watched, write, tmp_path):
    write("yours")
    assert "yours" in watched.names()
    (tmp_path / "mine.yaml").unlink()
    assert [scenario.name for scenario in watched.added()] == ["yours"]
    assert watched.find("mine") is None
    assert watched.find("success") is shipped().find("success")


def test_a_broken_edit_is_reported_once_and_the_last_good_version_stays(watched, write, reports):
    write("mine", "task_run: [quueued]\n")
    assert [watched.get("mine").summary for _ in range(2)] == ["one", "one"]
    assert len(reports) == 1
    assert "did you mean 'queued'?" in reports[0]
    write("mine", "summary: mended\n")
    assert watched.get("mine").summary == "mended"
    write("mine", "summary: and edited\n")
    assert watched.get("mine").summary == "and edited"
    assert reports[1:] == [None]


def test_a_folder_that_is_gone_is_reported_and_its_scenarios_stay(watched, tmp_path, reports):
    (tmp_path / "mine.yaml").unlink()
    tmp_path.rmdir()
    assert watched.get("mine").summary == "one"
    assert reports == [f"{tmp_path}:1:1: no such folder"]


def test_a_folder_with_mistakes_cannot_be_watched(write, tmp_path):
    write("mine", "playlist: [mine]\n")
    with pytest.raises(ScenarioError, match="'mine' is itself a playlist or mix"):
        WatchedFolder(tmp_path, print)


def test_playlists_come_after_their_entries(watched, write):
    """`own` lists scenarios in an order in which they can be added elsewhere."""
    write("a_list", "playlist: [mine]\n")
    assert watched.names()
    assert [scenario.name for scenario in watched.own()] == ["mine", "a_list"]
