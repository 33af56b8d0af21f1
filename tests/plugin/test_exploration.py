"""`--deck-explore`: a test runs again with each trouble, and is reported once.

The tests that are explored are in `programs/`, with the result that each has.
"""

import json
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.usefixtures("client")

EXPLORE = "--deck-explore"
LOST = "lost_response at POST /v2/agents #1"
AGENT = "def test_it(client): client.create_agent()"
MARKED = f"""
import pytest

@pytest.mark.deck_explore(troubles=["lost_response"])
{AGENT}
"""
CALL = "def test_it(deck_client): assert deck_client.post('/agents', json={'name': 'a'}).is_success"


def test_each_marked_test_has_its_result(run_program):
    result = run_program("marked")
    result.stdout.fnmatch_lines(
        ["*= deck exploration =*", "* tests, * troubles: * survived, *", "work done twice: *"]
    )
    result.stdout.no_fnmatch_line("output of a run that passes")


def test_a_trouble_alone_gives_the_same_result(run):
    all_troubles = run(AGENT, EXPLORE)
    all_troubles.stdout.fnmatch_lines(["6 troubles: *"])
    alone = run(AGENT, f"--deck-trouble={LOST}")
    alone.assert_outcomes(failed=1)
    alone.stdout.fnmatch_lines(["1 trouble: *", LOST, "  work done twice: 3 agents *"])
    run(AGENT, "--deck-trouble=reset at POST /v2/agents #1").assert_outcomes(passed=1)


def test_coroutines_parameters_and_unittest_are_explored(run_program):
    run_program("unmarked", "--deck-trouble=late").assert_outcomes(passed=4)
    result = run_program("unmarked", "--deck-trouble=unavailable", "-v")
    result.assert_outcomes(failed=4)
    names = ("test_a_coroutine", "test_a_parameter[[]a]", "test_a_parameter[[]b]", "TestCase::*")
    result.stdout.fnmatch_lines([f"*::{name}: 1 trouble: 0 survived, 1 did*" for name in names])


def test_a_test_that_does_not_pass_is_not_explored(run_program):
    result = run_program("baselines", EXPLORE)
    result.assert_outcomes(failed=1, skipped=1, xfailed=1, xpassed=1, passed=3, errors=1)
    result.stdout.no_fnmatch_line("*deck exploration*")
    result.stdout.fnmatch_lines(["E * the first run"])


def test_a_test_without_calls_passes_if_only_the_option_explores_it(run):
    result = run("def test_it(deck): deck.ready_task()", EXPLORE)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*::test_it: nothing to explore: the test made no call of *"])


def test_wrong_arguments_of_the_marker_are_errors(run):
    marker = "@pytest.mark.deck_explore"
    messages = {
        "trouble=[]": "has no argument 'trouble'; did you mean 'troubles'?; allowed are *",
        "'reset'": " has no argument 'reset'; allowed are *",
        "limit=0": ": `limit` is 0; it must be a whole number, 1 or more",
        "limit='3'": ": `limit` is '3'; it must be a whole number, 1 or more",
        "troubles='reset'": ": `troubles` must be a list, like troubles=*",
        "raises='X'": ": `raises` is 'X'; it must be an exception class or a tuple of them",
        "skip=['rest']": ": unknown trouble 'rest'; did you mean 'reset'?",
    }
    tests = (
        f"{marker}({arguments})\n{AGENT.replace('it', f'{number}', 1)}"
        for number, arguments in enumerate(messages)
    )
    result = run("\n".join(["import pytest", *tests, AGENT]))
    result.assert_outcomes(errors=len(messages), passed=1)
    result.stdout.fnmatch_lines([f"*{marker}*{message}" for message in messages.values()])


def test_wrong_options_are_usage_errors(run):
    url = "deck_url=http://127.0.0.1:9"
    for options, message in {
        (EXPLORE, "--deck-url=http://127.0.0.1:9"): "*out --deck-url and the ini value `deck_url`",
        (EXPLORE, "-o", url): "*needs a server in this process;*",
        ("--deck-trouble=rest",): "*--deck-trouble: unknown trouble 'rest'; did you mean 'reset'?",
    }.items():
        result = run("", *options)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([message])


def test_a_marker_does_not_explore_on_the_server_of_deck_url(run):
    result = run(MARKED, "--deck-url=http://127.0.0.1:9")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*exploration needs a server in this process; leave out *"])


def test_reruns_and_exploration_do_not_go_together(run, pytester):
    pytester.makeconftest("def pytest_addoption(parser): parser.addoption('--reruns')")
    assert run("def test_it(): pass", EXPLORE).ret == pytest.ExitCode.OK
    result = run("def test_it(): pass", EXPLORE, "--reruns=2")
    result.stderr.fnmatch_lines(["*exploration and --reruns exclude each other; leave one out"])


