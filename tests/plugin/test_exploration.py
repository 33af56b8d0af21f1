"""`--deck-explore`: a test runs again with each trouble, and is reported once."""

import json
from xml.etree import ElementTree

import pytest

EXPLORE = "--deck-explore"
MARK = "@pytest.mark.deck_explore"

# A client that repeats calls without an answer, a program that starts a run, and one that waits.
CLIENT = """
    import json
    import pytest

    class Client:
        def __init__(self, deck, http, key=None):
            self.deck, self.http, self.key = deck, http, key
            self.ready = deck.ready_task()

        def call(self, method, path, **options):
            import httpx2
            for _ in range(6):
                try:
                    answer = self.http.request(method, path, **options)
                except httpx2.TransportError:
                    continue
                if answer.status_code == 429:
                    self.deck.sleep(1)
                elif answer.status_code < 500:
                    return answer.raise_for_status().json()
            raise ConnectionError("no answer")

        def agent(self):
            headers = {"Idempotency-Key": self.key} if self.key else {}
            return self.call("POST", "/agents", json={"name": "a"}, headers=headers)

        def start(self):
            headers = {"Idempotency-Key": self.key} if self.key else {}
            path = f"/tasks/{self.ready.task_id}/run"
            return self.call("POST", path, json=self.ready.login, headers=headers)

        def wait(self, run):
            while True:
                found = self.call("GET", f"/task-runs/{run['id']}")
                if found["status"] in ("completed", "failed", "canceled"):
                    return found
                self.deck.sleep(1)

    @pytest.fixture
    def client(deck, deck_client):
        return Client(deck, deck_client)

    @pytest.fixture
    def sound(deck, deck_client):
        return Client(deck, deck_client, key="order-1")
"""
AGENT = f"""{CLIENT}
    {MARK}(troubles=["lost_response"])
    def test_it(client):
        client.agent()
"""
LOST = "lost_response at POST /v2/agents #1"


def one_line(result, pattern):
    """A line of the output matches this pattern."""
    result.stdout.fnmatch_lines([pattern])


def test_a_program_that_survives_everything_passes(run):
    text = f"""{CLIENT}
    def test_it(deck, sound):
        assert sound.wait(sound.start())["status"] == "completed"
    """
    result = run(text, EXPLORE)
    result.assert_outcomes(passed=1)
    one_line(result, "*= deck exploration =*")
    one_line(result, "*::test_it: * troubles: * survived, 0 did not, 0 not tested; * left out")


def test_in_the_other_edition_too(run):
    text = f"""{CLIENT}
    @pytest.mark.deck(edition="credentials")
    def test_it(deck, sound):
        assert sound.wait(sound.start())["status"] == "completed"

    @pytest.mark.deck(edition="credentials")
    {MARK}(troubles=["lost_response"])
    def test_lost(deck, client):
        assert client.wait(client.start())["status"] == "completed"
    """
    result = run(text, EXPLORE)
    result.assert_outcomes(passed=1, failed=1)
    one_line(result, "  2 task runs where the baseline has 1")


def test_a_run_that_is_started_twice_is_found_and_named(run):
    text = f"""{CLIENT}
    {MARK}(troubles=["lost_response"])
    def test_it(client):
        client.start()
    """
    result = run(text)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "1 trouble: 0 survived, 1 did not, 0 not tested; timing not explored: *",
            "lost_response at POST /v2/tasks/[*]/run #1",
            "  2 task runs where the baseline has 1",
            "  what helps: send an `Idempotency-Key` with each create*",
            "  again:      pytest *::test_it --deck-trouble='lost_response at POST /v2/*/run #1'",
        ]
    )


