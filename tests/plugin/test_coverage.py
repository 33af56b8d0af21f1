from types import SimpleNamespace

import pytest

from pytest_deck_sim.coverage import Coverage

PLAYS = """
    import pytest

    @pytest.mark.parametrize("code", ["123456", "9"])
    def test_it(deck, deck_client, code):
        deck.use("mfa_then_success")
        ready = deck.ready_task()
        run = deck.create(f"tasks/{ready.task_id}/run", ready.login)
        deck.settle()
        for _ in range(3):
            body = {"inputs": {"code": code}}
            deck_client.post(f"/task-runs/{run['id']}/interaction", json=body)
        deck.settle()
"""
PLAYED = "mfa_then_success  6 of 7 steps; never task_run?2?.on_timeout?0?"


def test_too_little_coverage_fails_the_run(run, pytester):
    pytester.makeini("[pytest]\ndeck_fail_under = 86")
    result = run(PLAYS, "--deck-coverage")
    result.assert_outcomes(passed=2)
    report = ["*= deck coverage =*", PLAYED, "steps played: 86% of 7"]
    result.stdout.fnmatch_lines([*report, "FAIL: 85.7% of the steps were played; 86% are required"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert run(PLAYS, "--deck-coverage", "--deck-fail-under=85").ret == pytest.ExitCode.OK
    assert run(PLAYS).ret == pytest.ExitCode.OK


def test_a_worker_of_xdist_sends_its_counts(run, pytester):
    """It does not fail itself: another worker may have played the rest."""
    pytester.makeconftest("""
        def pytest_configure(config):
            config.workeroutput = {}
        def pytest_unconfigure(config):
            print("handed on:", config.workeroutput)
    """)
    result = run(PLAYS, "--deck-coverage", "--deck-fail-under=99", "-s")
    result.stdout.fnmatch_lines(["handed on: *'mfa_then_success': *'task_run?0?': 2*"])
    assert result.ret == pytest.ExitCode.OK


def test_scenarios_of_the_folder_always_count(run, pytester, stories, monkeypatch):
    """Shipped scenarios count only if a test played them. The folder is beside the ini file."""
    pytester.makeini("[pytest]\ndeck_scenarios = stories\ndeck_coverage = true")
    lines = ["mine  0 of 2 steps; never task_run?0?, task_run?1?", "steps played: 0% of 2"]
    monkeypatch.chdir(pytester.mkdir("inner"))
    run("def test_it(deck): pass").stdout.fnmatch_lines(lines)


def test_too_little_coverage_keeps_the_exit_code_of_a_run_that_failed(run, stories):
    result = run("", "--deck-scenarios=stories", "--deck-coverage", "--deck-fail-under=50")
    result.stdout.fnmatch_lines(["FAIL: 0.0% of the steps were played; 50% are required"])
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_without_a_scenario_coverage_is_complete(run):
    result = run("", "--deck-coverage", "--deck-fail-under=100")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    text = "def test_it(deck, deck_every_failure): deck.start_run(status='failed')"
    result = run(text, "--deck-coverage", "--deck-fail-under=100")
    result.stdout.fnmatch_lines(["steps played: 100% of 0"])
    assert result.ret == pytest.ExitCode.OK


def test_a_wrong_option_is_a_usage_error(run):
    for options, text in (
        (["--deck-fail-under=50"], "--deck-fail-under needs --deck-coverage"),
        (["--deck-coverage", "--deck-fail-under=101"], "'101'; it must be a number from 0 to 100"),
        (["--deck-coverage", "-o", "deck_fail_under=many"], "'many'; it must be a number"),
    ):
        result = run("def test_it(): pass", *options)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([f"*{text}*"])


@pytest.mark.parametrize("end", ["deck.reset()", "deck.restore(kept)", "deck.delete()"])
def test_steps_played_before_a_reset_count(run, end):
    text = PLAYS.replace("deck.use(", "kept = deck.snapshot()\n        deck.use(")
    run(f"{text}        {end}\n", "--deck-coverage").stdout.fnmatch_lines([PLAYED])


def test_the_counts_of_workers_are_added_up():
    """A worker that was not measured, or crashed, has none."""
    total, counts = Coverage(None, None, 0), {"mine": {"task_run[0]": 2}}
    for output in ({"deck_sim_coverage": counts}, {}, {"deck_sim_coverage": counts}):
        total.pytest_testnodedown(SimpleNamespace(workeroutput=output))
    total.pytest_testnodedown(SimpleNamespace())
    assert total.counts == {"mine": {"task_run[0]": 4}}
