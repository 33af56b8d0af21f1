from deck_sim.contract.error_catalog import CATALOG, problem, run_errors

# The documented table: name, HTTP status, grade. This copy is the independent judge.
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
request/connection_not_found 404 assumed
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
deck_sim/origin_refused 403 ours
deck_sim/host_refused 421 ours
deck_sim/state_not_saved 507 ours
"""
DOCUMENTED = {
    "idempotency/idempotency_error": (
        "Idempotency key has already been used with different parameters."
    ),
    "idempotency/idempotency_key_error": "Idempotency key must be at most 256 characters",
    "rate_limit/rate_limit_exceeded": "Too many requests.",
    "rate_limit/session_limit_exceeded": "Agent sandbox limit exceeded.",
    "request/input_missing": "`name` is required and cannot be empty.",
    "task/timeout": "Task execution exceeded the timeout of 30 minutes.",
}
WORDS = "id path method allowed limit file why host origin field timeout"


def test_the_catalog_has_the_errors_of_the_contract():
    lines = {f"{row.name} {row.status or 'run'} {row.grade}" for row in CATALOG.values()}
    assert lines == set(CONTRACT.strip().splitlines()), "a new error needs a line in CONTRACT"


def test_every_message_is_filled_by_its_words():
    """No placeholder is left, and the message is a sentence; Deck's own may lack the full stop."""
    problems = [problem(name, **dict.fromkeys(WORDS.split(), "x")) for name in CATALOG]
    assert [p.name for p in problems] == [*CATALOG]
    assert [p for p in problems if "{" in p.message] == []
    assert {p.message for p in problems if not p.message.endswith(".")} <= {*DOCUMENTED.values()}


def test_a_documented_message_is_word_for_word():
    words = {"field": "name", "timeout": "30 minutes"}
    assert {name: problem(name, **words).message for name in DOCUMENTED} == DOCUMENTED


def test_runs_do_not_fail_with_errors_of_calls():
    types = ("request", "idempotency", "deck_sim")
    wrong_call = {name for name in CATALOG if name.split("/")[0] in types}
    assert set(run_errors()) == set(CATALOG) - wrong_call


def test_a_given_message_replaces_the_catalog_s():
    assert problem("task/timeout", "{no} words").message == "{no} words"
