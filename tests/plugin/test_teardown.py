"""What fails a test at its end, and what a failed test shows."""

import pytest

# The server of these tests, whose worlds a test can reach into.
CONFTEST = """
    import pytest
    from deck_sim.server.serve import ServerThread
    from deck_sim.runtime.registry import WorldRegistry

    @pytest.fixture(scope="session")
    def worlds():
        return WorldRegistry()

    @pytest.fixture(scope="session")
    def deck_server(worlds):
        thread = ServerThread(worlds).start()
        yield thread.server.url
        thread.stop()

    @pytest.fixture
    def crash(deck, worlds):
        worlds.select(f"Bearer {deck.api_key}").crashes.append("ZeroDivisionError: boom")
"""


def test_an_unplayed_scenario_fails_the_test(run):
    """The error names it, says how to allow it, and has the timeline."""
    text = """
        def test_queue(deck):
            deck.ready_task()
            deck.queue("success", "mfa_then_success")
    """
    result = run(text)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "queued for a task_run but never played: `success` and `mfa_then_success`; *strict=F*",
            "*- deck timeline -*",
            "2025-01-15T09:30:00Z *created",
        ]
    )


def test_an_error_inside_the_server_fails_the_test(run, pytester):
    """With the server's traceback."""
    pytester.makeconftest(CONFTEST)
    result = run("def test_it(deck, crash): pass")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["deck-sim itself failed:", "ZeroDivisionError: boom"])


FAULT = """
    import httpx2
    import pytest

    @pytest.mark.deck(strict={strict})
    def test_it(deck):
        ready = deck.ready_task()
        output = {{"nights": "{{{{ input.nights }}}}"}}
        steps = ["queued", "running", {{"completed": {{"output": output}}}}]
        deck.use(deck.scenario({{"name": "broken", "task_run": steps}}))
        headers = {{"Authorization": f"Bearer {{deck.api_key}}"}}
        with httpx2.Client(base_url=deck.base_url, headers=headers) as client:
            body = {{"connection_id": ready.connection_id}}
            client.post(f"/tasks/{{ready.task_id}}/run", json=body)
        deck.settle()
"""


def test_a_scenario_that_failed_fails_the_test(run):
    """The error names the run, the scenario, and its step."""
    result = run(FAULT.format(strict=True))
    result.assert_outcomes(passed=1, errors=1)
    place = "trun_*: scenario `broken`, task_run?2?: *: unknown key 'nights'*"
    result.stdout.fnmatch_lines([f"a scenario failed: {place}"])


def test_a_test_can_allow_a_scenario_that_failed(run):
    """With `strict=False`."""
    run(FAULT.format(strict=False)).assert_outcomes(passed=1)


@pytest.mark.parametrize("use", ["deck.queue('success')", "request.getfixturevalue('crash')"])
def test_a_test_can_allow_both(run, pytester, use):
    """With `strict=False`."""
    pytester.makeconftest(CONFTEST)
    text = f"""
        import pytest
        @pytest.mark.deck(strict=False)
        def test_it(deck, request): {use}
    """
    run(text).assert_outcomes(passed=1)


UNUSED = """
    import pytest

    @pytest.mark.deck(strict={strict})
    def test_it(deck):
        deck.fault(match="POST /v2/tasks/*/run", status=502, times=2)
        {more}
"""


def test_a_fault_that_never_fired_fails_the_test(run):
    """The error shows it as written, how often it was met, and how to allow it."""
    result = run(UNUSED.format(strict=True, more=""))
    result.assert_outcomes(passed=1, errors=1)
    put = "after=0, times=2, match='POST /v2/tasks/?/run', status=502 (met 0)"
    result.stdout.fnmatch_lines([f"a fault never fired: {put}; *strict=False*"])


@pytest.mark.parametrize(
    ("strict", "more"),
    [(False, ""), (True, "deck.clear_faults()"), (True, "deck.clear_faults(deck.faults[0])")],
)
def test_a_fault_may_be_allowed_or_cleared(run, strict, more):
    """With `strict=False` or `clear_faults`."""
    run(UNUSED.format(strict=strict, more=more)).assert_outcomes(passed=1)


