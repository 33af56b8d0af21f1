"""Runs of pytest in processes of their own: over the network, under xdist, and unused."""

from .test_clients import STORY
from .test_coverage import PLAYED, PLAYS


def test_tests_pass_on_a_server_in_another_process(run_apart, deck_server):
    options = ("--deck-url", deck_server, "-p", "no:xdist", "--deck-coverage")
    result = run_apart(STORY, *options)
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["*= deck coverage =*", "success * steps*"])


def test_each_worker_of_xdist_has_a_server(run_apart, pytester):
    """Receivers have their own ports, coverage is added up, and reports reach the JUnit XML."""
    text = f"""{PLAYS.replace("deck_client, code", "deck_client, deck_webhooks, code")}
        assert len(deck.runs) == 1
        assert [e["id"] for e in deck_webhooks.events] == [e["id"] for e in deck.events]

    def test_fail(deck):
        deck.ready_task()
        assert False
    """
    result = run_apart(text, "-n", "2", "--deck-coverage", "--junitxml=junit.xml")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines([PLAYED])
    failure = pytester.path.joinpath("junit.xml").read_text().partition("<failure")[2]
    assert "created as learning" in failure.partition("</failure>")[0]


def test_an_unused_plugin_imports_nothing_heavy(run_apart):
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
    run_apart(text).assert_outcomes(passed=1)
