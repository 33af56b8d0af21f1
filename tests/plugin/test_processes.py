"""Runs of pytest in processes of their own: over the network, under xdist, and unused."""

from .test_clients import STORY
from .test_coverage import PLAYED, PLAYS


def test_tests_pass_on_a_server_in_another_process(run_apart, deck_server):
    options = ("--deck-url", deck_server, "-p", "no:xdist", "--deck-coverage")
    result = run_apart(STORY, *options)
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["*= deck coverage =*", "success * steps*"])


UNDER_XDIST = f"""
    {PLAYS}
    @pytest.mark.parametrize("number", range(2))
    def test_that_receives(deck, deck_webhooks, number):
        agent = deck.create("agents", {{"name": "a"}})
        deck.settle()
        assert [event["data"]["id"] for event in deck_webhooks.events] == [agent["id"]]

    @pytest.mark.parametrize("number", range(2))
    def test_that_fails(deck, number):
        deck.ready_task()
        assert False

    @pytest.mark.deck_explore(troubles=["lost_response"])
    @pytest.mark.parametrize("number", range(2))
    def test_that_is_explored(client, number):
        client.create_agent()
"""


def test_the_workers_of_xdist_are_reported_together(run_apart, pytester, client):
    """Each has a server, and receivers with ports of their own."""
    files = ("--deck-html=new/pages", "--junitxml=junit.xml")
    result = run_apart(UNDER_XDIST, "-n", "2", "--deck-coverage", *files)
    result.assert_outcomes(passed=4, failed=4)
    trouble = "2 tests, 2 troubles: 0 survived, 2 did not, 0 not tested"
    result.stdout.fnmatch_lines_random([PLAYED, trouble])
    failures = (pytester.path / "junit.xml").read_text().split("<failure")[1:]
    assert sum("created as learning" in text.partition("</failure>")[0] for text in failures) == 2
    names = {page.name for page in (pytester.path / "new" / "pages").iterdir()}
    for number in range(2):
        assert any(f"-test-that-fails-{number}-" in name for name in names)


def test_what_is_not_used_is_not_imported(run_apart):
    text = """
        import sys
        HEAVY = {"starlette", "uvicorn", "httpx2", "pydantic", "jsonschema", "jinja2", "yaml"}
        HEAVY |= {"freezegun", "time_machine"}
        def ours(): return {name for name in sys.modules if name.startswith("deck_sim.")}

        def test_the_plugin():
            assert "pytest_deck_sim" in sys.modules
            assert not HEAVY & set(sys.modules)
            assert ours() == {"deck_sim.base", "deck_sim.base.real_time"}

        def test_exploration(deck):
            deck.ready_task()
            assert not [name for name in ours() if name.startswith("deck_sim.explore")]
            assert "pytest_deck_sim.exploration" not in sys.modules
    """
    run_apart(text).assert_outcomes(passed=2)