def test_unfired_faults_of_a_failed_test_are_not_reported(run):
    """The test stopped before it needed them."""
    result = run(UNUSED.format(strict=True, more="assert False"))
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*never fired*")


SCENARIO_FAULT = """
    import httpx2

    def test_it(deck):
        ready = deck.ready_task()
        deck.queue("proxy_error_page")
        headers = {"Authorization": f"Bearer {deck.api_key}"}
        with httpx2.Client(base_url=deck.base_url, headers=headers) as client:
            client.post(f"/tasks/{ready.task_id}/run", json=ready.login)
        assert [fault["owner"] for fault in deck.faults] == [deck.runs[0]["id"]]
"""


def test_a_fault_of_a_scenario_need_not_fire(run):
    """The test may not poll."""
    run(SCENARIO_FAULT).assert_outcomes(passed=1)


def test_a_failed_test_shows_the_timeline_of_its_world(run):
    """And no unused scenarios."""
    text = """
        def test_it(deck):
            deck.queue("success")
            deck.ready_task()
            deck.advance("5m")
            assert False
    """
    result = run(text)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*- deck timeline -*", "2025-01-15T09:35:00Z *advanced 5m"])


def test_a_passed_test_shows_nothing(run):
    """Also with `-rA`."""
    result = run("def test_it(deck): deck.advance('5m')", "-rA")
    result.stdout.no_fnmatch_line("*deck timeline*")


def test_a_test_without_a_world_shows_nothing(run):
    """There is no empty section."""
    result = run("def test_it(): assert False")
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*deck timeline*")


def test_an_unused_world_shows_its_key(run):
    """The calls may have gone to another world."""
    result = run("def test_it(deck): assert False")
    lines = [
        "nothing happened in this world:",
        "  the Deck API was not called with this key, `sk_test_test_it_*`",
    ]
    result.stdout.fnmatch_lines(["*- deck timeline -*", *lines])


def test_a_stopped_server_is_named_instead_of_the_timeline(run):
    """The report does not fail."""
    text = """
        import pytest
        from deck_sim.server.serve import ServerThread
        from deck_sim.runtime.registry import WorldRegistry
        @pytest.fixture(scope="session")
        def thread(): return ServerThread(WorldRegistry()).start()
        @pytest.fixture(scope="session")
        def deck_server(thread): return thread.server.url
        @pytest.mark.deck(strict=False)
        def test_it(deck, thread):
            thread.stop()
            assert False
    """
    result = run(text)
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["*- deck timeline -*", "no deck-sim server answers at *"])


HOLD = """
    import pytest

    def test_it(deck, request):
        {use}
"""


def test_a_hold_that_stopped_nothing_fails_the_test(run):
    """The race of the test did not take place."""
    use = "deck.hold('connection.disconnected', deck.ready_task().connection_id).release()"
    result = run(HOLD.format(use=use))
    result.assert_outcomes(passed=1, errors=1)
    line = "a hold stopped nothing: `connection.disconnected` of `conn_*`; *strict=False*"
    result.stdout.fnmatch_lines([line])


@pytest.mark.parametrize("end", ["pytest.xfail('later')", "pytest.skip('later')"])
def test_an_expected_failure_has_no_unused_scenarios(run, end):
    """The test stopped before it played them."""
    text = HOLD.format(use=f"deck.queue('success'); deck.hold('task_run.failed'); {end}")
    assert run(text).parseoutcomes().keys() <= {"xfailed", "skipped"}


USES = {
    "the test failed": ("deck.hold('task_run.failed'); assert False", {"failed": 1}),
    "the world began anew": ("deck.hold('task_run.failed'); deck.reset()", {"passed": 1}),
    "another world was restored": (
        "kept = deck.snapshot(); deck.hold('task_run.failed'); deck.restore(kept)",
        {"passed": 1},
    ),
    "another handle ended it": (
        "deck._control.call('DELETE', '/holds/' + deck.hold('task_run.failed').id)",
        {"passed": 1},
    ),
}


@pytest.mark.parametrize(("use", "outcome"), USES.values(), ids=USES)
def test_an_unknown_hold_is_no_problem(run, use, outcome):
    """The test failed, or the hold was released through the control API."""
    run(HOLD.format(use=use)).assert_outcomes(**outcome)
