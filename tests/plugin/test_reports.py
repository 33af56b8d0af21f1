import pytest


def test_a_failure_of_plain_text_has_the_report(run, pytester):
    """Another plugin may have made it."""
    pytester.makeconftest("""
        import pytest
        @pytest.hookimpl(wrapper=True, tryfirst=False, trylast=True)
        def pytest_runtest_makereport(item, call):
            report = yield
            if report.failed:
                report.longrepr = "only text"
            return report
    """)
    result = run("def test_it(deck):\n    deck.ready_task()\n    assert False")
    result.stdout.fnmatch_lines(["only text", "*- deck timeline -*", "*created as learning"])


def test_a_date_of_the_process_in_a_failed_assertion_is_named(run):
    body = "deck.ready_task()\n    assert deck.clock.now.date() == datetime.now(UTC).date()"
    result = run(f"from datetime import UTC, datetime\n\ndef test_it(deck):\n    {body}")
    result.stdout.fnmatch_lines(["two clocks:", "*the world's date is 2025-01-15: *"])


@pytest.mark.parametrize(("option", "is_shown"), [("--tb=auto", False), ("--full-trace", True)])
def test_the_traceback_of_our_error_ends_in_the_test(run, option, is_shown):
    own_error = (
        "from deck_sim import DeckSimError\n\ndef test_own(deck):\n    raise DeckSimError('own')"
    )
    result = run(f"{own_error}\n\ndef test_it(deck):\n    deck.use('sucess')", option)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*deck.use('sucess')*", "E *; did you mean 'success'?"])
    assert ("connect/control.py" in str(result.stdout)) is is_shown


def test_the_traceback_of_another_error_is_whole(run):
    """It may be a bug of ours."""
    result = run("def test_it(deck):\n    deck.hold(None)")
    result.stdout.fnmatch_lines(["*handle/hold.py:*", "E *TypeError: *"])
