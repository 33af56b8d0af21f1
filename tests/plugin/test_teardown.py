"""What a test's end brings to light, and what a failed test shows."""

import pytest

# The server of these tests, whose worlds a test can reach into.
CONFTEST = """
    import pytest
    from deck_sim.server import ServerThread
    from deck_sim.worlds import Worlds

    @pytest.fixture(scope="session")
    def worlds():
        return Worlds()

    @pytest.fixture(scope="session")
    def deck_server(worlds):
        thread = ServerThread(worlds).start()
        yield thread.server.url
        thread.stop()

    @pytest.fixture
    def crash(deck, worlds):
        worlds.select(f"Bearer {deck.api_key}").crashes.append("ZeroDivisionError: boom")
"""


def test_a_scenario_that_was_never_played_fails_the_test(run):
    """The error names it, tells how to allow it, and shows the timeline."""
    text = """
        def test_queue(deck):
            deck.ready_task()
            deck.queue("success", "mfa_then_success")
    """
    result = run(text)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "queued for a task_run, but never played: `success` and `mfa_then_success`; *strict=F*",
            "*- deck timeline -*",
            "2025-01-15T09:30:00Z *created",
        ]
    )


def test_an_error_inside_the_server_fails_the_test(run, pytester):
    """The error shows the server's own traceback."""
    pytester.makeconftest(CONFTEST)
    result = run("def test_it(deck, crash): pass")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["deck-sim itself failed:", "ZeroDivisionError: boom"])


@pytest.mark.parametrize("use", ["deck.queue('success')", "request.getfixturevalue('crash')"])
def test_a_test_can_allow_both(run, pytester, use):
    """`strict=False` switches both complaints off."""
    pytester.makeconftest(CONFTEST)
    text = f"""
        import pytest
        @pytest.mark.deck(strict=False)
        def test_it(deck, request): {use}
    """
    run(text).assert_outcomes(passed=1)


def test_a_failed_test_shows_the_timeline_of_its_world(run):
    """The report has a section with what happened, and no complaint about what was left over."""
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


def test_a_test_that_passes_shows_nothing(run):
    """No section, even if all is shown."""
    result = run("def test_it(deck): deck.advance('5m')", "-rA")
    result.stdout.no_fnmatch_line("*deck timeline*")


@pytest.mark.parametrize("text", ["def test_it(deck): assert False", "def test_it(): assert False"])
def test_a_world_in_which_nothing_happened_shows_nothing(run, text):
    """A failed test without a timeline has no empty section."""
    result = run(text)
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*deck timeline*")


def test_a_server_that_died_is_told_in_the_place_of_the_timeline(run):
    """The report of a failed test does not break on it."""
    text = """
        import pytest
        from deck_sim.server import ServerThread
        from deck_sim.worlds import Worlds
        @pytest.fixture(scope="session")
        def thread(): return ServerThread(Worlds()).start()
        @pytest.fixture(scope="session")
        def deck_server(thread): return thread.server.url
        @pytest.mark.deck(strict=False)
        def test_it(deck, thread):
            thread.stop()
            assert False
    """
    result = run(text)
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["*- deck timeline -*", "no deck-sim answers at *"])