# A planted mistake for each kind of trouble, with the lines of the report that name it.
CALLS = """
    def test_it(deck, deck_client):
        assert deck_client.{call}.is_success
"""
HOOK = """
    def test_it(deck, client):
        seen, runs, early = [], {{}}, []

        def app(environ, start_response):
            event = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            run = event["data"]
            early.append(not runs)
            seen.append(event["type"])
            runs[run["id"]] = run["status"]
            start_response("204 No Content", [])
            return []

        deck.deliver_to(app)
        run = client.start()
        runs.setdefault(run["id"], "queued")
        deck.settle()
        assert {claim}
"""
POLL = """
    def test_it(deck, client):
        run, seen = client.start(), []
        for _ in range(90):
            seen.append(client.call("GET", f"/task-runs/{{run['id']}}")["status"])
            deck.sleep(1)
        assert {claim}
"""
PLANTED = {
    "reset at POST /v2/agents #1": CALLS.format(call="post('/agents', json={'name': 'a'})"),
    "unavailable at POST /v2/agents #1": CALLS.format(call="post('/agents', json={'name': 'a'})"),
    "rate_limited at POST /v2/agents #1": CALLS.format(call="post('/agents', json={'name': 'a'})"),
    "rate_limited at GET /v2/agents #1": CALLS.format(call="get('/agents')"),
    "duplicate at task_run.running of run 1": HOOK.format(
        claim="seen.count('task_run.running') == 1"
    ),
    "late at task_run.running of run 1": HOOK.format(claim="runs[run['id']] == 'completed'"),
    "lost_once at task_run.completed of run 1": HOOK.format(
        claim="deck.deliveries[-1]['attempts'] == 1"
    ),
    "before_response at task_run.queued of run 1": HOOK.format(claim="not early[0]"),
    "again_after_next at task_run.running of run 1": HOOK.format(
        claim="runs[run['id']] == 'completed'"
    ),
    "at_once": POLL.format(claim="'running' in seen"),
    "skipped running": POLL.format(claim="'running' in seen"),
    "tenfold": POLL.format(claim="seen[-1] == 'completed'"),
}


@pytest.mark.parametrize("trouble", PLANTED)
def test_a_mistake_of_each_kind_is_found(run, trouble):
    """It is named with its place, and the test itself passes."""
    text = CLIENT + PLANTED[trouble]
    result = run(text, f"--deck-trouble={trouble}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([trouble, "  *", "  what helps: *"])
    run(text).assert_outcomes(passed=1)


def test_a_trouble_alone_gives_the_same_result(run):
    """The command in the report repeats it."""
    text = AGENT.replace('troubles=["lost_response"]', "")
    result = run(text)
    one_line(result, "4 troubles: 3 survived, 1 did not, 0 not tested")
    alone = run(text, f"--deck-trouble={LOST}")
    alone.assert_outcomes(failed=1)
    alone.stdout.fnmatch_lines(["1 trouble: *", LOST, "  3 agents where the baseline has 2"])
    other = run(text, "--deck-trouble=reset at POST /v2/agents #1")
    other.assert_outcomes(passed=1)


def test_timing_is_not_explored_if_a_run_reaches_a_timeout(run):
    """A shorter step would change how it ends."""
    begin = "run, seen = client.start(), []"
    text = POLL.format(claim="seen").replace(begin, f"deck.use('task_timeout'); {begin}")
    result = run(CLIENT + text, "--deck-trouble=at_once")
    one_line(result, "*timing not explored: a run reaches a timeout")


def test_a_restored_world_is_not_explored_and_the_summary_says_so(run):
    text = """
    def test_it(deck, client):
        before = deck.snapshot()
        client.agent()
        deck.restore(before)
        client.agent()
    """
    result = run(CLIENT + text, EXPLORE)
    result.stdout.fnmatch_lines(
        ["*::test_it: 4 troubles: *; worlds that `deck.restore` put back are not explored"]
    )


def test_a_trouble_whose_place_is_not_reached_is_not_tested(run):
    result = run(AGENT, "--deck-trouble=reset at POST /v2/agents #2")
    result.assert_outcomes(passed=1)
    one_line(result, "*::test_it: 1 trouble: 0 survived, 0 did not, 1 not tested")


BASELINES = f"""{CLIENT}
    def test_fails(client):
        client.agent()
        assert False, "the first run"

    def test_is_skipped(client):
        client.agent()
        pytest.skip("later")

    @pytest.mark.xfail(strict=True)
    def test_is_known(client):
        client.agent()
        assert False

    @pytest.mark.xfail
    def test_is_known_and_passes(client):
        client.agent()

    def test_fails_at_its_end(deck, client):
        client.agent()
        deck.queue("success")
"""


def test_a_test_that_does_not_pass_is_not_explored(run):
    """Its result is that of its first run."""
    result = run(BASELINES, EXPLORE)
    result.assert_outcomes(failed=1, skipped=1, xfailed=1, xpassed=1, passed=1, errors=1)
    result.stdout.no_fnmatch_line("*deck exploration*")
    one_line(result, "E * the first run")


def test_a_test_that_cannot_be_repeated_fails_with_what_differs(run):
    text = f"""{CLIENT}
    count = []
    def test_calls(client):
        count.append(client.agent())
        for _ in count:
            client.call("POST", "/agents", json={{"name": "b"}})

    def test_fails(client):
        client.agent()
        count.append(0)
        assert len(count) < 4, "too many"
    """
    result = run(text, EXPLORE)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "the two runs without trouble differ; make both do the same:",
            "  only in the second run: POST /v2/agents -> 201",
            "the two runs without trouble differ; make both do the same:",
            "  the second run fails: AssertionError: too many",
        ]
    )


