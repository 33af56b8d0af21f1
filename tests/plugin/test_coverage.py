"""`--deck-coverage`: what no test played."""

import pytest

MINE = "version: 1\nname: mine\ntask_run: [running: 1s, completed]\n"
PLAYS = """
    import httpx2
    import pytest

    @pytest.mark.parametrize("code", ["123456", "9"])
    def test_it(deck, code):
        deck.use("mfa_then_success")
        ready = deck.ready_task()
        headers = {"Authorization": f"Bearer {deck.api_key}"}
        with httpx2.Client(base_url=deck.base_url, headers=headers) as client:
            body = {"connection_id": ready.connection_id}
            run = client.post(f"/tasks/{ready.task_id}/run", json=body).json()
            deck.settle()
            for _ in range(3):
                body = {"inputs": {"code": code}}
                client.post(f"/task-runs/{run['id']}/interaction", json=body)
        deck.settle()
"""
PLAYED = "mfa_then_success  6 of 7 steps; never task_run?2?.on_timeout?0?"


def test_what_no_test_played_is_told(run):
    """All tests count together; what one played, another need not."""
    result = run(PLAYS, "--deck-coverage")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*= deck coverage =*", PLAYED, "86% of 7 steps were played"])
    assert result.ret == 0


def test_the_processes_of_xdist_are_added_up(run):
    """Each test plays a part in a process of its own."""
    result = run(PLAYS, "--deck-coverage", "-n", "2")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([PLAYED])


def test_a_process_of_xdist_hands_its_counts_on(run, pytester):
    """It fails nothing itself: another may have played what it did not."""
    pytester.makeconftest("""
        def pytest_configure(config):
            config.workeroutput = {}
        def pytest_unconfigure(config):
            print("handed on:", config.workeroutput)
    """)
    result = run(PLAYS, "--deck-coverage", "--deck-fail-under=99", "-s")
    result.stdout.fnmatch_lines(["handed on: *'mfa_then_success': *'task_run?0?': 2*"])
    assert result.ret == 0


def test_scenarios_of_the_own_folder_count_even_if_none_was_played(run, pytester):
    """Those that ship count only if a test played them."""
    pytester.mkdir("stories").joinpath("mine.yaml").write_text(MINE)
    pytester.makeini("[pytest]\ndeck_scenarios = stories\ndeck_coverage = true")
    result = run("def test_it(deck): pass")
    result.stdout.fnmatch_lines(
        ["mine  0 of 2 steps; never task_run?0?, task_run?1?", "0% of 2 steps *"]
    )


def test_nothing_played_is_nothing_missed(run):
    """Without scenarios there is nothing to play."""
    result = run("def test_it(deck): pass", "--deck-coverage", "--deck-fail-under=100")
    result.stdout.fnmatch_lines(["100% of 0 steps were played"])
    assert result.ret == 0


@pytest.mark.parametrize(("least", "status"), [("86", 1), ("85", 0)])
def test_too_little_fails_the_run(run, least, status):
    """All tests passed, and the run fails; the report says why."""
    result = run(PLAYS, "--deck-coverage", f"--deck-fail-under={least}")
    result.assert_outcomes(passed=2)
    assert result.ret == status
    told = f"FAIL: 85.7% were played; required are {least}%" in result.outlines
    assert told is bool(status)


def test_the_least_can_stand_in_the_ini_file(run, pytester):
    """There it waits until coverage is asked for; the option goes before."""
    pytester.makeini("[pytest]\ndeck_fail_under = 99")
    assert run(PLAYS).ret == 0
    assert run(PLAYS, "--deck-coverage").ret == 1
    assert run(PLAYS, "--deck-coverage", "--deck-fail-under=0").ret == 0


def test_a_run_that_failed_keeps_its_exit_code(run):
    """Too little played is no excuse for hiding that something else went wrong."""
    result = run("", "--deck-coverage", "--deck-fail-under=100")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--deck-fail-under=50",), "--deck-fail-under needs --deck-coverage"),
        (("--deck-coverage", "--deck-fail-under=101"), "101.0; it must be from 0 to 100"),
        (("--deck-coverage", "-o", "deck_fail_under=many"), "'many'; it must be from 0 to 100"),
    ],
)
def test_a_wrong_use_is_told_before_any_test(run, options, text):
    """It is a usage error, with the reason."""
    result = run("def test_it(): pass", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{text}*"])


ENDS = {
    "reset": "deck.reset()",
    "restored": "deck.restore(kept)",
    "deleted": "deck.delete()",
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_what_was_played_before_a_world_ended_counts(run, end):
    """A test that begins its world anew for each example has played them all."""
    text = PLAYS.replace("deck.use(", "kept = deck.snapshot()\n        deck.use(")
    assert text != PLAYS
    run(f"{text}        {end}\n", "--deck-coverage").stdout.fnmatch_lines([PLAYED])


def test_made_up_histories_are_not_counted(run):
    """They are others each time, and nobody has to play their branches."""
    text = PLAYS.replace(
        'deck.use("mfa_then_success")',
        """from deck_sim.extras.history import make_history
        steps = {"task_run": ["queued", "running", "completed"]}
        deck.use(deck.scenario(make_history("connections", steps, (), ("completed",))))""",
    )
    result = run(text, "--deck-coverage")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["100% of 0 steps were played"])
