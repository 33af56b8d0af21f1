import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.scenario.library import Library, WatchedFolder, read_folder, shipped
from deck_sim.scenario.loader import ScenarioError, read_scenario


def scenario(name, summary=""):
    return read_scenario(f"version: 1\nname: {name}\nsummary: '{summary}'\n")


@pytest.fixture
def write(tmp_path):
    def write(file, name, rest=""):
        (tmp_path / file).write_text(f"# a comment\nversion: 1\nname: {name}\n{rest}")

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
    write("hidden2.yaml", "hidden2")
    write(file, "hidden")
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
    write("first.yaml", "first")
    write("second.yml", "second")
    write("readme.txt", "third")
    library = read_folder(tmp_path)
    assert set(library.names()) - set(shipped().names()) == {"first", "second"}


def test_every_mistake_of_a_folder_is_reported(tmp_path, write):
    write("same.yaml", "same")
    write("same.yml", "same")
    write("other_name.yaml", "name")
    write("c.yaml", "other", "task_run: [runing, running: 2x]\n")
    with pytest.raises(ScenarioError) as caught:
        read_folder(tmp_path)
    *rest, differs, repeated = caught.value.mistakes
    place, first = f"{tmp_path / 'same.yml'}:3:7: name: ", tmp_path / "same.yaml"
    text = f"the name 'same' is already used in {first}; rename one of the two"
    assert str(repeated) == place + text
    assert differs.message == "'name' is not the name of the file; give both the same name"
    assert [(m.line, m.path) for m in rest] == [(4, "task_run[0]"), (4, "task_run[1].running")]


def test_a_path_that_is_no_folder_is_a_mistake(tmp_path, write):
    write("mine.yaml", "mine")
    with pytest.raises(ScenarioError, match="nowhere:1:1: no such folder"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(ScenarioError, match=f"this is a file; give its folder, '{tmp_path}'"):
        read_folder(tmp_path / "mine.yaml")


def test_entries_are_checked_when_no_file_is_broken(tmp_path, write):
    """The name of a broken scenario may be unknown only for that reason."""
    write("list.yaml", "list", "playlist: [mine]\n")
    write("mine.yaml", "mine", "task_run: [\n")
    with pytest.raises(ScenarioError, match=r"mine.yaml:.*not YAML") as caught:
        read_folder(tmp_path)
    assert len(caught.value.mistakes) == 1
    (tmp_path / "mine.yaml").unlink()
    with pytest.raises(ScenarioError, match=r"playlist\[0\]: unknown scenario 'mine'"):
        read_folder(tmp_path)
