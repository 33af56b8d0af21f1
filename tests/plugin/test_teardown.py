"""Findings that fail a test at its end, and the report of a failed test."""

import os
from contextlib import ExitStack

import pytest

from forks import Child
from pytest_deck_sim.worlds import world_of

TEST = """
    import pytest
    from deck_sim.server.serve import server_at

    def crash(deck):
        world = server_at(deck.url).worlds.find(deck.api_key)
        world.crashes.append("ZeroDivisionError: boom")

    def run(deck):
        ready = deck.ready_task()
        deck.create(f"tasks/{{ready.task_id}}/run", ready.login)
        deck.settle()

    def break_script(deck):
        output = {{"nights": "{{{{ input.nights }}}}"}}
        steps = ["queued", "running", {{"completed": {{"output": output}}}}]
        deck.use(deck.scenario({{"name": "broken", "task_run": steps}}))
        run(deck)

    def fail(deck, times=99):
        errors = [KeyError("booking")] * times

        async def app(scope, receive, send):
            if errors:
                raise errors.pop()
            await send({{"type": "http.response.start", "status": 204, "headers": []}})
            await send({{"type": "http.response.body"}})

        deck.deliver_to(app, events=["task_run.queued", "task_run.running", "task_run.completed"])
        run(deck)

    def log_in(deck, name):
        login = {{"source_id": deck.ready_task().source_id, "auth_method": "none"}}
        deck.create("connections", {{**login, "external_id": name}})

    @pytest.mark.deck(strict={strict})
    def test_it(deck):
        deck.create("agents", {{"name": "Concierge"}})
        {use}
"""


def using(use, *, strict=True):
    """A test that does this."""
    return TEST.format(use=use, strict=strict)


QUEUE = "deck.queue('success', 'mfa_then_success')"
FAULT = "deck.fault(match='POST /v2/tasks/*/run', status=502, times=2)"
IGNORED = "log_in(deck, 'x+session_breaks_down@example.com')"
HOLD = "deck.hold('connection.disconnected', deck.ready_task().connection_id)"
LOGIN = "deck.use('connection_drops_later')"
PROBLEMS = {
    f"{LOGIN}; run(deck)": "`connection_drops_later` has a script for a connection and none for a"
    " run, and nothing played it: *`deck.ready_task(login=True)`*strict=False*",
    "fail(deck)": "the application raised at 3 webhooks: KeyError: 'booking'; *strict=False*",
    "deck.queue('success', resource='connection')": "queued for a connection but never played:"
    " `success`; *`deck.ready_task(login=True)`*",
    "break_script(deck)": "a scenario failed: trun_*: scenario `broken`, task_run?2?: *: unknown"
    " key 'nights'*",
    QUEUE: "queued for a task_run but never played: `success` and `mfa_then_success`; *strict=F*",
    FAULT: "a fault never fired: after=0, times=2, match='POST /v2/tasks/?/run', status=502 (met 0)"
    "; *strict=False*",
    f"{HOLD}.release()": "a hold stopped nothing: `connection.disconnected` of `conn_*`; *strict=*",
    IGNORED: "the magic name 'session_breaks_down' is ignored, and 'success' is played: the"
    " scenario 'session_breaks_down' is for the edition `credentials`, and this world's is"
    ' `connections`; to switch: @pytest.mark.deck(edition="credentials"), *strict=False*',
    "crash(deck)": "deck-sim itself failed:",
}


def test_a_problem_of_the_world_fails_the_test(run):
    """The error says what it is and how to allow it, and has the timeline."""
    for use, said in PROBLEMS.items():
        result = run(using(use))
        result.assert_outcomes(passed=1, errors=1)
        timeline = ["*- deck timeline -*", "2025-01-15T09:30:00Z *created"]
        result.stdout.fnmatch_lines([said, *timeline])


def test_a_test_can_allow_every_problem(run):
    run(using("; ".join(PROBLEMS), strict=False)).assert_outcomes(passed=1)


GONE = [
    f"{FAULT}; deck.clear_faults()",
    "deck.queue('proxy_error_page'); run(deck); assert deck.faults[0]['owner']",
    f"{HOLD}; deck.reset()",
    f"kept = deck.snapshot(); {HOLD}; deck.restore(kept)",
    f"deck._control.call('DELETE', '/holds/' + {HOLD}.id)",
    f"{LOGIN}; deck.ready_task(login=True)",
    "deck.use('source_down')",
]


def test_what_is_gone_or_was_played_is_no_problem(run):
    """Neither is a fault of a scenario, which the client may never meet."""
    for use in GONE:
        run(using(use)).assert_outcomes(passed=1)


def test_an_application_that_takes_a_retry_has_not_failed(run):
    """It raised at the first attempts only."""
    run(using("fail(deck, times=3)")).assert_outcomes(passed=1)