def test_a_test_without_calls_has_nothing_to_explore(run):
    """That fails a test only if its own marker asks for exploration."""
    text = f"""
    import pytest
    def test_one(deck): deck.ready_task()
    {MARK}
    def test_two(deck): deck.ready_task()
    """
    result = run(text, EXPLORE)
    result.assert_outcomes(passed=1, failed=1)
    one_line(result, "nothing to explore: the test made no call of the Deck API")
    one_line(result, "*::test_one: nothing to explore: the test made no call of the Deck API")


def test_a_marker_explores_and_forbids(run):
    text = f"""{CLIENT}
    {MARK}(False)
    def test_never(client): client.agent()
    {MARK}(skip=["lost_response"])
    def test_marked(client): client.agent()
    @pytest.mark.deck_explore
    def test_bare(client): client.agent()
    def test_other(client): client.agent()
    def test_without_deck(): pass
    """
    result = run(text)
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["*::test_marked: 3 troubles: 3 surv*", "*::test_bare: 4 tro*"])
    result.stdout.no_fnmatch_line("*::test_other*")
    every = run(text, EXPLORE)
    every.assert_outcomes(passed=3, failed=2)
    every.stdout.no_fnmatch_line("*::test_never*")


def test_arguments_of_the_marker_choose_and_limit_troubles(run):
    text = f"""{CLIENT}
    {MARK}(troubles=["reset", "{LOST}", "late"])
    def test_some(client): client.agent()
    {MARK}(skip=["{LOST}"], limit=2)
    def test_fewer(client): client.agent()
    """
    result = run(text)
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*::test_some: 3 troubles: 1 survived, 1 did not, 1 not tested",
            "*::test_fewer: 2 troubles: 2 survived, 0 did not, 0 not tested; 1 not tried*",
        ]
    )


def test_an_exception_can_be_a_result(run):
    """With `raises`, the program may leave things undone, and not do more."""
    text = f"""{CLIENT}
    import httpx2
    class Unavailable(Exception): pass

    def create(deck_client):
        try:
            deck_client.post("/agents", json={{"name": "a"}}).raise_for_status()
        except httpx2.HTTPError as error:
            raise Unavailable from error

    {MARK}(raises=Unavailable)
    def test_reports(deck_client): create(deck_client)
    {MARK}(raises=(KeyError, Unavailable), troubles=["reset"])
    def test_of_several(deck_client): create(deck_client)
    {MARK}(raises=ValueError, troubles=["reset"])
    def test_of_another(deck_client): create(deck_client)
    {MARK}(raises=Unavailable, troubles=["lost_response"])
    def test_does_more(client): client.agent()
    """
    result = run(text)
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*Unavailable", "  3 agents where the baseline has 2"])


def test_a_report_can_be_for_information_only(run):
    result = run(AGENT.replace("troubles=", "report_only=True, troubles="))
    result.assert_outcomes(passed=1)
    one_line(result, "*::test_it: 1 trouble: 0 survived, 1 did not, 0 not tested")


