"""Lint findings that fail a test, by the marker and the ini file."""

import pytest

TESTS = """
    import pytest

    {marker}
    def test_hasty(deck, deck_client):
        ready = deck.ready_task()
        run = deck.create(f"tasks/{{ready.task_id}}/run", ready.login)
        for _ in range(5):
            deck_client.get(f"/task-runs/{{run['id']}}")
            deck.sleep(0.1)
        assert {passes}

    {marker}
    def test_correct(deck):
        deck.ready_task()
"""


def two_tests(lint=None, *, passes=True):
    """A test whose client polls without waiting, and one without a mistake."""
    marker = f"@pytest.mark.deck(lint={lint!r})" if lint else ""
    return TESTS.format(marker=marker, passes=passes)


@pytest.mark.parametrize(
    ("ini", "marked", "errors"),
    [("off", None, 0), ("off", "fail", 1), ("fail", None, 1), ("fail", "off", 0)],
)
def test_findings_fail_a_test_if_its_marker_or_the_ini_file_says_so(
    run, pytester, ini, marked, errors
):
    pytester.makeini(f"[pytest]\ndeck_lint = {ini}" if ini == "fail" else "[pytest]")
    result = run(two_tests(marked))
    result.assert_outcomes(passed=2, errors=errors)
    lines = ["polls_too_often: *", "  why it matters: *", "*- deck timeline -*"]
    result.stdout.fnmatch_lines(lines * errors)


def test_a_failed_test_has_no_second_error(run):
    """The first failure counts."""
    run(two_tests("fail", passes=False)).assert_outcomes(passed=1, failed=1)


def test_a_misspelt_mode_is_an_error(run, pytester):
    pytester.makeini("[pytest]\ndeck_lint = fial")
    assert run(two_tests()).ret == pytest.ExitCode.USAGE_ERROR