def test_a_failure_ends_the_session_with_x(run):
    result = run(f"{MARKED}\ndef test_after(): pass\n", "-x")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*stopping after 1 failures*"])


def test_a_test_counts_once(run, pytester):
    result = run(MARKED, "-v", "--junitxml=junit.xml", "--deck-explore-report=report.json")
    result.assert_outcomes(failed=1)
    assert f"{result.stdout}".count("::test_it FAILED") == 1
    (case,) = ElementTree.parse(pytester.path / "junit.xml").iter("testcase")
    assert LOST in case.find("failure").text
    (report,) = json.loads((pytester.path / "report.json").read_text())
    verdicts = [(row["trouble"], row["verdict"]) for row in report["results"]]
    assert report["name"].endswith("::test_it")
    assert verdicts == [(LOST, "did not survive")]


def test_the_report_can_be_a_page(run, pytester):
    run(MARKED, "--deck-explore-html=page.html", "-n1")
    page = (pytester.path / "page.html").read_text()
    assert "<td>POST /v2/agents -&gt; 201 (fault: lost_response)</td>" in page


def test_a_test_begins_and_ends_once_for_other_plugins(run, pytester):
    conftest = pytester.path / "conftest.py"
    hooks = "def pytest_runtest_log{0}(nodeid): print('', '{0}', nodeid)\n"
    conftest.write_text("".join([conftest.read_text(), *map(hooks.format, ("start", "finish"))]))
    output = f"{run(MARKED, '-s').stdout}"
    assert (output.count("start test_"), output.count("finish test_")) == (1, 1)


def test_the_duration_of_a_test_is_that_of_all_runs(run, pytester):
    text = """
        import pathlib, time
        moments = []
        def test_it(deck_client):
            deck_client.get("/agents")
            moments.append(time.perf_counter())
            pathlib.Path("elapsed").write_text(f"{moments[-1] - moments[0]}")
    """
    run(text, EXPLORE, "--junitxml=junit.xml", "-o", "junit_duration_report=call")
    (case,) = ElementTree.parse(pytester.path / "junit.xml").iter("testcase")
    elapsed = float((pytester.path / "elapsed").read_text())
    assert float(case.get("time")) > elapsed - 0.001  # which JUnit rounds off


@pytest.mark.parametrize(
    ("text", "options", "pages"),
    [
        (AGENT, (EXPLORE,), ["client-timeout", "fails-again", "lost-response"]),
        (AGENT, (f"--deck-trouble={LOST}",), ["lost-response"]),
        # Two of these end with an exception, and two only differ.
        (
            CALL.replace("assert ", ""),
            (EXPLORE,),
            ["client-timeout", "lost-response", "rate-limited", "reset", "unavailable"],
        ),
    ],
    ids=["one", "alone", "all"],
)
def test_a_page_is_written_of_each_run_that_does_not_survive(run, pytester, text, options, pages):
    run(text, *options, "--deck-html=pages").assert_outcomes(failed=1)
    names = sorted(file.name for file in (pytester.path / "pages").iterdir())
    for name, page in zip(names, pages, strict=True):
        assert f"-test-it-{page}" in name


def test_the_page_of_a_run_that_fails_has_its_failure(run, pytester):
    run(CALL, "--deck-trouble=unavailable", "--deck-html=pages")
    (page,) = (pytester.path / "pages").iterdir()
    assert "assert False" in page.read_text()


def test_a_page_in_the_message_of_a_failure_is_cut_to_its_title(run):
    text = CALL.replace("assert ", "answer = ").replace(".is_success", "")
    text += "\n    if answer.is_error: raise RuntimeError(answer.text)"
    text = text.replace("(deck_client): ", "(deck_client):\n    ")
    result = run(text, "--deck-trouble=unavailable")
    result.stdout.fnmatch_lines(["  not repeated: RuntimeError: 503 Service Unavailable"])


def test_a_shortened_assertion_says_how_the_values_differ(run):
    text = """
def test_it(deck, deck_client):
    status = deck_client.get("/agents").status_code
    assert ["a" * 99] == ["a" * 99] + ["b"] * (status != 200)
"""
    result = run(text, "--deck-trouble=unavailable")
    result.stdout.fnmatch_lines(["*: assert [[]'aaa*...* == *; Right contains one more item: 'b'"])


def test_pairs_are_tried_if_an_option_asks_for_them(run):
    result = run(AGENT, "--deck-explore-pairs", "--deck-trouble=reset")
    result.stdout.fnmatch_lines(["*: 2 troubles: 2 survived, *"])


