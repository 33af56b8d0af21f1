"""The fixtures, the options, and what users can override."""

MINE = "version: 1\nname: mine\ntask_run: [running: 1s, completed]\n"


def test_each_test_has_a_new_world(run):
    """On the same server."""
    text = """
        servers = set()
        def test_one(deck):
            servers.add(deck.url)
            deck.ready_task()
        def test_two(deck):
            servers.add(deck.url)
            assert deck.timeline == () and len(servers) == 1
    """
    run(text).assert_outcomes(passed=2)


def test_keys_depend_on_the_test_only(run):
    """On its name, parameters included."""
    text = """
        import pytest
        keys = []
        @pytest.mark.parametrize("n", ["a/b", "a b"])
        def test_key(deck, n):
            keys.append(deck.api_key)
        def test_all():
            print(keys)
            assert len(set(keys)) == 2
    """
    first, second = (run(text, "-s").outlines for _ in range(2))
    assert [k for k in first if "sk_test_" in k] == [k for k in second if "sk_test_" in k]


def test_deck_env_sets_the_variables_of_the_world(run):
    """And restores them."""
    text = """
        import os
        def test_set(deck_env):
            assert os.environ["DECK_BASE_URL"] == deck_env.base_url
            assert os.environ["DECK_API_KEY"] == deck_env.api_key
        def test_taken_back():
            assert "DECK_BASE_URL" not in os.environ
    """
    run(text).assert_outcomes(passed=2)


def test_the_variables_can_have_other_names(run, pytester):
    """By ini values."""
    pytester.makeini("[pytest]\ndeck_env_base_url = MY_URL\ndeck_env_api_key = MY_KEY")
    text = """
        import os
        def test_set(deck_env):
            assert (os.environ["MY_URL"], os.environ["MY_KEY"]) == (
                deck_env.base_url, deck_env.api_key)
    """
    run(text).assert_outcomes(passed=1)


def test_every_world_has_the_scenarios_of_the_folder(run, pytester):
    """`--deck-scenarios` is relative to the working directory."""
    pytester.mkdir("stories").joinpath("mine.yaml").write_text(MINE)
    text = "def test_use(deck): deck.use('mine')"
    run(text, "--deck-scenarios", "stories").assert_outcomes(passed=1)


def test_the_folder_can_be_an_ini_value(run, pytester):
    """`deck_scenarios` is relative to the ini file."""
    pytester.mkdir("stories").joinpath("mine.yaml").write_text(MINE)
    pytester.makeini("[pytest]\ndeck_scenarios = stories")
    run("def test_use(deck): deck.use('mine')").assert_outcomes(passed=1)


def test_a_folder_with_errors_is_an_error_with_the_place(run, pytester):
    """File, line and column, without a traceback."""
    pytester.mkdir("stories").joinpath("mine.yaml").write_text("version: 1\nname: [x]\n")
    result = run("def test_use(deck): pass", "--deck-scenarios", "stories")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*mine.yaml:2:7: name:*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_running_server_is_used(run, deck_server):
    """`--deck-url` names it, and its worlds start the same."""
    text = f"""
        def test_where(deck):
            assert deck.url == {deck_server!r}
            assert deck.clock.mode == "frozen"
    """
    run(text, "--deck-url", f"{deck_server}/v2").assert_outcomes(passed=1)


def test_a_running_server_gets_the_scenarios_of_the_folder(run, pytester, deck_server):
    """They are added to each world."""
    pytester.mkdir("stories").joinpath("mine.yaml").write_text(MINE)
    pytester.makeini(f"[pytest]\ndeck_url = {deck_server}\ndeck_scenarios = stories")
    text = """
        import pytest
        @pytest.mark.deck(scenario="mine")
        def test_use(deck):
            assert deck.world["default_scenario"] == "mine"
    """
    run(text).assert_outcomes(passed=1)


def test_a_playlist_of_the_folder_is_sent_after_its_entries(run, pytester, deck_server):
    """Whatever the alphabetical order."""
    stories = pytester.mkdir("stories")
    stories.joinpath("mine.yaml").write_text(MINE)
    text = "version: 1\nname: a_list\nplaylist: [source_down, mine]\n"
    stories.joinpath("a_list.yaml").write_text(text)
    options = ("--deck-url", deck_server, "--deck-scenarios", "stories")
    run("def test_use(deck): deck.use('a_list')", *options).assert_outcomes(passed=1)


def test_keys_on_a_shared_server_belong_to_one_run(run, deck_server):
    """Two runs of the same tests do not meet."""
    text = """
        from pytest_deck_sim.worlds import RUN_ID
        def test_key(deck):
            assert deck.api_key.endswith(RUN_ID)
    """
    run(text, "--deck-url", deck_server).assert_outcomes(passed=1)


def test_a_missing_server_is_an_error_with_its_url(run):
    """Before the test, without a traceback."""
    result = run("def test_use(deck): pass", "--deck-url", "http://127.0.0.1:9")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*cannot start the world of this test: no deck-sim server answers at http://127.0.0.1:9*"]
    )


def test_a_url_without_a_protocol_is_an_error(run):
    """Before the test, with what a URL needs."""
    result = run("def test_use(deck): pass", "--deck-url", "localhost:8000")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*cannot start the world of this test: 'localhost:8000' is no URL*begins with http://*"]
    )


def test_the_session_fixtures_can_be_overridden(run, pytester, deck_server):
    """Server, folder and edition, in a conftest."""
    pytester.mkdir("stories").joinpath("mine.yaml").write_text(MINE)
    pytester.makeconftest(f"""
        import pytest, pathlib
        @pytest.fixture(scope="session")
        def deck_server(): return {deck_server!r}
        @pytest.fixture(scope="session")
        def deck_scenarios_dir(): return pathlib.Path(__file__).parent / "stories"
        @pytest.fixture(scope="session")
        def deck_edition(): return "connections"
    """)
    text = f"""
        def test_use(deck):
            deck.use("mine")
            assert deck.url == {deck_server!r}
    """
    run(text).assert_outcomes(passed=1)


def test_an_unknown_edition_is_an_error(run):
    """It lists the editions when the first world starts."""
    result = run("def test_use(deck): pass", "--deck-edition", "conections")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*cannot start the world of this test: `edition`: must be 'connections'*"]
    )


def test_every_worker_of_xdist_has_a_server(run_apart):
    """The same tests pass on two processes."""
    text = """
        import pytest
        @pytest.mark.parametrize("n", range(6))
        def test_use(deck, n):
            deck.ready_task()
            assert deck.runs == []
    """
    run_apart(text, "-n", "2").assert_outcomes(passed=6)


def test_an_unused_plugin_imports_nothing_heavy(run_apart):
    """Without a fixture none of our libraries is imported."""
    text = """
        import sys
        HEAVY = {"starlette", "uvicorn", "httpx2", "pydantic", "jsonschema", "jinja2", "yaml"}
        HEAVY |= {"freezegun", "time_machine"}
        def test_modules():
            assert "pytest_deck_sim" in sys.modules
            assert not HEAVY & set(sys.modules)
            ours = {m for m in sys.modules if m.startswith("deck_sim.")}
            assert ours == {"deck_sim.base", "deck_sim.base.real_time", "deck_sim.base.version"}
    """
    run_apart(text, "-p", "no:hypothesispytest").assert_outcomes(passed=1)


def test_the_options_and_the_marker_are_documented(run):
    """By `--help` and `--markers`."""
    assert "--deck-url" in run("", "--help").stdout.str()
    assert "@pytest.mark.deck(scenario=None" in run("", "--markers").stdout.str()
