from collections import Counter

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.scenario.conditions import Rule, When
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.loader import scenario_from_data
from deck_sim.scenario.selection import SCENARIO_HEADER, WAYS, NewResource, SelectionState, choose

ORDER = ["header", "queue", "rule", "magic_name", "default"]
STEPS = ["queued", "running", "completed"]
NAMES = ["by_header", "by_queue", "by_rule", "by_magic_name", "by_default"]


def library_of(**scenarios):
    """Scenarios by name, over those that ship; each is given as the rest of its data."""
    library = Library(shipped())
    for name, rest in scenarios.items():
        library.add(scenario_from_data({"version": 1, "name": name, **rest}, name))
    return library


LIBRARY = library_of(**{name: {"task_run": STEPS} for name in NAMES})


def given(ways):
    """A new resource and settings for which only these ways find a scenario."""
    selection = SelectionState(default_scenario="by_default")
    if "queue" in ways:
        selection.queues["task_run"] = ["by_queue"]
    if "rule" in ways:
        selection.rules = [Rule(when=When(), scenario="by_rule")]
    facts = {"username": "by_magic_name" if "magic_name" in ways else "ada"}
    return NewResource("task_run", "by_header" if "header" in ways else None, facts, 0), selection


def drawn(library, name, times, seed=0):
    """The scenarios that this many runs play of a playlist or mix."""
    selection = SelectionState(default_scenario=name)
    new = NewResource("task_run", None, {}, seed)
    return [choose(new, selection, library).played.name for _ in range(times)]


def magic(library=LIBRARY, header=None, **facts):
    """The choice for these facts, without queue and rules."""
    return choose(NewResource("task_run", header, facts, 0), SelectionState(), library)


def test_each_way_beats_all_that_follow():
    assert [*WAYS] == ORDER
    chosen = [str(choose(*given(ORDER[place:]), LIBRARY)) for place in range(len(ORDER))]
    assert chosen == [f"by_{way}; because={way}" for way in ORDER]


MAGIC = ("source_down", "ada+source_down@example.com", "a.b+c+source_down@example.com")
PLAIN = ("source_down@example.com", "ada+source_down@example.org", "ada+source_down", "no_such")
PLAIN += (" source_down", "source_down\n", "", None)
IGNORED = {
    "session_breaks_down": "session_breaks_down: edition credentials",
    "a+session_breaks_down@example.com": "session_breaks_down: edition credentials",
    "for_both": "for_both: plays session_breaks_down of edition credentials",
    "ada+Source-Dwon@example.com": "Source-Dwon: no such scenario",
    "x+größe/1@EXAMPLE.com": "gr\\xf6\\xdfe/1: no such scenario",
}
NAMED = {
    **dict.fromkeys(MAGIC, "source_down; because=magic_name"),
    **dict.fromkeys(PLAIN, "success; because=default"),
    **{text: f'success; because=default; ignored="{why}"' for text, why in IGNORED.items()},
}


def test_a_magic_name_is_a_name_or_tags_a_mail_address():
    library = library_of(for_both={"playlist": ["session_breaks_down"]})
    for fact in ("username", "external_id"):
        assert {text: str(magic(library, **{fact: text})) for text in NAMED} == NAMED


def test_a_warning_says_what_was_meant():
    assert magic(username="x+sucess@example.com").warnings == [
        "the magic name 'sucess' is ignored, and 'success' is played: there is no such scenario;"
        " did you mean 'success'?"
    ]


def test_a_magic_user_name_wins_over_an_external_id():
    by_id = "agent_hangs; because=magic_name"
    ignored = '; ignored="session_breaks_down: edition credentials"'
    names = {"source_down": "source_down; because=magic_name", "ada": by_id}
    names["session_breaks_down"] = by_id + ignored
    choices = {name: str(magic(username=name, external_id="agent_hangs")) for name in names}
    assert choices == names
    assert magic(header="success", username="session_breaks_down").ignored == ()
    both = magic(username="a+sucess@example.com", external_id="session_breaks_down")
    assert f"{both}".endswith('no such scenario, session_breaks_down: edition credentials"')


def test_names_are_queued_behind_those_that_wait():
    selection = SelectionState()
    for names in (["by_queue"], ["by_rule", "by_header"]):
        selection.enqueue("task_run", names, LIBRARY, "connections")
    runs = [NewResource("task_run", None, {}, 0)] * 4
    played = [choose(run, selection, LIBRARY).name for run in runs]
    assert played == ["by_queue", "by_rule", "by_header", "success"]


def test_the_first_rule_that_matches_wins():
    rules = [
        Rule(when=When(username="b*"), scenario="by_default"),
        Rule(when=When(username="a*"), scenario="by_header", resource="connection"),
        Rule(when=When(username="a*"), scenario="by_queue"),
        Rule(when=When(), scenario="by_rule"),
    ]
    selection = SelectionState(rules=rules)
    cases = {
        ("connection", "ada"): "by_header",
        ("task_run", "ada"): "by_queue",
        ("task_run", "cy"): "by_rule",
    }
    new = {case: NewResource(case[0], None, {"username": case[1]}, 0) for case in cases}
    assert {case: choose(new[case], selection, LIBRARY).name for case in cases} == cases