def test_a_test_of_every_scenario_asked_for_none(run):
    """So it may seed its login."""
    result = run("def test_it(deck, deck_every_scenario): pass", "-k", "connection_drops_later")
    assert result.parseoutcomes()["passed"] == 1


@pytest.mark.parametrize("end", ["assert False", "pytest.skip('later')"])
def test_a_test_that_stopped_early_has_no_unused_things(run, end):
    """It may have stopped before it used its scenarios, faults and holds."""
    outcomes = run(using(f"{QUEUE}; {FAULT}; {HOLD}; {end}")).parseoutcomes()
    assert outcomes.keys() <= {"failed", "skipped"}


def test_calls_with_a_key_of_no_world_fail_a_test_without_calls(run):
    """Those during the test, with a key that nobody controls."""
    text = """
        import httpx2
        import pytest

        def call(deck, key="sk_stray"):
            headers = {"Authorization": f"Bearer {key}"}
            httpx2.get(f"{deck.base_url}/agents", headers=headers, trust_env=False)

        def test_it(deck): call(deck)
        def test_without_calls(deck): pass
        def test_with_calls(deck): call(deck); call(deck, deck.api_key)
        @pytest.mark.deck(strict=False)
        def test_that_allows_them(deck): call(deck)
    """
    result = run(text)
    result.assert_outcomes(passed=4, errors=1)
    told = "the Deck API was not called with this key, `sk_test_test_it_*`; it was called with"
    result.stdout.fnmatch_lines([f"{told} `sk_stray`: give your application `deck.api_key` in *"])


def test_calls_without_a_key_fail_a_test_without_calls(run):
    """A failed test shows them, whatever else was called."""
    text = """
        import httpx2

        def call(deck): httpx2.get(f"{deck.base_url}/agents", trust_env=False)
        def test_it(deck): call(deck); call(deck)
        def test_after_them(deck): pass
        def test_failed(deck):
            deck.create("agents", {"name": "Concierge"})
            call(deck)
            assert False
    """
    result = run(text, "-p", "no:randomly")
    result.assert_outcomes(passed=2, failed=1, errors=1)
    fix = "(`GET /v2/agents`): send `Authorization: Bearer KEY`; the fixture `deck_env` sets *"
    told = [
        f"2 calls came without a key {fix}",
        "refused calls:",
        f"  1 call came without a key {fix}",
    ]
    result.stdout.fnmatch_lines(told)


def test_a_failed_test_shows_the_timeline_of_its_world(run):
    """A test that passed or has no world shows nothing."""
    text = """
        def test_failed(deck):
            deck.advance("5m")
            assert False
        def test_passed(deck): deck.advance("7m")
        def test_without_a_world(): assert False
    """
    result = run(text, "-rA")
    result.assert_outcomes(failed=2, passed=1)
    assert f"{result.stdout}".count("- deck timeline -") == 1
    result.stdout.fnmatch_lines(["*- deck timeline -*", "2025-01-15T09:35:00Z *advanced 5m"])


def test_a_stopped_server_is_named_instead_of_the_timeline(run):
    """The report does not fail."""
    text = """
        import pytest
        from deck_sim.server.serve import Server
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


FORGED = """
    import httpx2, pytest
    @pytest.mark.deck(strict={strict})
    def test_forged(deck_webhooks):
        httpx2.post(deck_webhooks.url, json={{}}, trust_env=False)
"""


@pytest.mark.parametrize("strict", [True, False])
def test_a_wrong_signature_fails_the_test(run, strict):
    """The error says what is wrong, without a traceback; `strict=False` allows it."""
    result = run(FORGED.format(strict=strict))
    result.assert_outcomes(passed=1, errors=int(strict))
    lines = ["the signature of a webhook (without an id) is wrong: the header *"]
    result.stdout.fnmatch_lines(lines * strict)
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_callback_that_fails_fails_the_test(run):
    """With its traceback, once; the other failures are a line each."""
    text = """
        def test_callback(deck, deck_webhooks):
            def look(event): raise KeyError(event["type"])
            deck_webhooks.on("*", look)
            deck.create("agents", {"name": "Concierge"})
            deck.create("sources", {"type": "website", "website": {"url": "https://inn.example"}})
            deck.advance("1s")
    """
    printed = f"{run(text).stdout}".partition("short test summary")[0]  # in CI it repeats them
    assert printed.count("Traceback (most recent call last)") == 1
    assert "a callback failed at source.created:\nKeyError: 'source.created'" in printed


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no forks")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_that_ends_its_test_leaves_the_world_to_its_parent(request, deck_server):
    """An application may fork and exit, which ends the test in the child, too."""
    with ExitStack() as stack:
        deck = stack.enter_context(world_of(request.node, deck_server, None, None))
        deck.create("agents", {"name": "Concierge"})
        assert Child(stack.close).result() is None
        assert len(deck.requests) == 1
