import re
from functools import partial

import pytest

from deck_sim import DeckSimError
from deck_sim.handle.recorded_calls import Calls, LintReport
from deck_sim.handle.timeline import cut_middle


def call(what="GET /v2/agents", status=200, body=None, query="", errors=(), headers=None):
    method, path = what.split()
    return {
        "at": "2025-01-15T09:30:00Z",
        "method": method,
        "path": path,
        "query": query,
        "headers": headers or {},
        "body": body,
        "status": status,
        "errors": list(errors),
    }


RUN = {"connection_id": "conn_1", "input": {"guest": "Alex", "nights": [1, 2], "vip": True}}
ERRORS = ["auth/mfa_invalid", "request/state_invalid"]
CALLS = Calls(
    [
        call("POST /v2/tasks/task_1/run", 201, RUN, headers={"idempotency-key": "k1"}),
        call("GET /v2/task-runs/trun_1"),
        call("GET /v2/task-runs/trun_1", query="include=input"),
        call("GET /v2/task-runs/trun_1/storage"),
        call("POST /v2/task-runs/trun_1/cancel", 409, {}, errors=ERRORS),
        call("GET /v2/task-runs", query="status[]=failed&status[]=canceled&limit=5"),
    ]
)


FOUND = [  # a pattern, the expected content, and the places of the calls that match
    ("**", {}, [0, 1, 2, 3, 4, 5]),
    ("POST /v2/tasks/*/run", {}, [0]),
    ("GET /v2/task-runs/*", {}, [1, 2]),
    ("/v2/task-runs/**", {}, [1, 2, 3, 4]),
    ("**", {"status": 409}, [4]),
    ("**", {"error": "request/state_invalid"}, [4]),
    ("**", {"query": {"limit": 5, "status[]": ["failed", "canceled"]}}, [5]),
    ("**", {"query": {"limit": 6}}, []),
    ("**", {"headers": {"Idempotency-Key": "k1"}}, [0]),
    ("**", {"json": {"input": {"nights": [1, 2]}}}, [0]),
    ("**", {"json": {"input": {"nights": [1]}}}, []),
    ("**", {"json": {"input": {"vip": 1}}}, []),
    ("**", {"json": None}, [1, 2, 3, 5]),
    ("**", {"json": {}}, [0, 4]),
    ("GET **", {"status": 200, "json": None, "query": {"include": "input"}}, [2]),
]


def test_calls_are_found_by_pattern_and_content():
    for pattern, expected, places in FOUND:
        matching = CALLS.where(pattern, **expected)
        assert matching == tuple(CALLS[place] for place in places), (pattern, expected)
        assert CALLS.assert_called(pattern, times=len(places), **expected) == matching


IMPOSSIBLE = [
    ("POST", {}, "'POST' is not a pattern of calls; write it like `POST /v2/tasks/*/run`"),
    ("GET /_sim/world", {}, "'/_sim/world' is not an API path; paths begin with `/v2`"),
    ("POST /v2/agent", {}, "'POST /v2/agent'; did you mean 'POST /v2/agents'?; for a call that"),
    ("PUT /v2/agents", {}, "no call of the Deck API is 'PUT /v2/agents'"),
    ("POST /v2/task-runs/*/interactions", {}, "did you mean 'POST /v2/task-runs/*/interaction'?"),
    ("GET /v2/task_runs/*", {}, " or 'GET /v2/task-runs/*'?"),
    ("POST /v2/tasks/*/stop", {}, 'add `error="request/endpoint_not_found"`'),
    ("**", {"jsn": 1}, "unknown argument 'jsn'; did you mean 'json'?; allowed are `stat"),
    ("**", {"status": "409"}, "`status` must be a number like 409, not '409'"),
    ("**", {"error": "auth/auth_invald"}, "'; did you mean 'auth/auth_invalid'?"),
    ("**", {"error": "409"}, "; write it like `request/state_invalid`"),
    ("**", {"headers": {"X-Tenant": "x"}}, "call `deck.keep_headers('X-Tenant')` before the"),
]