def test_a_wrong_rule_changes_no_rules():
    good = Rule(when=When(), scenario="success", resource="task_run")
    selection = SelectionState(rules=[good])
    wrong = [good.model_copy(update=u) for u in ({}, {"scenario": "sucess"}, {"resource": "run"})]
    with pytest.raises(ApiError) as caught:
        selection.set_rules(wrong, LIBRARY, "connections")
    assert [problem.message for problem in caught.value.problems] == [
        "`rules[1].scenario` names an unknown scenario: 'sucess'; did you mean 'success'?",
        "`rules[2].resource`: the edition `connections` plays no scenarios for 'run';"
        " allowed: `connection` or `task_run`",
    ]
    assert selection.rules == [good]


def test_each_playlist_is_played_in_turn():
    library = library_of(
        first={"playlist": ["source_down", "success"]},
        second={"playlist": ["agent_hangs", "success"]},
    )
    selection = SelectionState()
    names = ("first", "second", "first", "second", "first")
    runs = (NewResource("task_run", name, {}, 0) for name in names)
    played = [choose(run, selection, library).played.name for run in runs]
    assert played == ["source_down", "agent_hangs", "success", "success", "success"]


def test_a_playlist_is_for_runs():
    selection = SelectionState(default_scenario="flaky_source")
    opened = choose(NewResource("connection", None, {}, 0), selection, shipped())
    assert (str(opened), selection.turns) == ("flaky_source; because=default", {})
    run = choose(NewResource("task_run", None, {}, 0), selection, shipped())
    assert str(run) == "flaky_source; because=default; plays=source_down"
    assert (run.script.scenario, selection.turns) == ("source_down", {"flaky_source": 1})


def test_a_mix_honours_its_weights():
    mix = {"success": 6, "source_down": 3, "agent_hangs": 1}
    tiny = {"success": 1e-9, "source_down": 1e-9}
    library = library_of(weighed={"mix": mix}, tiny={"mix": tiny})
    counts = Counter(drawn(library, "weighed", 2000))
    assert [name for name in mix if abs(counts[name] - 200 * mix[name]) >= 100] == []
    assert set(drawn(library, "tiny", 50)) == tiny.keys()


def test_a_mix_is_drawn_from_the_seed():
    mix = {"mix": {"success": 1, "source_down": 1}}
    library = library_of(one=mix, two=mix)
    first = drawn(library, "one", 50, seed=7)
    assert drawn(library, "one", 50, seed=7) == first
    assert drawn(library, "one", 50, seed=8) != first
    assert drawn(library, "two", 50, seed=7) != first


def test_a_check_about_one_scenario_looks_at_the_playlists_with_it():
    foreign = "session_breaks_down"  # is for the edition `credentials`
    library = library_of(turns={"playlist": ["success", foreign]})
    selection = SelectionState(default_scenario="turns")
    selection.check(library, "connections", about="slow_success")
    with pytest.raises(ApiError, match=f"'{foreign}', which 'turns' plays, is for"):
        selection.check(library, "connections", about=foreign)


def test_a_check_about_one_scenario_ignores_the_others():
    """With `about`, other settings that cannot be played are not reported. An unknown entry is
    left to the library: an edit may add it before a run plays it.
    """
    library = library_of(turns={"playlist": ["gone", "success"]})
    queues = {"task_run": ["turns"]}
    selection = SelectionState(default_scenario="session_breaks_down", queues=queues)
    selection.check(library, "connections", about="success")
    with pytest.raises(ApiError, match="is for the edition `credentials`") as caught:
        selection.check(library, "connections")
    assert [problem.field for problem in caught.value.problems] == ["default_scenario"]


def test_of_a_playlist_the_edition_of_its_entry_is_the_one_to_switch_to():
    library = library_of(turns={"playlist": ["session_breaks_down"]})
    with pytest.raises(ApiError, match=r"which 'turns' plays.*edition=\"credentials\""):
        SelectionState().set_default("turns", library, "connections")


PLACES = {
    SCENARIO_HEADER: lambda name: {},
    "queue": lambda name: {"queues": {"task_run": [name]}},
    "rules": lambda name: {"rules": [Rule(when=When(), scenario=name)]},
    "default_scenario": lambda name: {"default_scenario": name},
    "playlist of turns": lambda name: {"default_scenario": "turns"},
    "mix of drawn": lambda name: {"default_scenario": "drawn"},
}
UNPLAYABLE = {
    "gone": "names an unknown scenario: 'gone'",
    "elsewhere": "is for the edition `credentials`",
}


def test_a_scenario_that_cannot_be_played_is_reported_where_it_is_named():
    """Unknown, or for another edition. A queued name is used up; nothing else changes."""
    for name, why in UNPLAYABLE.items():
        library = library_of(
            elsewhere={"edition": "credentials", "playlist": ["success"]},
            turns={"playlist": [name]},
            drawn={"mix": {name: 1}},
        )
        for field, settings in PLACES.items():
            selection, expected = (SelectionState(**settings(name)) for _ in range(2))
            new = NewResource("task_run", name if field == SCENARIO_HEADER else None, {}, 0)
            with pytest.raises(ApiError, match=why) as caught:
                choose(new, selection, library)
            assert [problem.field for problem in caught.value.problems] == [field]
            expected.queues = {kind: [] for kind in expected.queues}
            assert selection == expected
