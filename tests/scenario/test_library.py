from pathlib import Path

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.scenario.library import Library, WatchedFolder, read_folder, shipped
from deck_sim.scenario.loader import ScenarioError, read_scenario


def scenario(name, summary=""):
    """A scenario without a script."""
    return read_scenario(f"version: 1\nname: {name}\nsummary: '{summary}'\n")


@pytest.fixture
def write(tmp_path):
    """Write a scenario file into a folder."""

    def write(file, name, rest=""):
        (tmp_path / file).write_text(f"# a comment\nversion: 1\nname: {name}\n{rest}")

    return write


def test_shipped_scenarios_are_found_by_name():
    """A shipped file is read once, when its name is first used."""
    library = shipped()
    assert {"success", "mfa_then_success", "agent_hangs"} <= set(library.names())
    assert library.get("success") is library.get("success")


@pytest.mark.parametrize("name", ["", "../success", "success.yaml", "*"])
def test_a_name_is_never_a_path(name):
    """Only known names are opened as files."""
    assert shipped().find(name) is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sucess", "`x[0]` names an unknown scenario: 'sucess'; did you mean 'success'?"),
        ("zz", "`x[0]` names an unknown scenario: 'zz'; known: `slow` and `success`"),
        ("k" * 99, f"`x[0]` names an unknown scenario: '{'k' * 59}…'; known: `slow` and `success`"),
    ],
)
def test_an_unknown_name_is_refused_with_known_names(name, message):
    """The message has the nearest spelling, or all names; `field` is the place of the name."""
    library = Library()
    library.add(scenario("success"))
    library.add(scenario("slow"))
    with pytest.raises(ApiError) as caught:
        library.get(name, "x[0]")
    (problem,) = caught.value.problems
    assert (problem.name, problem.field) == ("request/input_invalid", "x[0]")
    assert problem.message == message


def test_an_added_scenario_hides_the_one_below():
    """A world's own scenario wins until it is removed; the library below does not change."""
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
    """`*.yaml` and `*.yml` files are read, whatever their names; others are not."""
    write("one.yaml", "first")
    write("two.yml", "second")
    write("readme.txt", "third")
    library = read_folder(tmp_path, shipped())
    assert set(library.names()) - set(shipped().names()) == {"first", "second"}


def test_every_mistake_of_a_folder_is_reported(tmp_path, write):
    """All mistakes of all files are reported at once, duplicate names included."""
    write("a.yaml", "same")
    write("b.yaml", "same")
    write("c.yaml", "other", "task_run: [runing, running: 2x]\n")
    with pytest.raises(ScenarioError) as caught:
        read_folder(tmp_path, shipped())
    taken, *rest = caught.value.mistakes
    place = f"{tmp_path / 'b.yaml'}:3:7: name: "
    assert str(taken) == (
        f"{place}the name 'same' is already used in {tmp_path / 'a.yaml'}; rename one of the two"
    )
    assert [(m.line, m.path) for m in rest] == [(4, "task_run[0]"), (4, "task_run[1].running")]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere", "nowhere:1:1: no such folder"),
        ("mine.yaml", "mine.yaml:1:1: this is a file; give the folder that it is in, '{}'"),
    ],
)
def test_a_path_that_is_no_folder_is_a_mistake(tmp_path, write, name, said):
    """A missing folder is reported like a mistake in a file; so is a file, with its folder."""
    write("mine.yaml", "mine")
    with pytest.raises(ScenarioError, match=said.format(tmp_path)):
        read_folder(tmp_path / name, shipped())


def test_an_unknown_name_lists_those_of_many_that_are_alike():
    """They have a word in common."""
    count = len(shipped().names())
    lists = "`deck-sim scenarios` lists them (`--scenarios DIR` adds those of a folder)"
    assert shipped().instead("xyz") == f"; {lists}"
    such = "`connection_mfa_wrong_code` and `mfa_wrong_code`"
    assert shipped().instead("wrong_password") == f"; known are {count}, such as {such}; {lists}"


@pytest.mark.parametrize(
    ("file", "text", "name", "said"),
    [
        ("stories/mine.yaml", "name: mine", "mine", r"`pytest --deck-scenarios stories` \(ini"),
        ("a/b/mine.yml", "name: mine", "mine.yml", "'a/b/mine.yml' is in a folder that is not"),
        ("mine.yaml", "name: 'other'", "mine", "'mine.yaml' has the name 'other'"),
        ("mine.yamls", "name: mine", "mine", "lists them"),
        ("mine.yaml", "name: mine", "MINE", "lists them"),
        ("x", "", "success.yaml", "write the scenario's name, not its file: 'success'"),
        ("x", "", "scenarios/success.yml", "write the scenario's name, not its file: 'success'"),
    ],
)
def test_an_unknown_name_may_mean_a_file_nearby(tmp_path, monkeypatch, file, text, name, said):
    """The message says how to configure its folder, or which name to use."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(f"version: 1\n{text}\n")
    with pytest.raises(ApiError, match=said):
        shipped().get(name)


def test_a_name_whose_file_is_broken_says_so(tmp_path, monkeypatch, write):
    """As an entry of a playlist, and after an edit of a folder that is watched."""
    monkeypatch.chdir(tmp_path)
    watched = WatchedFolder(tmp_path, shipped(), lambda error: None)
    (tmp_path / "mine.yaml").write_text("version: 1\nname: mine\ntask_run: [")
    write("list.yaml", "list", "playlist: [mine]\n")
    broken = "unknown scenario{} 'mine'; its file is broken: `deck-sim check mine.yaml` shows where"
    with pytest.raises(ScenarioError) as caught:
        read_folder(Path(), shipped())
    mistakes = [one.message for one in caught.value.mistakes if one.file == "list.yaml"]
    assert mistakes == [broken.format("")]
    with pytest.raises(ApiError, match=broken.format(":")):
        Library(watched).get("mine")
