"""A test that runs once with each scenario."""

from deck_sim.scenario.library import shipped

EVERY = """
    import pytest

    MARKER
    def test_it(deck, deck_every_scenario):
        assert deck.world["default_scenario"] == deck_every_scenario
"""


def playable(edition):
    """The names of the scenarios that ship and that a world of this edition can play."""
    found = map(shipped().get, shipped().names())
    return [scenario.name for scenario in found if edition in scenario.editions]


def test_a_test_runs_once_with_each_scenario(run):
    """Those that ship, each with its name as the id."""
    result = run(EVERY.replace("MARKER", ""), "-v")
    result.assert_outcomes(passed=len(playable("connections")))
    result.stdout.fnmatch_lines(["*::test_it?account_locked? PASSED*"])


def test_scenarios_of_the_folder_are_among_them(run, pytester):
    """The marker's edition says which can be played, before the option does."""
    stories = pytester.mkdir("stories")
    stories.joinpath("mine.yaml").write_text(
        "version: 1\nname: mine\ntask_run: [running, completed]\n"
    )
    marker = '@pytest.mark.deck(edition="credentials")'
    options = ("--deck-scenarios=stories", "-k", "mine", "--deck-edition=connections")
    run(EVERY.replace("MARKER", marker), *options).assert_outcomes(
        passed=1, deselected=len(playable("credentials"))
    )


def test_what_only_the_other_edition_can_play_is_not(run, pytester):
    """A scenario need not say its edition, if its steps do."""
    stories = pytester.mkdir("stories")
    stories.joinpath("mine.yaml").write_text(
        "version: 1\nname: mine\ntask_run: [running, review_required, completed]\n"
    )
    result = run(EVERY.replace("MARKER", ""), "--deck-scenarios=stories", "-k", "mine")
    result.assert_outcomes(deselected=len(playable("connections")))


def test_a_folder_with_mistakes_is_an_error_before_any_test(run, pytester):
    """The place of the mistake is told."""
    pytester.mkdir("stories").joinpath("mine.yaml").write_text("version: 1\nname: [x]\n")
    result = run(EVERY.replace("MARKER", ""), "--deck-scenarios=stories")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*mine.yaml:2:7: name:*"])
