def test_the_marker_sets_the_world(run):
    text = """
        from datetime import timedelta
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

        @pytest.mark.deck(timeout_cap=60, screenshots=True, connection_idle=timedelta(minutes=10))
        def test_options(deck):
            assert (deck.world["timeout_cap"], deck.world["screenshots"]) == (60, True)
            assert deck.world["connection_idle"] == "10m"
            deck.set_options(timeout_cap=None)
            assert deck.world["timeout_cap"] is None
    """
    run(text).assert_outcomes(passed=3)


WRONG = {
    "scenari='success'": "has no argument 'scenari'; did you mean 'scenario'?; allowed are",
    "'success'": "has no argument 'success'; write `scenario='success'`; allowed are",
    "scenario='sucess'": "names an unknown scenario: 'sucess'; did you mean 'success'?",
    "clock='x'": "`clock` is 'x'; it can be 'real' or 'frozen' or 'on_poll'",
    "clock='on_poll', step='5'": "`step`: *'5' is not a duration",
    "strict='no'": "`strict` is 'no'; it can be True or False",
    "lint='fial'": "`lint` is 'fial'; it can be 'fail' or 'off'",
}


def test_the_marker_is_checked_if_the_test_uses_no_fixture_of_ours(run):
    test = "\n@pytest.mark.deck({})\ndef test_{}(): pass\n"
    result = run(
        "import pytest" + test.format("scenari='success'", 1) + test.format("clock='x'", 2)
    )
    result.assert_outcomes(errors=2)
    complaints = "@pytest.mark.deck has no argument 'scenari'; did*", "*`clock` is 'x'; it can be*"
    result.stdout.fnmatch_lines([*complaints])


def test_a_wrong_argument_is_an_error(run):
    tests = "".join(
        f"\n@pytest.mark.deck({arguments})\ndef test_{number}(deck): assert False\n"
        for number, arguments in enumerate(WRONG)
    )
    result = run(f"import pytest\n{tests}")
    result.assert_outcomes(errors=len(WRONG))
    result.stdout.fnmatch_lines([f"*{complaint}*" for complaint in WRONG.values()])
    result.stdout.no_fnmatch_line("*Traceback*")