def test_a_pair_alone_shows_the_failure_of_the_test(run):
    text = """
def test_it(deck_client):
    for _ in range(2):
        if deck_client.post("/agents", json={"name": "a"}).is_success:
            return
    assert False, "gave up"
"""
    pair = "unavailable at POST /v2/agents #1 and unavailable at POST /v2/agents #2"
    result = run(text, f"--deck-trouble={pair}")
    result.stdout.fnmatch_lines(["E *AssertionError: gave up", "2 troubles: 1 survived, 1 did *"])


def test_after_a_given_time_no_run_begins(run):
    result = run(AGENT, EXPLORE, "--deck-explore-time=0s")
    result.stdout.fnmatch_lines(["*0 troubles: *; 6 not tried (limit of runs or time)"])
    error = run(AGENT, "--deck-explore-time=60").stderr
    error.fnmatch_lines(["*: argument --deck-explore-time: '60' *; for seconds write '60s'"])


def test_a_named_place_that_never_occurs_fails(run):
    """It may occur in one of several tests. A trouble without a place may occur nowhere."""
    text = f"{AGENT}\ndef test_read(deck_client): deck_client.get('/agents')"
    read, nowhere = "reset at GET /v2/agents #1", "reset at GET /v2/tasks #1"
    codes = [run(text, f"--deck-trouble={name}").ret for name in (nowhere, read, "late")]
    assert codes == [1, 1, 0]  # the second: the test does not survive
    result = run(text, f"--deck-trouble={LOST.replace('lost_response', 'reset')}")
    assert result.ret == 0
    result = run(text, f"--deck-trouble={nowhere}")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([f"--deck-trouble: `{nowhere}` occurred in no test"])


def test_ctrl_c_in_a_run_with_a_trouble_is_in_the_report_and_leaves_nothing(run, pytester, capsys):
    text = """
import itertools
numbers = itertools.count()
def test_it(client):
    client.create_agent()
    if next(numbers) == 2:
        raise KeyboardInterrupt
"""
    with pytest.raises(KeyboardInterrupt):
        run(text, EXPLORE, "--deck-explore-report=report.json")
    assert "::test_it: 0 troubles: " in capsys.readouterr().out
    (report,) = json.loads((pytester.path / "report.json").read_text())
    assert (report["interrupted"], report["not_tried"]) == (True, 6)
    run(AGENT).assert_outcomes(passed=1)


def test_an_interrupt_while_fixtures_are_set_up_is_an_interrupt(pytester):
    """Even if a fixture, such as pytest's `tmp_path`, cannot be torn down without a result."""
    pytester.makepyfile(
        """
        import pytest
        numbers = iter(range(9))
        @pytest.fixture
        def slow(tmp_path):
            if next(numbers) == 2:
                raise KeyboardInterrupt
        def test_it(deck_client, slow):
            deck_client.get("/agents")
        """
    )
    assert pytester.runpytest_subprocess("--deck-explore").ret == pytest.ExitCode.INTERRUPTED


def test_the_debugger_opens_for_the_first_run_alone(run, pytester):
    pytester.makepyfile(
        own="""
        class Debugger:
            def reset(self): pass
            def interaction(self, *args): print("opened")
            def __init__(self, *args, **kwargs): pass
    """
    )
    pytester.syspathinsert()
    options = (EXPLORE, "--pdb", "--pdbcls=own:Debugger", "-s")
    result = run(CALL, *options)
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("opened")
    run(f"{AGENT}; assert False", *options).stdout.fnmatch_lines(["*opened*"])


TERMINAL = """
def pytest_sessionstart(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    reporter.isatty = type(reporter.isatty)(True)
"""


def test_a_terminal_shows_how_many_runs_are_done(run, pytester):
    conftest = pytester.path / "conftest.py"
    conftest.write_text(f"{conftest.read_text()}{TERMINAL}")
    output = f"{run(MARKED).stdout}"
    width = len(" 1/1 troubles")
    back = f"{chr(8) * width}{' ' * width}{chr(8) * width}"
    assert f" 0/1 troubles{back} 1/1 troubles{back}F" in output


HASTY = """
from contextlib import suppress

def test_it(deck_client):
    for _ in range(9):
        with suppress(Exception):
            headers = {"Idempotency-Key": "one"}
            deck_client.post("/agents", json={"name": "a"}, headers=headers).raise_for_status()
            break
"""


def test_troubles_that_were_not_survived_last_come_first_with_lf(pytester):
    pytester.makepyfile(HASTY)
    orders = []
    for options in ((), ("--lf",)):
        pytester.runpytest_inprocess(EXPLORE, "--deck-explore-report=r.json", *options)
        (report,) = json.loads((pytester.path / "r.json").read_text())
        orders.append([row["trouble"].partition(" ")[0] for row in report["results"]])
    troubles = ["lost_response", "reset", "unavailable"]
    assert orders == [
        [*troubles, "rate_limited", "fails_again", "client_timeout"],
        ["rate_limited", *troubles, "fails_again", "client_timeout"],
    ]
