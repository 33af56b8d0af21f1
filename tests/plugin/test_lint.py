"""Lint findings that fail a test, by the marker and the ini file."""

import pytest

HASTY = """
    import httpx2
    import pytest

    MARKER
    def test_it(deck):
        ready = deck.ready_task()
        headers = {"Authorization": f"Bearer {deck.api_key}"}
        with httpx2.Client(base_url=deck.base_url, headers=headers) as client:
            body = {"connection_id": ready.connection_id}
            run = client.post(f"/tasks/{ready.task_id}/run", json=body).json()
            for _ in range(5):
                client.get(f"/task-runs/{run['id']}")
"""
MARKED = '@pytest.mark.deck(lint="{}")'


def hasty(lint=None):
    """A test whose client polls without waiting."""
    return HASTY.replace("MARKER", MARKED.format(lint) if lint else "")


def test_the_marker_makes_lint_findings_a_failure(run):
    """The lint report is the message."""
    result = run(hasty("fail"))
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["polls_too_often: *", "  why it matters: *", "*- deck timeline -*"]
    )


@pytest.mark.parametrize(("marked", "errors"), [(None, 1), ("off", 0)])
def test_the_ini_value_applies_to_every_test(run, pytester, marked, errors):
    """A marker overrides it."""
    pytester.makeini("[pytest]\ndeck_lint = fail")
    run(hasty(marked)).assert_outcomes(passed=1, errors=errors)


def test_findings_fail_no_test_by_default(run):
    """They are in `deck.lint`."""
    run(hasty()).assert_outcomes(passed=1)


def test_a_correct_client_passes(run):
    """There are no findings."""
    text = """
        import pytest
        @pytest.mark.deck(lint="fail")
        def test_it(deck): deck.ready_task()
    """
    run(text).assert_outcomes(passed=1)


def test_a_failed_test_has_no_second_error(run):
    """The first failure counts."""
    text = hasty("fail").rstrip() + "\n        assert False\n"
    run(text).assert_outcomes(failed=1)


def test_a_misspelt_mode_is_an_error(run, pytester):
    """In the marker before the test, in the ini file before all tests."""
    result = run(hasty("fial"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*`lint` is 'fial'; it can be `fail` or `off`"])
    pytester.makeini("[pytest]\ndeck_lint = fial")
    assert run(hasty()).ret == pytest.ExitCode.USAGE_ERROR
