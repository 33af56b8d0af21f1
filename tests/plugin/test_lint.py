"""Lint findings that fail a test, by the marker and the ini file."""

import pytest

TESTS = """
    import pytest

    {marker}
    def test_hasty(deck, deck_client):
        path = f"/task-runs/{{deck.start_run()['id']}}"
        for _ in range(5):
            deck_client.get(path)
            deck.sleep(0.1)
        assert {passes}

    {marker}
    def test_correct(deck):
        deck.ready_task()
"""


def two_tests(lint=None, *, passes=True):
    marker = f"@pytest.mark.deck(lint={lint!r})" if lint else ""
    return TESTS.format(marker=marker, passes=passes)


def test_findings_fail_a_test_if_its_marker_or_the_ini_file_says_so(run):
    for ini, marked, errors in (
        ("off", None, 0),
        ("off", "fail", 1),
        ("fail", None, 1),
        ("fail", "off", 0),
    ):
        result = run(two_tests(marked), "-o", f"deck_lint={ini}")
        result.assert_outcomes(passed=2, errors=errors)
        lines = ["polls_too_often: *", "  why it matters: *", "*- deck timeline -*"]
        result.stdout.fnmatch_lines(lines * errors)


def test_a_failed_test_has_no_second_error(run):
    run(two_tests("fail", passes=False)).assert_outcomes(passed=1, failed=1)


def test_a_misspelt_mode_is_an_error(run):
    assert run(two_tests(), "-o", "deck_lint=fial").ret == pytest.ExitCode.USAGE_ERROR
