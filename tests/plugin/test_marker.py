"""The marker: the settings of a test's world."""

import re
from dataclasses import fields

import pytest

from pytest_deck_sim.worlds import MarkerOptions


def test_the_marker_sets_the_world(run):
    """Without one it is frozen at the default start; the closest marker wins."""
    text = """
        import pytest

        def test_default(deck):
            world = deck.world
            assert (world["clock"], world["now"]) == ("frozen", "2025-01-15T09:30:00Z")

        @pytest.mark.deck(scenario="mfa_then_success", edition="connections", clock="on_poll",
                          now="2030-01-01T00:00:00Z", seed=1, rate_limit=True)
        class TestMarked:
            @pytest.mark.deck(seed=2, rate_limit={"requests": 5})
            def test_world(self, deck):
                world = deck.world
                assert world["default_scenario"] == "mfa_then_success"
                assert (world["edition"], world["clock"]) == ("connections", "on_poll")
                assert (world["seed"], world["now"]) == (2, "2030-01-01T00:00:00Z")
                assert world["rate_limit"]["requests"] == 5
    """
    run(text).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("scenari='success'", "has no argument 'scenari'; did you mean 'scenario'?; allowed are"),
        ("'success'", "takes no positional argument, but got 'success'; allowed are `scenario`"),
        ("'success', sed=1", "takes *; it has no argument 'sed'; did you mean 'seed'?"),
        ("scenario='sucess'", "names an unknown scenario: 'sucess'; did you mean 'success'?"),
        ("edition='x'", "`edition`: must be 'connections'"),
        ("clock='x'", "`clock`: must be 'real', 'frozen' or 'on_poll'"),
        ("step='5s'", "`step` is the time * and this clock is `frozen`; leave out `step`, or use"),
        ("clock='on_poll', step='5'", "`step`: *'5' is not a duration"),
        ("seed='x'", "`seed`: must be a whole number"),
        ("now='x'", "`now` must be a moment"),
        ("rate_limit='5/s'", "of this test: `limit` is a mapping, like `{*}`, not '5/s'"),
        ("strict='no'", "`strict` is 'no'; it is True or False"),
        ("rate_limit={'request': 1}", "`rate_limit.request`: unknown key 'request'; did you mean"),
    ],
)
def test_a_wrong_argument_is_an_error(run, arguments, complaint):
    """The test does not run, and there is no traceback."""
    text = f"""
        import pytest
        @pytest.mark.deck({arguments})
        def test_world(deck):
            raise AssertionError("must not run")
    """
    result = run(text)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{complaint.replace('[', '[[]')}*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_misspelt_marker_is_an_error(run):
    """With an argument of ours; a marker of somebody else is left alone."""
    text = """
        import pytest
        @pytest.mark.dek(scenario="source_down")
        def test_world(deck):
            raise AssertionError("must not run")
        @pytest.mark.check(level=3)
        def test_other(deck): pass
    """
    result = run(text, "-W", "ignore::pytest.PytestUnknownMarkWarning")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["unknown marker 'dek'; did you mean @pytest.mark.deck?"])


def test_pytest_lists_every_argument(run):
    shown = run("", "--markers").stdout.str()
    (line,) = [line for line in shown.splitlines() if line.startswith("@pytest.mark.deck(")]
    listed = re.findall(r"(\w+)=", line.partition("):")[0])
    assert sorted(listed) == sorted(field.name for field in fields(MarkerOptions))


def test_the_marker_sets_options_of_the_world(run):
    """As `Deck.set_options` does later; a duration may be a timedelta."""
    text = """
        from datetime import timedelta
        import pytest

        @pytest.mark.deck(timeout_cap=60, screenshots=True, connection_idle=timedelta(minutes=10))
        def test_world(deck):
            assert (deck.world["timeout_cap"], deck.world["screenshots"]) == (60, True)
            assert deck.world["connection_idle"] == "10m"
            deck.set_options(timeout_cap=None)
            assert deck.world["timeout_cap"] is None
    """
    run(text).assert_outcomes(passed=1)
