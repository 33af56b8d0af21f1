"""Reports of failing tests show the cause."""

import pytest

COMMON = """
    import pytest

    @pytest.fixture
    def start(deck):
        def start():
            ready = deck.ready_task()
            return "/task-runs/" + deck.create(f"tasks/{ready.task_id}/run", ready.login)["id"]
        return start

    def test_it(deck, deck_client, start):
"""

# What a test does, and what its report must say, in this order.
KINDS = {
    "a wrong code": (
        """
        deck.use("mfa_then_success")
        path = start()
        deck.settle()
        deck_client.post(path + "/interaction", json={"inputs": {"code": "000000"}})
        assert deck.runs[0]["status"] == "completed"
        """,
        [
            '*/interaction -> 200 interaction_required  {"inputs": {"code": "000000"}}',
            "present state:",
            '*is interaction_required, and no timer moves it; it accepts {"code": "123456"}',
        ],
    ),
    "polling for ever": (
        """
        deck.use("mfa_then_success")
        path = start()
        for _ in range(50):
            assert deck_client.get(path).json()["status"] != "failed"
            deck.sleep(2)
        assert False
        """,
        ["*GET *-> 200 interaction_required", "  … 44 more times the same, until *"],
    ),
    "a cancel that came too late": (
        """
        path = start()
        deck.settle()
        assert deck_client.post(path + "/cancel").status_code == 200
        """,
        [
            "*running -> completed",
            "*/cancel -> 409 (request/state_invalid)",
            "refused calls:",
            "*is `completed`; `cancel` is allowed only in `pending`, `queued` and `running`.",
        ],
    ),
    "a webhook that was refused": (
        """
        def refuse(environ, start_response):
            start_response("401 ", [])
            return []
        deck.deliver_to(refuse)
        start()
        deck.advance("1h")
        assert False
        """,
        ["*task_run.queued, attempt 4: 401", "*active -> inactive"],
    ),
    "a clock that was never moved": (
        """
        assert deck_client.get(start()).json()["status"] == "completed"
        """,
        ["*GET * -> 200 queued", "present state:", "  in 2s: the script goes on (trun_*)"],
    ),
}


@pytest.mark.parametrize(("body", "lines"), KINDS.values(), ids=KINDS)
def test_the_report_shows_the_cause(run, body, lines):
    result = run(COMMON + body)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*- deck timeline -*", *lines])


FAILS = "def test_it(deck):\n    deck.ready_task()\n    assert False"


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
    run(FAILS).stdout.fnmatch_lines(["only text", "*- deck timeline -*", "*created as learning"])


@pytest.mark.parametrize(("option", "shown"), [("--tb=auto", False), ("--full-trace", True)])
def test_the_traceback_of_our_error_ends_in_the_test(run, option, shown):
    """`--full-trace` shows our frames."""
    result = run("def test_it(deck):\n    deck.use('sucess')", option)
    result.stdout.fnmatch_lines(["*deck.use('sucess')*", "E *; did you mean 'success'?"])
    assert ("handle/control.py" in str(result.stdout)) is shown


def test_other_errors_keep_our_frames(run):
    """They show where a wrong argument was found."""
    run("def test_it(deck):\n    deck.use(print)").stdout.fnmatch_lines(["*control.py*"])


def test_our_error_may_be_raised_by_the_test(run):
    """Nothing of the traceback is hidden then."""
    result = run(
        "from deck_sim import DeckSimError\ndef test_it(deck):\n    raise DeckSimError('no')"
    )
    result.stdout.fnmatch_lines(["*raise DeckSimError('no')", "E *no"])
