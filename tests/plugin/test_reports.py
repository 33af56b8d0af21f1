"""Reports of failing tests show the cause."""

import pytest

COMMON = """
    import httpx2
    import pytest

    @pytest.fixture
    def api(deck):
        headers = {"Authorization": f"Bearer {deck.api_key}"}
        with httpx2.Client(base_url=deck.base_url, headers=headers) as client:
            yield client

    @pytest.fixture
    def run(deck, api):
        ready = deck.ready_task()
        body = {"connection_id": ready.connection_id}
        answer = api.post(f"/tasks/{ready.task_id}/run", json=body).json()
        def read():
            return api.get(f"/task-runs/{answer['id']}").json()
        read.path = f"/task-runs/{answer['id']}"
        return read

    def test_it(deck, api, request):
"""

# What a test does, and what its report must say, in this order.
KINDS = {
    "a wrong code": (
        """
        deck.use("mfa_then_success")
        run = request.getfixturevalue("run")
        deck.settle()
        api.post(run.path + "/interaction", json={"inputs": {"code": "000000"}})
        assert run()["status"] == "completed"
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
        run = request.getfixturevalue("run")
        for _ in range(50):
            assert run()["status"] != "failed"
            deck.sleep(2)
        assert False
        """,
        ["*GET *-> 200 interaction_required", "  … 44 more times the same, until *"],
    ),
    "a cancel that came too late": (
        """
        run = request.getfixturevalue("run")
        deck.settle()
        assert api.post(run.path + "/cancel").status_code == 200
        """,
        [
            "*running -> completed",
            "*/cancel -> 409 (request/state_invalid)",
            "refused calls:",
            "*is `completed`; `cancel` is allowed only in `pending`, `queued` and `running`.",
        ],
    ),
    "another scenario than expected": (
        """
        deck.use("source_down")
        deck.queue("success")
        run = request.getfixturevalue("run")
        deck.settle()
        assert run()["status"] == "failed"
        """,
        ["scenarios played, and why:", "*success; because=queue (else source_down; because=def*"],
    ),
    "a run that failed": (
        """
        deck.use("agent_hangs")
        run = request.getfixturevalue("run")
        deck.advance("1h")
        assert run()["status"] == "completed"
        """,
        ["*running -> failed", "failed runs:", "*task/timeout: Task execution exceeded the time*"],
    ),
    "a body with a misspelt name": (
        """
        ready = deck.ready_task()
        body = {"conection_id": ready.connection_id}
        assert api.post(f"/tasks/{ready.task_id}/run", json=body).status_code == 201
        """,
        ["refused calls:", "*-> 400: *did you mean 'connection_id'*"],
    ),
    "a webhook that was refused": (
        """
        webhooks = request.getfixturevalue("deck_webhooks")
        webhooks.respond(401)
        run = request.getfixturevalue("run")
        deck.advance("1h")
        assert webhooks.events
        """,
        ["*task_run.queued, attempt 4: 401", "*active -> inactive"],
    ),
    "a call that was never made": (
        """
        request.getfixturevalue("run")
        deck.requests.assert_called("POST /v2/task-runs/*/cancel")
        """,
        [
            "E * no call was `POST /v2/task-runs/[*]/cancel`",
            "E * differs  path: expected /v2/task-runs/[*]/cancel, found /v2/tasks/*",
            "E * 1 x POST /v2/tasks/[*]/run -> 201",
        ],
    ),
    "a story that waits for a person": (
        """
        deck.use("needs_approval")
        request.getfixturevalue("run")
        deck.advance_until("task_run.completed", limit="20m")
        """,
        [
            "*`trun_*` is `pending` (a reviewer must approve or reject it*",
            "present state:",
            "*is pending, and no timer moves it",
        ],
    ),
    "a clock that was never moved": (
        """
        run = request.getfixturevalue("run")
        assert run()["status"] == "completed"
        """,
        ["*GET * -> 200 queued", "present state:", "  in 2s: the script goes on (trun_*)"],
    ),
}


@pytest.mark.parametrize(("body", "lines"), KINDS.values(), ids=KINDS)
def test_the_report_shows_the_cause(run, body, lines):
    """For typical failures."""
    result = run(COMMON + body)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*- deck timeline -*"] if lines[0][0] != "E" else lines[:1])
    result.stdout.fnmatch_lines(lines)


FAILS = "def test_it(deck):\n    deck.ready_task()\n    assert False"


@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_the_report_is_in_the_junit_xml(run_apart, pytester, options):
    """In the failure itself, also with xdist."""
    run_apart(FAILS, "--junitxml=junit.xml", *options).assert_outcomes(failed=1)
    failure = pytester.path.joinpath("junit.xml").read_text().partition("<failure")[2]
    assert "created as learning" in failure.partition("</failure>")[0]
    assert "present state:" in failure


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
    assert ("def call(self" in str(result.stdout)) is shown


def test_other_errors_keep_our_frames(run):
    """They show where a wrong argument was found."""
    run("def test_it(deck):\n    deck.use(print)").stdout.fnmatch_lines(["*control.py*"])