def test_an_expectation_that_no_call_can_meet_is_an_error():
    """`assert_not_called` would always pass."""
    for pattern, expected, text in IMPOSSIBLE:
        for find in (CALLS.where, CALLS.assert_called, CALLS.assert_not_called):
            with pytest.raises(DeckSimError, match=re.escape(text)):
                find(pattern, **expected)


def test_a_call_that_is_no_operation_can_be_asked_for_by_its_error(deck, api):
    api.get("/agent")
    api.put("/agents")
    for pattern, code in (("/v2/agent", "endpoint_not_found"), ("PUT **", "method_not_allowed")):
        deck.requests.assert_called(pattern, error=f"request/{code}", times=1)
    deck.requests.assert_not_called("GET /v1/agents", error="request/endpoint_not_found")
    deck.requests.assert_called("/v2/agent", status=404)
    deck.requests.assert_not_called("HEAD /v2/agent*/agt_1")


def failure(check, *pattern, **expected):
    with pytest.raises(AssertionError) as caught:
        check(*pattern, **expected)
    return str(caught.value).split("\n")


def test_a_failure_shows_the_nearest_call_field_by_field():
    expected = {"status": 409, "json": {"input": {"guest": "Alx", "age": 1, "nights": [1]}}}
    assert failure(CALLS.assert_called, "POST /v2/tasks/*/run", **expected) == [
        "no call was `POST /v2/tasks/*/run` with status 409"
        ' and json {"input": {"guest": "Alx", "age": 1, "nights": [1]}}',
        "the nearest call was",
        '  2025-01-15T09:30:00Z  POST /v2/tasks/task_1/run -> 201  {"connection_id": "conn_1",'
        ' "input": {"guest": "Alex", "nights": [1, 2], "vip": true}}',
        '    matches  method: "POST"',
        "    matches  path: /v2/tasks/task_1/run",
        "    differs  status: expected 409, found 201",
        '    differs  json.input.guest: expected "Alx", found "Alex"',
        "    differs  json.input.age: expected 1, found nothing",
        "    differs  json.input.nights (length): expected 1, found 2",
        "    matches  json.input.nights[0]: 1",
        "the calls were:",
        "  2 x GET /v2/task-runs/* -> 200",
        "  1 x POST /v2/tasks/*/run -> 201",
        "  1 x GET /v2/task-runs/*/storage -> 200",
        "  1 x POST /v2/task-runs/*/cancel -> 409",
        "  1 x GET /v2/task-runs -> 200",
    ]


def test_without_any_call_the_failure_says_so():
    assert failure(Calls().assert_called, "/v2/agents", times=1) == [
        "`/v2/agents` was called 0 times, not once",
        "the list of calls is empty: no call was made, or `where` left none",
    ]
    assert str(Calls()) == "no calls"


def test_a_wrong_count_shows_the_matching_calls():
    assert failure(CALLS.assert_called, "GET /v2/task-runs/*", times=1) == [
        "`GET /v2/task-runs/*` was called twice, not once",
        "  2025-01-15T09:30:00Z  GET /v2/task-runs/trun_1 -> 200",
        "  2025-01-15T09:30:00Z  GET /v2/task-runs/trun_1?include=input -> 200",
    ]
    CALLS.assert_not_called("DELETE /v2/agents/*")
    assert failure(CALLS.assert_not_called, "/v2/task-runs/*/cancel") == [
        "`/v2/task-runs/*/cancel` was called once, but must not be called",
        "  2025-01-15T09:30:00Z  POST /v2/task-runs/trun_1/cancel -> 409"
        " (auth/mfa_invalid, request/state_invalid)  {}",
    ]


