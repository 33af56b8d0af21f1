import pytest

from deck_sim import ERRORS
from deck_sim.contract.editions import EDITIONS

EVERY_SCENARIO = """
    import pytest

    @pytest.mark.deck(edition="connections")
    def test_one(deck, deck_every_scenario):
        assert deck.world["default_scenario"] == deck_every_scenario

    @pytest.mark.deck(edition="credentials")
    def test_other(deck, deck_every_scenario): pass

    @pytest.mark.deck(scenarios="own")
    def test_own(deck, deck_every_scenario): pass
"""


def test_a_test_runs_once_with_each_scenario(run, stories):
    """Those of your folder are included, and a marker limits a test to these. The steps decide
    about the edition; that of the marker counts, or else that of the option.
    """
    text = "version: 1\nname: reviewed\ntask_run: [running, review_required, completed]\n"
    stories.joinpath("reviewed.yaml").write_text(text)
    options = ("--deck-scenarios=stories", "--deck-edition=credentials")
    result = run(EVERY_SCENARIO, *options, "-k", "mine or reviewed or account_locked", "-v")
    assert result.ret == pytest.ExitCode.OK
    names = {line.split()[0].partition("::")[2] for line in result.outlines if "PASSED" in line}
    mine = {f"test_{kind}[mine]" for kind in ("one", "other", "own")}
    reviewed = {"test_other[reviewed]", "test_own[reviewed]"}
    assert names == mine | reviewed | {"test_one[account_locked]", "test_other[account_locked]"}


def test_your_folder_alone_needs_a_folder(run):
    """Or no test would run, in silence."""
    result = run(EVERY_SCENARIO, "-k", "nothing")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*needs your scenarios: add --deck-scenarios=DIR*"])


EVERY_FAILURE = """
    import pytest

    @pytest.mark.deck(edition="connections")
    def test_one(deck, deck_every_failure):
        (error,) = deck.start_run(status="failed")["errors"]
        assert (error["type"], error["code"]) == (deck_every_failure.type, deck_every_failure.code)

    @pytest.mark.deck(edition="credentials")
    def test_other(deck, deck_every_failure):
        deck.start_run(status="failed")
"""


def test_a_run_fails_once_with_each_error_of_the_edition(run):
    result = run(EVERY_FAILURE, "-v")
    ends = [name for error in ERRORS if error.ends_run for name in error.editions]
    result.assert_outcomes(passed=ends.count("connections") + ends.count("credentials"))
    result.stdout.fnmatch_lines(["*::test_one?auth/auth_invalid? PASSED*"])


def test_an_overridden_edition_has_its_own_failures_and_scenarios(run, pytester):
    """The others are skipped. Before a test runs, nobody knows what the fixture returns."""
    text = """
        import pytest
        @pytest.fixture(scope="session")
        def deck_edition(): return "credentials"
        def test_failure(deck, deck_every_failure): deck.start_run(status="failed")
        def test_scenario(deck_every_scenario): pass
    """
    result = run(text, "-k", "blocked or session", "-v", "-rs")
    result.assert_outcomes(passed=6, skipped=2)
    result.stdout.fnmatch_lines(["*::test_failure?session/timeout? PASSED*"])
    result.stdout.fnmatch_lines(["*: `connection/blocked` is not of the edition `credentials`"])


def test_every_failure_and_every_scenario_exclude_each_other(run):
    result = run("def test_it(deck_every_scenario, deck_every_failure): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*`deck_every_scenario` and `deck_every_failure` exclude each *"])


def test_the_catalog_says_where_an_error_appears():
    errors = {str(error): error for error in ERRORS}
    refused, locked = errors["request/input_missing"], errors["auth/auth_locked"]
    assert (refused.type, refused.code, refused.status) == ("request", "input_missing", 400)
    assert (refused.ends_run, locked.ends_run, locked.status) == (False, True, None)
    assert (*locked.editions,) == (*EDITIONS,)
    assert "credentials" not in errors["connection/blocked"].editions
    assert not any(error.type == "deck_sim" for error in ERRORS)
