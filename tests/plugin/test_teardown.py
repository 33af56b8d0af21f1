import os
from contextlib import ExitStack

import pytest

from forks import Child
from pytest_deck_sim.world_fixture import world_of

QUEUE = "deck.queue('success', 'mfa_then_success')"
FAULT = "deck.fault(match='POST /v2/tasks/*/run', status=502, times=2)"
HOLD = "deck.hold('connection.disconnected', deck.ready_task().connection_id)"
IGNORED = """
    login = {"source_id": deck.ready_task().source_id, "auth_method": "none"}
    deck.create("connections", {**login, "external_id": "x+session_breaks_down@example.com"})
"""
BREAKS = {"task_run": ["running", {"completed": {"output": {"n": "{{ input.nights }}"}}}]}
INTENDED = "*; if this is intended, mark the test with @pytest.mark.deck(strict=False)"
PROBLEMS = {  # a failure, an oversight, and leftovers
    f"deck.start_run(deck.scenario({BREAKS})); deck.settle()": "a scenario failed: trun_*'nights'",
    IGNORED: f"the magic name 'session_breaks_down' is ignored, and {INTENDED}",
    QUEUE: f"queued for a task_run but never played: `success` and {INTENDED}",
    FAULT: f"a fault never fired: after=0, times=2, match='POST /v2/tasks/?/run', {INTENDED}",
    f"{HOLD}.release()": f"a hold stopped nothing: `connection.disconnected` of {INTENDED}",
}


def using(*uses, strict=True):
    return "import pytest\n" + "".join(
        f"""
@pytest.mark.deck(strict={strict})
def test_{number}(deck):
    deck.create("agents", {{"name": "Concierge"}})
    {use}
"""
        for number, use in enumerate(uses)
    )


def test_a_problem_of_the_world_fails_the_test(run):
    result = run(using(*PROBLEMS))
    result.assert_outcomes(passed=len(PROBLEMS), errors=len(PROBLEMS))
    for problem in PROBLEMS.values():
        timeline = ["*- deck timeline -*", "09:30:00 *created"]
        result.stdout.fnmatch_lines([problem, *timeline])


def test_a_test_can_allow_every_problem(run):
    run(using("\n    ".join(PROBLEMS), strict=False)).assert_outcomes(passed=1)


def test_a_test_of_every_scenario_asked_for_none(run):
    result = run("def test_it(deck, deck_every_scenario): pass", "-k", "connection_drops_later")
    assert result.parseoutcomes()["passed"] == 1


def test_a_test_that_stopped_early_has_no_unused_things(run):
    begun = f"{QUEUE}; {FAULT}; {HOLD}"
    result = run(using(f"{begun}; assert False", f"{begun}; pytest.skip('later')"))
    result.assert_outcomes(failed=1, skipped=1)


def test_a_stopped_server_is_named_instead_of_the_timeline(run):
    text = """
        import pytest
        from deck_sim.server.uvicorn_server import Server
        from deck_sim.runtime.registry import WorldRegistry
        @pytest.fixture(scope="session")
        def server(): return Server(WorldRegistry()).start()
        @pytest.fixture(scope="session")
        def deck_server(server): return server.url
        @pytest.mark.deck(strict=False)
        def test_it(deck, server):
            server.stop()
            assert False
    """
    result = run(text)
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["*- deck timeline -*", "no deck-sim server answers at *"])


def test_what_a_receiver_complains_about_fails_the_test(run):
    """Without our own traceback, but with one of the callback that failed first."""
    text = """
        import httpx2, pytest

        def forge(webhooks): httpx2.post(webhooks.url, json={}, trust_env=False)
        def test_forged(deck_webhooks): forge(deck_webhooks)
        @pytest.mark.deck(strict=False)
        def test_allowed(deck_webhooks): forge(deck_webhooks)

        def test_callback(deck, deck_webhooks):
            def look(event): raise KeyError(event["type"])
            deck_webhooks.on("*", look)
            deck.create("agents", {"name": "Concierge"})
            deck.create("sources", {"type": "website", "website": {"url": "https://inn.example"}})
            deck.advance("1s")
    """
    result = run(text)
    result.assert_outcomes(passed=3, errors=2)
    wrong = "the signature of a webhook (without an id) is wrong: the header *"
    result.stdout.fnmatch_lines([wrong])
    printed = f"{result.stdout}".partition("short test summary")[0]  # in CI it repeats them
    assert printed.count("Traceback (most recent call last)") == 1
    assert "a callback failed for the event source.created:\nKeyError: 'source.created'" in printed


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no forks")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_that_ends_its_test_leaves_the_world_to_its_parent(request, deck_server):
    """An application may fork and exit, which ends the test in the child, too."""
    with ExitStack() as stack:
        deck = stack.enter_context(world_of(request.node, deck_server, None, None))
        deck.create("agents", {"name": "Concierge"})
        assert Child(stack.close).result() is None
        assert len(deck.requests) == 1


TESTS = """
    import pytest

    def poll(deck, client):
        path = f"/task-runs/{deck.start_run()['id']}"
        for _ in range(5):
            client.get(path)
            deck.sleep(0.1)

    def test_unmarked(deck, deck_client): poll(deck, deck_client)
    @pytest.mark.deck(lint="off")
    def test_allowed(deck, deck_client): poll(deck, deck_client)
    @pytest.mark.deck(lint="fail")
    def test_marked(deck, deck_client): poll(deck, deck_client)
    @pytest.mark.deck(lint="fail")
    def test_correct(deck): deck.ready_task()
    @pytest.mark.deck(lint="fail")
    def test_failed(deck, deck_client):
        poll(deck, deck_client)
        assert False
"""


def test_findings_fail_a_test_if_its_marker_or_the_ini_file_says_so(run):
    for ini, errors in (("off", 1), ("fail", 2)):
        result = run(TESTS, "-o", f"deck_lint={ini}")
        result.assert_outcomes(passed=4, failed=1, errors=errors)
        lines = ["polls_too_often: *", "  why it matters: *", "*- deck timeline -*"]
        result.stdout.fnmatch_lines(lines * errors)