def test_arguments_that_cannot_be_are_errors(run):
    wrongs = {
        "trouble=[]": "has no argument 'trouble'; did you mean 'troubles'?; allowed are *",
        "'reset'": " has no argument 'reset'; allowed are *",
        "limit=0": ": `limit` is 0; it must be a whole number, 1 or more",
        "limit='3'": ": `limit` is '3'; it must be a whole number, 1 or more",
        "troubles='reset'": ": `troubles` must be a list, like troubles=*",
        "raises='X'": ": `raises` is 'X'; it must be an exception class or a tuple of them",
        "skip=['rest']": ": unknown trouble 'rest'; did you mean 'reset'?",
    }
    tests = (
        f"    {MARK}({wrong})\n    def test_{number}(client): client.agent()\n"
        for number, wrong in enumerate(wrongs)
    )
    result = run(CLIENT + "".join(tests) + "    def test_after(client): client.agent()\n")
    result.assert_outcomes(errors=len(wrongs), passed=1)
    result.stdout.fnmatch_lines([f"*{MARK}*{text}" for text in wrongs.values()])


def test_options_that_do_not_go_together_are_errors(run):
    wrongs = {
        (EXPLORE, "--deck-url=http://127.0.0.1:9"): "*out --deck-url and the ini value `deck_url`",
        (
            EXPLORE,
            "-o",
            "deck_url=http://127.0.0.1:9",
        ): "*needs a server in this process;*",
        ("--deck-trouble=rest",): "*--deck-trouble: unknown trouble 'rest'; did you mean 'reset'?",
    }
    for options, text in wrongs.items():
        result = run("def test_it(): pass", *options)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([text])


def test_a_marker_does_not_explore_on_the_server_of_deck_url(run):
    test = f"{CLIENT}    {MARK}\n    def test_it(client): client.agent()\n"
    result = run(test, "--deck-url=http://127.0.0.1:9")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*exploration needs a server in this process; leave out *"])


def test_reruns_and_exploration_do_not_go_together(run, pytester):
    pytester.makeconftest("""
        def pytest_addoption(parser):
            parser.addoption("--reruns")
    """)
    assert run("def test_it(): pass", EXPLORE).ret == pytest.ExitCode.NO_TESTS_COLLECTED - 5
    result = run("def test_it(): pass", EXPLORE, "--reruns=2")
    result.stderr.fnmatch_lines(["*exploration and --reruns exclude each other; leave one out"])


FIXTURES = f"""{CLIENT}
    made = []

    @pytest.fixture(scope="module", autouse=True)
    def module(): made.append("module"); yield; made.append("end of module")
    @pytest.fixture
    def function(): made.append("function"); yield; made.append("end")

    class TestIt:
        {MARK}(troubles=["reset", "unavailable"])
        def test_it(self, client, function, tmp_path, monkeypatch):
            assert not hasattr(self, "used") and not [*tmp_path.iterdir()]
            self.used = True
            (tmp_path / "file").write_text("x")
            client.agent()

    def test_after():
        assert made == ["module", *["function", "end"] * 4]
"""


def test_each_run_has_its_own_fixtures_and_its_own_instance(run):
    """Those of wider scopes are made once, and end when pytest ends them."""
    run(FIXTURES).assert_outcomes(passed=2)


def test_what_was_kept_with_a_test_when_it_was_collected_is_there_in_each_run(run, pytester):
    pytester.makeconftest("""
        import pytest
        key = pytest.StashKey()
        def pytest_collection_modifyitems(items):
            for item in items:
                item.stash[key] = []

        @pytest.fixture
        def kept(request):
            return request.node.stash[key]
    """)
    text = f"""{CLIENT}
    {MARK}(troubles=["reset"])
    def test_it(client, kept): client.agent()
    """
    run(text).assert_outcomes(passed=1)


def test_a_fixture_of_a_wider_scope_that_fails_at_its_end_is_reported(run):
    text = f"""{CLIENT}
    @pytest.fixture(scope="module", autouse=True)
    def module(): yield; raise RuntimeError("at the end")
    {MARK}(troubles=["reset"])
    def test_it(client): client.agent()
    """
    result = run(text)
    result.assert_outcomes(passed=1, errors=1)
    one_line(result, "E * RuntimeError: at the end")


def test_the_setup_of_a_run_can_fail(run):
    """The world of a program may be made by a fixture, which has troubles, too."""
    text = f"""{CLIENT}
    @pytest.fixture
    def agent(deck_client): return deck_client.post("/agents", json={{"name": "a"}}).json()["id"]
    {MARK}(troubles=["unavailable"])
    def test_it(agent): pass
    """
    result = run(text)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["unavailable at POST /v2/agents #1", "  *Error*"])


