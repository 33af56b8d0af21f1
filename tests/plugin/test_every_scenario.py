"""`deck_every_scenario`: a test that runs once with each scenario."""

from deck_sim.scenario.library import shipped

EVERY = """
    import pytest

    MARKER
    def test_it(deck, deck_every_scenario):
        assert deck.world["default_scenario"] == deck_every_scenario
"""


def playable(edition):
    """The names of the shipped scenarios that this edition can play."""
    found = map(shipped().get, shipped().names())
    return [scenario.name for scenario in found if edition in scenario.editions]


def test_a_test_runs_once_with_each_scenario(run):
    """The name is the id of the test."""
    result = run(EVERY.replace("MARKER", ""), "-v")
    result.assert_outcomes(passed=len(playable("connections")))
    result.stdout.fnmatch_lines(["*::test_it?account_locked? PASSED*"])


def test_scenarios_of_the_folder_are_included(run, pytester):
    """The edition is that of the marker, or else of the option."""
    stories = pytester.mkdir("stories")
    stories.joinpath("mine.yaml").write_text(
        "version: 1\nname: mine\ntask_run: [running, completed]\n"
    )
    marker = '@pytest.mark.deck(edition="credentials")'
    options = ("--deck-scenarios=stories", "-k", "mine", "--deck-edition=connections")
    run(EVERY.replace("MARKER", marker), *options).assert_outcomes(
        passed=1, deselected=len(playable("credentials"))
    )


def test_a_marker_limits_them_to_your_folder(run, pytester):
    """The shipped ones are tested by deck-sim itself."""
    stories = pytester.mkdir("stories")
    for name in ("mine", "other"):
        text = f"version: 1\nname: {name}\ntask_run: [running, completed]\n"
        stories.joinpath(f"{name}.yaml").write_text(text)
    text = EVERY.replace("MARKER", '@pytest.mark.deck(scenarios="own")')
    run(text, "--deck-scenarios=stories").assert_outcomes(passed=2)


def test_your_folder_alone_needs_a_folder(run):
    """Or no test would run, in silence."""
    result = run(EVERY.replace("MARKER", '@pytest.mark.deck(scenarios="own")'))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*needs a folder of your own: --deck-scenarios DIR*"])


def test_scenarios_of_the_other_edition_are_left_out(run, pytester):
    """The steps decide where a scenario has no `edition`."""
    stories = pytester.mkdir("stories")
    stories.joinpath("mine.yaml").write_text(
        "version: 1\nname: mine\ntask_run: [running, review_required, completed]\n"
    )
    result = run(EVERY.replace("MARKER", ""), "--deck-scenarios=stories", "-k", "mine")
    result.assert_outcomes(deselected=len(playable("connections")))
