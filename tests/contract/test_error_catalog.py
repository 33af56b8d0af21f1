"""The error catalog, against the documentation."""

import string

import pytest

from deck_sim.contract.error_catalog import (
    CATALOG,
    IN_RUN_ONLY,
    ApiError,
    Problem,
    problem,
    refuse,
    run_errors,
)

# The table of the contract, written down a second time: name, HTTP status, grade.
CONTRACT = """
api/api_error 500 documented
api/timeout 500 documented
api/endpoint_deprecated 400 documented
idempotency/idempotency_error 409 documented
idempotency/idempotency_key_error 400 documented
connection/timeout 504 documented
connection/blocked 503 documented
session/timeout 504 documented
rate_limit/rate_limit_exceeded 429 documented
rate_limit/session_limit_exceeded 429 documented
source/source_error 503 documented
source/source_invalid 400 documented
source/source_not_found 404 documented
source/source_not_available 503 documented
source/source_blocked 403 documented
request/input_missing 400 documented
request/input_invalid 400 assumed
request/body_invalid 400 assumed
request/api_key_invalid 401 observed
request/task_not_found 404 observed
request/agent_not_found 404 observed
request/connection_not_found 404 observed
request/credential_not_found 404 observed
request/session_not_found 404 observed
request/task_run_not_found 404 observed
request/storage_not_found 404 observed
request/event_not_found 404 observed
request/event_destination_not_found 404 observed
request/event_delivery_not_found 404 observed
request/endpoint_not_found 404 assumed
request/method_not_allowed 405 assumed
request/state_invalid 409 assumed
request/payload_too_large 413 assumed
auth/auth_invalid 401 documented
auth/auth_method_invalid 400 assumed
auth/auth_locked run assumed
auth/mfa_invalid run assumed
interaction/interaction_timeout run documented
interaction/mfa_timeout run documented
task/timeout run documented
task/task_failed run assumed
task/output_invalid run assumed
task/review_rejected run assumed
storage/storage_error run assumed
storage/extraction_failed run assumed
organization/plan_limit_reached 403 assumed
deck_sim/assumption_refused 501 ours
"""
EXPECTED = [line.split() for line in CONTRACT.strip().splitlines()]
WORDS = {"id": "trun_1", "path": "/x", "method": "PUT", "allowed": "`GET`", "limit": "1 MiB"}
WORDS |= {"behaviour": "reopen_path", "what": "It is so."}


def test_the_catalog_is_the_contract_s():
    """Every error of the contract has one row, and there is one other, which is ours."""
    shown = {row.name: row.status or "run" for row in CATALOG.values()}
    assert {name: f"{status}" for name, status in shown.items()} == {
        name: status for name, status, _ in EXPECTED
    }


@pytest.mark.parametrize(("name", "status", "grade"), EXPECTED)
def test_a_row_is_graded_as_in_the_contract(name, status, grade):
    """The grade says how we know; the HTTP status is for calls only."""
    row = CATALOG[name]
    assert row.grade == grade
    assert (row.status == IN_RUN_ONLY) == (status == "run")


@pytest.mark.parametrize("name", CATALOG)
def test_every_message_is_completed_by_its_words(name):
    """With the words that belong to it, no message shows a placeholder, and it is a sentence."""
    made = problem(name, field="name", timeout="5 minutes", **WORDS)
    assert "{" not in made.message
    assert made.message.endswith(".")
    assert made.name == name


@pytest.mark.parametrize("name", CATALOG)
def test_a_message_with_a_missing_word_is_a_bug_that_is_found(name):
    """A placeholder that nobody fills is a `KeyError`, never a half sentence."""
    words = {word for _, word, _, _ in string.Formatter().parse(CATALOG[name].message) if word}
    if words - {"field"}:
        with pytest.raises(KeyError):
            problem(name, field="name")


def test_a_run_fails_with_nothing_that_only_tells_a_caller_it_was_wrong():
    """Errors of the request and of idempotency, and our own, are for answers alone."""
    types = ("request", "idempotency", "deck_sim")
    wrong_call = {name for name in CATALOG if name.split("/")[0] in types}
    assert set(run_errors()) == set(CATALOG) - wrong_call


def test_an_unknown_name_is_a_bug_that_is_found():
    """There is no error beside the catalog."""
    with pytest.raises(KeyError):
        problem("request/teapot")


def test_a_message_of_one_s_own_replaces_the_catalog_s():
    """A given message is taken as it is, braces and all."""
    assert problem("task/timeout", "{no} words").message == "{no} words"


def test_field_is_shown_only_where_it_applies():
    """An element without a place has no `field`."""
    assert problem("api/timeout").as_json() == {
        "type": "api",
        "code": "timeout",
        "message": "The request took too long.",
    }
    assert problem("request/input_missing", field="name").as_json() == {
        "type": "request",
        "code": "input_missing",
        "field": "name",
        "message": "`name` is required and cannot be empty.",
    }


def test_an_answer_has_the_status_of_its_first_problem():
    """Several problems, one HTTP status; the exception's text names them all."""
    first, second = problem("request/agent_not_found", id="agt_1"), Problem("request", "x", "Two.")
    error = ApiError(first, second, headers={"Allow": "GET"})
    assert (error.status, error.headers) == (404, {"Allow": "GET"})
    assert str(error) == "No agent has the id `agt_1`.; Two."
    assert refuse("rate_limit/rate_limit_exceeded").headers == {}