def test_kinds_of_tests_are_explored(run):
    """Coroutines, parameters and `unittest`."""
    text = f"""{CLIENT}
    import unittest

    @pytest.mark.asyncio
    async def test_coroutine(deck, deck_async_client):
        assert (await deck_async_client.post("/agents", json={{"name": "a"}})).is_success

    @pytest.mark.parametrize("name", ["a", "b"])
    def test_parameter(deck_client, name):
        assert deck_client.post("/agents", json={{"name": name}}).is_success

    class TestCase(unittest.TestCase):
        @pytest.fixture(autouse=True)
        def use(self, deck_client): self.client = deck_client
        def setUp(self): assert not hasattr(self, "used")
        def test_it(self):
            self.used = True
            self.assertTrue(self.client.post("/agents", json={{"name": "a"}}).is_success)
    """
    for trouble, outcome in {"unavailable": "failed", "late": "passed"}.items():
        result = run(text, f"--deck-trouble={trouble}")
        result.assert_outcomes(**{outcome: 4})
    result = run(text, "--deck-trouble=unavailable")
    names = ("test_coroutine", "test_parameter[[]a]", "test_parameter[[]b]", "TestCase::test_it")
    result.stdout.fnmatch_lines([f"*::{name}: 1 trouble: 0 survived, 1 did*" for name in names])


def test_a_failure_ends_the_session_with_x(run):
    result = run(f"{AGENT}\n    def test_after(): pass\n", "-x")
    result.assert_outcomes(failed=1)
    one_line(result, "*stopping after 1 failures*")


def test_a_test_counts_once(run, pytester):
    """In the totals, in a file of results, and in the JUnit XML, which has the report."""
    result = run(AGENT, "-v", "--junitxml=junit.xml")
    result.assert_outcomes(failed=1)
    assert result.stdout.str().count("::test_it FAILED") == 1
    (case,) = ElementTree.parse(pytester.path / "junit.xml").iter("testcase")
    assert LOST in case.find("failure").text


def test_the_workers_of_xdist_explore(run_apart):
    text = AGENT + AGENT[len(CLIENT) :].replace("test_it", "test_other")
    result = run_apart(text, "-n", "2")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines_random(
        [f"*::{name}: 1 trouble: 0 survived, 1 did not*" for name in ("test_it", "test_other")]
    )


def test_pages_are_written_of_runs_that_did_not_survive(run, pytester):
    text = AGENT.replace('troubles=["lost_response"]', "limit=3")
    run(text, "--deck-html=pages").assert_outcomes(failed=1)
    (page,) = (pytester.path / "pages").iterdir()
    assert "test-it-lost-response-at" in page.name
    run(text, "--deck-html=others", f"--deck-trouble={LOST}")
    assert [one.name for one in (pytester.path / "others").iterdir()] == [page.name]


def test_a_page_of_a_run_that_fails_has_its_failure(run, pytester):
    text = CLIENT + CALLS.format(call="post('/agents', json={'name': 'a'})")
    run(text, "--deck-trouble=unavailable", "--deck-html=pages").assert_outcomes(failed=1)
    (page,) = (pytester.path / "pages").iterdir()
    assert "assert False" in page.read_text()


def test_a_run_that_fails_leaves_the_pages_of_later_ones(run, pytester):
    """Two of these end with an exception, and two only differ."""
    text = """
        def test_it(deck_client):
            deck_client.post("/agents", json={"name": "a"})
    """
    result = run(text, EXPLORE, "--deck-html=pages")
    one_line(result, "4 troubles: 0 survived, 4 did not, 0 not tested")
    assert len([*(pytester.path / "pages").iterdir()]) == 4


def test_a_report_has_everything_as_json(run, pytester):
    run(AGENT, "--deck-explore-report=found.json")
    ((one,), *others) = [json.loads((pytester.path / "found.json").read_text())]
    assert (one["name"].rpartition("::")[2], others) == ("test_it", [])
    assert [(row["trouble"], row["verdict"]) for row in one["results"]] == [
        (LOST, "did not survive")
    ]