def test_the_order_of_calls_can_be_asserted():
    CALLS.assert_order("POST /v2/tasks/*/run", "GET /v2/task-runs/*", "GET /v2/task-runs/*")
    CALLS.assert_order()
    lines = failure(CALLS.assert_order, "POST /v2/task-runs/*/cancel", "GET /v2/task-runs/*")
    assert lines[0] == (
        "expected `GET /v2/task-runs/*` after `POST /v2/task-runs/*/cancel`,"
        " but it was only called before that, as call 2, 3. All calls:"
    )
    assert lines[1].startswith("  1. 2025-01-15T09:30:00Z  POST /v2/tasks/task_1/run -> 201  {")
    (first, *_) = failure(CALLS.assert_order, "GET /v2/sources")
    assert first == "expected `GET /v2/sources`, but it was never called. All calls:"


def test_many_calls_are_cut():
    """A failure stays readable after thousands of polls."""
    many = Calls([call(f"GET /v2/kind_{n}") for n in range(100)])
    assert "  … 61 lines are left out …" in failure(many.assert_called, "GET **", times=1)
    assert failure(many.assert_called, "/v2/agents")[-1] == "  1 x GET /v2/kind_99 -> 200"
    assert cut_middle(["a"] * 3, 3) == ["a"] * 3


def test_the_journal_of_a_world_can_be_asserted(deck, run, api):
    deck.keep_headers("X-Tenant")
    started = run()
    api.get(f"/task-runs/{started['id']}", headers={"User-Agent": "mine", "X-Tenant": "t1"})
    deck.requests.assert_order("POST /v2/tasks/*/run", "GET /v2/task-runs/*")
    (read,) = deck.requests.where(headers={"user-agent": "mine", "X-Tenant": "t1"})
    assert read["answered"] == {"id": started["id"], "status": "queued"}
    deck.requests.where("GET **").assert_not_called(headers={"X-Tenant": "t2"})
    assert deck.api_key not in f"{deck.requests}{[*deck.requests]}"


def test_an_assertion_that_needs_dropped_calls_fails():
    calls, runs = Calls(CALLS, dropped=2), "POST /v2/tasks/*/run"
    for check in (
        partial(calls.assert_called, "POST /v2/agents"),
        partial(calls.assert_called, runs, times=1),
        partial(calls.where("POST **").assert_called, runs, times=1),
        partial(calls.assert_not_called, "POST /v2/agents"),
        partial(calls.assert_order, "POST /v2/agents"),
        LintReport(dropped=2).check,
    ):
        with pytest.raises(AssertionError, match="2 older calls were dropped from the journal"):
            check()
    calls.assert_called(runs)
    calls.assert_order(runs, "GET /v2/task-runs/*")
    assert f"{Calls(dropped=1)}".startswith("1 older call was dropped")


@pytest.fixture
def started(deck, run, api):
    """A run that its client has read ten times a second."""
    started = run()
    assert str(deck.lint) == "no findings"
    deck.lint.check()
    for _ in range(8):
        api.get(f"/task-runs/{started['id']}")
        deck.sleep(0.1)
    return started


def test_a_finding_says_what_why_and_how_to_fix_it(deck, started):
    report = str(deck.lint).split("\n")
    what = f"`{started['id']}` was read again less than 1s after the last read, 7 times"
    assert report[0] == f"polls_too_often: {what}"
    titles = [line.partition(":")[0] for line in report[1:3]]
    assert titles == ["  why it matters", "  how to fix it"]
    assert report[3].endswith(f"GET /v2/task-runs/{started['id']}")
    assert report[-1] == "    and 2 more"
    five_calls = {**deck.lint[0], "calls": deck.lint[0]["calls"][:5]}
    assert LintReport([five_calls]).lines() == ["\n".join(report[:-1])]
    with pytest.raises(AssertionError) as caught:
        deck.lint.check()
    assert str(caught.value).split("\n") == report
    deck.lint.check("polls_too_often")


def test_the_poll_interval_can_be_set(deck, started):
    deck.poll_interval = "0s"
    assert deck.lint == ()
    deck.poll_interval = "soon"
    with pytest.raises(DeckSimError, match="`poll_interval`: "):
        _ = deck.lint
