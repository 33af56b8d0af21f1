"""The six ways to choose a scenario, magic names, playlists and mixes."""

from collections import Counter

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.scenario.conditions import Rule, When
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.loader import scenario_from_data
from deck_sim.scenario.selection import HEADER, WAYS, NewResource, SelectionState, choose

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
    opening = NewResource("task_run", None, {}, seed)
    return [choose(opening, selection, library).played.name for _ in range(times)]


def magic(library=LIBRARY, kind="task_run", **facts):
    """The choice for these facts, without header, queue and rules."""
    return str(choose(NewResource(kind, None, facts, 0), SelectionState(), library))


@pytest.mark.parametrize("place", range(len(ORDER)))
def test_each_way_beats_all_that_follow(place):
    """The first way that finds a scenario wins."""
    assert [*WAYS] == ORDER
    way = ORDER[place]
    assert str(choose(*given(ORDER[place:]), LIBRARY)) == f"by_{way}; because={way}"


MAGIC = ("source_down", "ada+source_down@example.com", "a.b+c+source_down@example.com")
PLAIN = ("source_down@example.com", "ada+source_down@example.org", "ada+source_down", "no_such")
PLAIN += (" source_down", "source_down\n", "", None)


@pytest.mark.parametrize("fact", ["username", "external_id"])
def test_a_magic_name_is_a_name_or_tags_a_mail_address(fact):
    """`NAME` and `anything+NAME@example.com` choose a known scenario, other names none."""
    chosen = {text: magic(shipped(), **{fact: text}) for text in (*MAGIC, *PLAIN)}
    assert {chosen[text] for text in MAGIC} == {"source_down; because=magic_name"}
    assert {chosen[text] for text in PLAIN} == {"success; because=default"}


@pytest.mark.parametrize(
    ("text", "ignored"),
    [
        ("session_breaks_down", "session_breaks_down: edition credentials"),
        ("a+session_breaks_down@example.com", "session_breaks_down: edition credentials"),
        ("for_both", "for_both: plays session_breaks_down of edition credentials"),
        ("ada+Source-Dwon@example.com", "Source-Dwon: no such scenario"),
    ],
)
@pytest.mark.parametrize("fact", ["username", "external_id"])
def test_a_magic_name_that_cannot_be_played_is_named_in_the_choice(fact, text, ignored):
    """For another edition, or unknown at example.com; the next way decides."""
    library = library_of(for_both={"playlist": ["session_breaks_down"]})
    assert magic(library, **{fact: text}) == f'success; because=default; ignored="{ignored}"'


def test_a_warning_says_what_was_meant():
    choice = choose(
        NewResource("task_run", None, {"username": "x+sucess@example.com"}, 0),
        SelectionState(),
        LIBRARY,
    )
    assert choice.warnings == [
        "the magic name 'sucess' is ignored, and 'success' is played: there is no such scenario;"
        " did you mean 'success'?"
    ]


def test_only_names_before_the_chosen_way_are_ignored():
    """Header, queue and rules win over any magic name; a good external id follows a bad name."""
    facts = {"username": "session_breaks_down", "external_id": "agent_hangs"}
    header = NewResource("task_run", "source_down", facts, 0)
    assert choose(header, SelectionState(), LIBRARY).ignored == ()
    assert magic(shipped(), **facts).startswith("agent_hangs; because=magic_name; ignored=")


def test_a_magic_user_name_wins_over_an_external_id():
    """If the user name is not magic, the external id may be."""
    both = {"username": "source_down", "external_id": "agent_hangs"}
    assert magic(**both) == "source_down; because=magic_name"
    assert magic(username="ada", external_id="agent_hangs") == "agent_hangs; because=magic_name"


def test_the_first_rule_that_matches_wins():
    """Rules are tried in order; rules for another kind are skipped."""
    rules = [
        Rule(when=When(username="b*"), scenario="by_default"),
        Rule(when=When(username="a*"), scenario="by_header", resource="connection"),
        Rule(when=When(username="a*"), scenario="by_queue"),
        Rule(when=When(), scenario="by_rule"),
    ]
    selection = SelectionState(rules=rules)

    def name(kind, username):
        return choose(NewResource(kind, None, {"username": username}, 0), selection, LIBRARY).name

    assert name("connection", "ada") == "by_header"
    assert name("task_run", "ada") == "by_queue"
    assert name("task_run", "cy") == "by_rule"


def test_a_wrong_rule_changes_no_rules():
    """All unknown scenarios and kinds are reported, and the rules stay."""
    good = Rule(when=When(), scenario="success", resource="task_run")
    selection = SelectionState(rules=[good])
    wrong = [good.model_copy(update=u) for u in ({}, {"scenario": "sucess"}, {"resource": "run"})]
    with pytest.raises(ApiError) as caught:
        selection.set_rules(wrong, LIBRARY, "connections")
    assert [(p.field, p.message) for p in caught.value.problems] == [
        (
            "rules[1].scenario",
            "`rules[1].scenario` names an unknown scenario: 'sucess'; did you mean 'success'?",
        ),
        (
            "rules[2].resource",
            "`rules[2].resource` is 'run'; it can be `connection` or `task_run`",
        ),
    ]
    assert selection.rules == [good]


