import pytest

EVERY = """
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
    result = run(EVERY, *options, "-k", "mine or reviewed or account_locked", "-v")
    assert result.ret == pytest.ExitCode.OK
    names = {line.split()[0].partition("::")[2] for line in result.outlines if "PASSED" in line}
    mine = {f"test_{kind}[mine]" for kind in ("one", "other", "own")}
    reviewed = {"test_other[reviewed]", "test_own[reviewed]"}
    assert names == mine | reviewed | {"test_one[account_locked]", "test_other[account_locked]"}


def test_your_folder_alone_needs_a_folder(run):
    """Or no test would run, in silence."""
    result = run(EVERY, "-k", "nothing")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*needs your scenarios: add --deck-scenarios=DIR*"])