def test_a_trouble_is_no_leftover_and_its_own_mistakes_no_finding(run):
    """Unused faults fail a strict test, and findings of `lint` others, but not in a variant."""
    text = f"""{CLIENT}
    @pytest.mark.deck(lint="fail")
    {MARK}(skip=["lost_response"])
    def test_it(deck, client):
        deck.queue("success")
        client.agent()
        client.start()
    """
    result = run(text)
    result.assert_outcomes(passed=1)
    one_line(result, "*::test_it: 6 troubles: 6 survived, 0 did not, 0 not tested*")


def test_a_trouble_outlives_a_reset(run):
    """Each world that a test begins has its own places."""
    text = f"""{CLIENT}
    {MARK}(troubles=["lost_response"])
    def test_it(deck, deck_client):
        deck.reset(seed=7, edition="credentials")
        Client(deck, deck_client).agent()
    """
    result = run(text)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([LOST, "  3 agents where the baseline has 2"])


def test_ctrl_c_in_a_variant_leaves_nothing_behind(run, capsys):
    """The session ends, and the next one has no trouble."""
    text = f"""{CLIENT}
    runs = []
    {MARK}(troubles=["reset"])
    def test_it(client):
        runs.append(client.agent())
        if len(runs) == 3:
            raise KeyboardInterrupt
    """
    with pytest.raises(KeyboardInterrupt):
        run(text)
    assert "::test_it, interrupted: 0 troubles: " in capsys.readouterr().out
    run(f"{CLIENT}\n    def test_it(client): client.agent()\n").assert_outcomes(passed=1)


def test_a_time_limit_is_for_the_whole_exploration(run):
    """As of pytest-timeout, which fails the run that is in progress."""
    text = f"""{CLIENT}
    runs = []
    {MARK}(troubles=["reset"])
    def test_it(client):
        runs.append(client.agent())
        if len(runs) == 3:
            pytest.fail("Timeout (>1.0s) from pytest-timeout.")
    """
    result = run(text.replace("runs = []", "import pytest; runs = []"))
    result.stdout.fnmatch_lines(["*from pytest-timeout.; this limit is for all runs of an expl*"])


def test_the_debugger_opens_for_the_first_run_alone(run, pytester):
    pytester.makepyfile(
        own="""
        class Debugger:
            def reset(self): pass
            def interaction(self, *args): print("opened")
            def __init__(self, *args, **kwargs): pass
    """
    )
    options = ("--pdb", "--pdbcls=own:Debugger", "-s")
    pytester.syspathinsert()
    result = run(CLIENT + PLANTED["unavailable at POST /v2/agents #1"], EXPLORE, *options)
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("opened")
    failing = f"{CLIENT}\n    def test_it(client): client.agent(); assert False\n"
    one_line(run(failing, EXPLORE, *options), "*opened*")


def test_without_the_option_nothing_is_imported(run_apart):
    text = """
        import sys
        def test_it(deck):
            deck.ready_task()
            assert not [name for name in sys.modules if name.startswith("deck_sim.explore")]
            assert "pytest_deck_sim.exploration" not in sys.modules
    """
    run_apart(text).assert_outcomes(passed=1)


def test_a_terminal_shows_how_many_runs_are_done(run, pytester):
    pytester.makeconftest("""
        def pytest_sessionstart(session):
            reporter = session.config.pluginmanager.get_plugin("terminalreporter")
            reporter.isatty = type(reporter.isatty)(True)
    """)
    shown = run(AGENT).stdout.str()
    back = len(" 1/1 troubles")
    begun = f" 0/1 troubles{back * chr(8)}{back * ' '}{back * chr(8)} 1/1 troubles"
    assert f"{begun}{back * chr(8)}{back * ' '}{back * chr(8)}F" in shown


def test_an_advance_in_a_variant_waits_for_a_postponed_delivery(run):
    """The moves of the test itself end before."""
    text = CLIENT + HOOK.format(claim="runs[run['id']] == 'completed'")
    for move in ("advance('11s')", "finish(run)", "advance_until('task_run.completed')"):
        result = run(text.replace("settle()", move), "--deck-trouble=lost_once")
        result.assert_outcomes(passed=1)
        one_line(result, "*::test_it: 3 troubles: 3 survived, 0 did not, 0 not tested*")