def test_a_playlist_is_played_in_turn():
    """Each run plays the next entry; the last entry repeats."""
    library = library_of(turns={"playlist": ["source_down", "agent_hangs", "success"]})
    played = ["source_down", "agent_hangs", "success", "success", "success"]
    assert drawn(library, "turns", 5) == played


def test_a_playlist_is_for_runs():
    """A connection plays the playlist's own `connection` script and takes no turn."""
    selection = SelectionState(default_scenario="flaky_source")
    opened = choose(NewResource("connection", None, {}, 0), selection, shipped())
    assert (str(opened), selection.turns) == ("flaky_source; because=default", {})
    run = choose(NewResource("task_run", None, {}, 0), selection, shipped())
    assert str(run) == "flaky_source; because=default; plays=source_down"
    assert (run.script.scenario, selection.turns) == ("source_down", {"flaky_source": 1})


def test_each_playlist_counts_its_own_turns():
    """A turn of one playlist is no turn of another."""
    library = library_of(
        one={"playlist": ["source_down", "success"]}, two={"playlist": ["agent_hangs", "success"]}
    )
    selection = SelectionState()
    said = [
        choose(NewResource("task_run", name, {}, 0), selection, library).played.name
        for name in ("one", "two", "one", "two")
    ]
    assert said == ["source_down", "agent_hangs", "success", "success"]


def test_a_mix_honours_its_weights():
    """Of 2,000 draws each entry gets its share, within 5 %."""
    mix = {"success": 6, "source_down": 3, "agent_hangs": 1}
    library = library_of(weighed={"mix": mix})
    counts = Counter(drawn(library, "weighed", 2000))
    for name, weight in mix.items():
        assert abs(counts[name] - 200 * weight) < 100


def test_a_mix_is_drawn_from_the_seed():
    """The same seed gives the same draws; another seed or name gives others."""
    mix = {"mix": {"success": 1, "source_down": 1}}
    library = library_of(one=mix, two=mix)
    first = drawn(library, "one", 50, seed=7)
    assert drawn(library, "one", 50, seed=7) == first
    assert drawn(library, "one", 50, seed=8) != first
    assert drawn(library, "two", 50, seed=7) != first


def test_the_smallest_weights_can_be_drawn():
    """A weight below the resolution counts as the smallest one."""
    library = library_of(tiny={"mix": {"success": 1e-9, "source_down": 1e-9}})
    assert set(drawn(library, "tiny", 50)) == {"success", "source_down"}


def test_a_check_about_one_scenario_ignores_the_others():
    """With `about`, other settings that cannot be played are not reported."""
    selection = SelectionState(
        default_scenario="session_breaks_down", queues={"task_run": ["success"]}
    )
    selection.check(shipped(), "connections", about="success")
    with pytest.raises(ApiError, match="is for the edition `credentials`"):
        selection.check(shipped(), "connections")


def test_an_unknown_entry_is_left_to_the_library():
    """An edit may add the entry before a run plays it."""
    library = library_of(turns={"playlist": ["gone", "success"]})
    selection = SelectionState(default_scenario="turns")
    selection.check(library, "connections")


@pytest.mark.parametrize(
    ("kind", "names", "field", "message"),
    [
        ("taskrun", ["success"], "resource", "`resource` is 'taskrun'; did you mean 'task_run'?"),
        ("task_run", ["success", "sucess"], "scenarios[1]", "names an unknown scenario: 'sucess'"),
    ],
)
def test_a_queue_takes_only_playable_scenarios(kind, names, field, message):
    """A wrong kind or name is refused, and nothing is queued."""
    selection = SelectionState()
    with pytest.raises(ApiError, match=message) as caught:
        selection.enqueue(kind, names, shipped(), "connections")
    assert ([one.field for one in caught.value.problems], selection.queues) == ([field], {})


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gone", "names an unknown scenario: 'gone'"),
        ("elsewhere", "is for the edition `credentials`"),
    ],
)
@pytest.mark.parametrize(
    ("field", "settings"),
    [
        (HEADER, lambda name: {}),
        ("queue", lambda name: {"queues": {"task_run": [name]}}),
        ("rules", lambda name: {"rules": [Rule(when=When(), scenario=name)]}),
        ("default_scenario", lambda name: {"default_scenario": name}),
        ("playlist of turns", lambda name: {"default_scenario": "turns"}),
        ("mix of drawn", lambda name: {"default_scenario": "drawn"}),
    ],
)
def test_a_scenario_that_cannot_be_played_is_reported_where_it_is_named(name, why, field, settings):
    """Unknown, or for another edition. A queued name is used up; nothing else changes."""
    header, selection = name if field == HEADER else None, SelectionState(**settings(name))
    library = library_of(
        elsewhere={"edition": "credentials", "playlist": ["success"]},
        turns={"playlist": [name]},
        drawn={"mix": {name: 1}},
    )
    with pytest.raises(ApiError, match=why) as caught:
        choose(NewResource("task_run", header, {}, 0), selection, library)
    assert [problem.field for problem in caught.value.problems] == [field]
    left = SelectionState(
        **settings(name) | ({"queues": {"task_run": []}} if field == "queue" else {})
    )
    assert selection == left
