import pytest

from deck_sim import Deck

LIST = "version: 1\nname: a_list\nplaylist: [source_down, mine]\n"  # sorts before its entry


def test_each_test_has_a_new_world(run):
    """Its key depends on the test only, so it is the same in the next run."""
    text = """
        import pytest
        from pytest_deck_sim.world_fixture import RUN_ID
        servers, keys, urls = set(), set(), set()
        @pytest.mark.parametrize("name", ["a/b", "a b"])
        def test_world(deck, deck_webhooks, name):
            servers.add(deck.url), keys.add(deck.api_key), urls.add(deck_webhooks.url)
            deck.create("agents", {"name": name})
            deck.settle()
            assert [e["data"]["name"] for e in deck_webhooks.events] == [name]
        def test_all():
            assert [len(servers), len(keys), len(urls)] == [1, 2, 2]
            assert not any(RUN_ID in key for key in keys)
    """
    run(text).assert_outcomes(passed=3)


@pytest.mark.parametrize("names", ["DECK_BASE_URL DECK_API_KEY DECK_WEBHOOK_SECRET", "A B C"])
def test_deck_env_sets_variables_until_the_end_of_the_test(run, names):
    values = zip(("base_url", "api_key", "webhook_secret"), names.split(), strict=True)
    text = f"""
        import os
        NAMES = {names.split()}
        def test_set(deck_env, deck_webhooks):
            url, key, secret = (os.environ[name] for name in NAMES)
            assert (url, key) == (deck_env.base_url, deck_env.api_key)
            assert secret == deck_env.webhook_secret == deck_webhooks.secret
            assert secret == deck_env.deliver_to(lambda environ, start: []).secret
        def test_restored(): assert not {{*NAMES}} & {{*os.environ}}
    """
    options = [] if "DECK" in names else [f"-odeck_env_{name}={value}" for name, value in values]
    run(text, *options).assert_outcomes(passed=2)


@pytest.mark.parametrize("ini", ["", "deck_scenarios = stories", "deck_url = SERVER"])
def test_every_world_has_the_scenarios_of_the_folder(run, pytester, stories, deck_server, ini):
    stories.joinpath("a_list.yaml").write_text(LIST)
    pytester.makeini(f"[pytest]\n{ini.replace('SERVER', deck_server)}")
    options = () if "scenarios" in ini else ("--deck-scenarios", "stories")
    run("def test_use(deck): deck.use('a_list')", *options).assert_outcomes(passed=1)


WRONG_INI = {
    "deck_env_base_url=": "deck_env_base_url is ''; write the name of an *, such as DECK_BASE_URL",
    "deck_client_library=requests": "deck_client_library is 'requests'; it can be httpx2 or httpx",
    "deck_lint=fial": "deck_lint is 'fial'; it can be fail or off",
}


@pytest.mark.parametrize("ini", WRONG_INI)
def test_a_wrong_ini_value_is_a_usage_error(run, ini):
    result = run("def test_it(): pass", "-o", ini)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {WRONG_INI[ini]}"])


def test_a_wrong_option_is_an_error_before_the_test(run, stories):
    stories.joinpath("mine.yaml").write_text("version: 1\nname: [x]\n")
    for option, message in (
        ("--deck-scenarios=stories", "*mine.yaml:2:7: name:*"),
        ("--deck-edition=conections", "*: `edition`: must be 'connections'*"),
        ("--deck-url=localhost:8000", "*: 'localhost:8000' is not the URL*with http://*"),
        ("--deck-url=http://127.0.0.1:9", "*: no deck-sim server answers at http://127.0.0.1:9*"),
    ):
        result = run("def test_use(deck): pass", option)
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([message])
        result.stdout.no_fnmatch_line("*Traceback*")


def test_a_running_server_is_used(run, pytester, stories, deck_server):
    """By the option, or by a fixture that overrides ours, as the other session fixtures may be. The
    keys of its worlds have an id of the run, so two runs do not meet.
    """
    text = f"""
        from pytest_deck_sim.world_fixture import RUN_ID
        def test_where(deck):
            deck.use("mine")
            assert (deck.url, deck.clock.mode) == ({deck_server!r}, "frozen")
            assert deck.api_key.endswith(RUN_ID)
    """
    options = ("--deck-scenarios=stories", "--deck-url", f"{deck_server}/v2")
    run(text, *options).assert_outcomes(passed=1)
    pytester.makeconftest(f"""
        import pytest, pathlib
        @pytest.fixture(scope="session")
        def deck_server(): return {deck_server!r}
        @pytest.fixture(scope="session")
        def deck_scenarios_dir(): return pathlib.Path(__file__).parent / "stories"
        @pytest.fixture(scope="session")
        def deck_edition(): return "connections"
    """)
    run(text).assert_outcomes(passed=1)


def test_the_name_of_a_test_may_have_any_letters(run):
    result = run("def test_größe(deck): assert deck.create('agents', {'name': 'x'})")
    result.assert_outcomes(passed=1)


def test_a_broken_scenario_file_is_told_once_a_session(run, pytester, deck_server):
    pytester.makefile(".yaml", **{"stories/bad": "version: 1\nname: bad\nsummry: x\n"})
    text = """
        def test_a(deck): ...
        def test_b(deck_client): ...
        def test_c(deck): ...
    """
    for options in ((), (f"--deck-url={deck_server}",)):
        result = run(text, "--deck-scenarios=stories", *options)
        result.assert_outcomes(errors=3)
        lines = [line for line in result.outlines if not line.startswith("ERROR")]
        assert sum("bad.yaml:3:1: unknown key 'summry'" in line for line in lines) == 1
        later = "cannot read your scenarios; the first test that failed lists the mistakes"
        assert lines.count(later) == 2


@pytest.mark.parametrize("name", ["deck", "deck_client"])
def test_a_wider_fixture_that_asks_for_deck_is_told_of_deck_world(run, name):
    text = f"""
        import pytest
        @pytest.fixture(scope="module")
        def shared({name}): ...
        def test_it(shared): ...
    """
    result = run(text)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ScopeMismatch: *", '*`deck_world("shared")` is a `Deck`.'])


def test_a_wider_fixture_has_worlds_of_its_own(run, pytester, deck_server):
    text = """
        import pytest
        from pytest_deck_sim.world_fixture import RUN_ID
        @pytest.fixture(scope="module")
        def worlds(deck_world):
            return [deck_world("finished", clock="on_poll"), deck_world("finished")]
        def test_it(deck, worlds):
            polled, frozen = worlds
            assert len({deck.api_key, polled.api_key, frozen.api_key}) == 3
            assert (polled.clock.mode, frozen.clock.mode) == ("on_poll", "frozen")
            assert (RUN_ID in polled.api_key) == (deck.url == SERVER)
            for world in worlds:
                world.create("agents", {"name": "x"})
            deck.restore(frozen.snapshot())
    """
    for options in ((), (f"--deck-url={deck_server}",)):
        run(text.replace("SERVER", repr(deck_server)), *options).assert_outcomes(passed=1)
    with Deck(deck_server, "sk_test_looks") as deck:
        assert not any("finished" in world["key"] for world in deck.called_worlds())
