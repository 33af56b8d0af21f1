"""The fidelity ledger against the tables: nothing in them without a row, and no row of nothing."""

from collections import Counter
from dataclasses import fields

import pytest

from deck_sim.contract.assumptions import DELETED, PATCH, SEVERAL, UNKNOWN_PARAMETER
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.contract.interactions import PROMPTS
from deck_sim.contract.ledger import assumptions_of, ledger, rows_of, topics
from deck_sim.contract.ledger.errors import name_of
from deck_sim.contract.operations import PAGING
from deck_sim.server.api.app import routes_of
from deck_sim.server.idempotency import TWO_AT_ONCE

# Fields of an edition whose rows have ledger rows of their own.
NO_BEHAVIOUR = (
    "name",
    "kinds",
    "login",
    "login_status",
    "bodies",
    "operations",
    "errors",
    "ledger",
)
PLAIN = ("include", *PAGING[:2])  # parameters of which a row says more than that there are such
BY_HAND = {  # in no table
    *(SEVERAL, UNKNOWN_PARAMETER, DELETED, PATCH, TWO_AT_ONCE, "HEAD"),
    *("delete of what is used", "rotate secret", "secret shown"),
    *("idempotency key on another call", "empty idempotency key"),
    *("task_run.answer, again", "task_run.answer, running", "patch of a destination's object"),
}

# Assumptions that no answer tells, and why. An error that tells of one is itself marked.
UNTOLD = {
    "every answer of its kind rests on it": """
        moments_without_zeros lists_newest_first pages_are_stable prompt_texts runtime_from_running
        storage_result_success screenshots_oldest_first event_summary_fields
        destination_hides_secrets custom_headers_shown lists_in_one_page delivery_pending
        idempotency_same_request_id idempotency_parameters""",
    "it shows only later, or elsewhere": """
        idempotency_never_kept rate_limit_window invalid_after_attempts credential_led_by_run
        session_follows_run completing_lasts runs_end_with_session review_by_control_api
        cancelling_lasts cancelling_stays result_of_canceled task_timeout_counts_from_creation
        inactivity_in_credentials inactivity_is_task_timeout
        interaction_window interaction_attempts credential_created_event retry_delays
        subscribers_of_the_moment retries_follow_the_destination destination_credentials_unused""",
    "the error that tells of it is marked": """
        schema_errors_in_envelope bad_page_is_input_invalid fixed_fields odd_json_refused odd_calls
        login_is_required disconnect_in_no_other_status one_run_at_a_time what_belongs_together
        answer_needs_every_field""",
    "only a call that is odd rests on it": """
        moments_exclude_themselves last_key_counts retry_after
        external_id_in_every_status external_id_verifies_nothing""",
}


def subjects(edition):
    """All that the tables of an edition say: each the names of which one has to have a row."""
    errors = (e for e in CATALOG.values() if e.grade != "ours" and edition.has_error(e.name))
    yield from ([error.name] for error in errors)
    yield from ([f"{route.method} {route.path}"] for route in routes_of(edition))
    for route in routes_of(edition):
        asked = set(route.operation.parameters) - {*PLAIN}
        yield from ([f"{route.method} {route.path}?{name}"] for name in sorted(asked))
    yield from ([f"edition.{f.name}"] for f in fields(Edition) if f.name not in NO_BEHAVIOUR)
    yield from ([f"interaction.{type_}"] for type_ in PROMPTS)
    for kind in edition.kinds.values():
        yield from ([f"include={name}"] for name in kind.includes)
        yield from machine_subjects(kind.object, kind.machine) if kind.machine else ()


def machine_subjects(kind, machine):
    """The same of one machine. A command may have a row as a whole, or one for each status."""
    yield [kind]
    for name, command in machine.commands.items():
        yield from ([f"{kind}.{name}", f"{kind}.{name}@{status}"] for status in command.allowed)
    yield from ([f"{kind}@{status}"] for status in machine.auto_transitions)
    leaving = (*machine.fails_users_with, *machine.cancels_users_in)
    yield from ([f"{kind}.users@{status}"] for status in leaving)
    yield from ([f"{kind}.{field}"] for field in machine.leads)
    yield from ([f"{kind}.result"] for _ in list(machine.results)[:1])
    yield from ([f"{kind}.event@{status}"] for status in machine.spelled)


ALL = [
    pytest.param(edition.name, names, id=f"{edition.name}-{names[-1]}")
    for edition in EDITIONS.values()
    for names in subjects(edition)
]


@pytest.mark.parametrize(("edition", "names"), ALL)
def test_nothing_in_the_tables_goes_without_a_row(edition, names):
    """Every command, machine, passage, call, error, limit and prompt has a row of its edition."""
    covered = {subject for row in rows_of(edition) for subject in row.of}
    assert covered.intersection(names)


@pytest.mark.parametrize("row", ledger().values(), ids=ledger())
def test_no_row_is_of_what_is_not_there(row):
    """What a row says that it is of, is in the tables of each edition that it is of."""
    for edition in (edition for edition in EDITIONS.values() if row in rows_of(edition.name)):
        there = {name for names in subjects(edition) for name in names}
        assert set(row.of) <= there | BY_HAND


def test_what_no_answer_tells_has_its_reason():
    """Each assumption is told by answers, or it is said here why it is not."""
    untold = [name for names in UNTOLD.values() for name in names.split()]
    rows = [row.name for row in ledger().values() if row.grade == "assumed" and row.mark == "none"]
    assert sorted(untold) == sorted(rows)


def test_each_name_is_there_once():
    """No two rows have one name, whatever their topic."""
    counts = Counter(row.name for rows in topics().values() for row in rows)
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("row", ledger().values(), ids=ledger())
def test_each_row_is_a_sentence_that_says_where_from(row):
    """A row ends in a period, names a source and a day, and marks only what is assumed."""
    assert row.what.endswith(".")
    assert row.where_from
    assert row.date == "2026-11-25"
    assert row.mark == "none" or row.grade == "assumed"


@pytest.mark.parametrize("error", CATALOG.values(), ids=CATALOG)
def test_an_error_has_the_grade_of_the_catalog(error):
    """The rows of errors are made from the catalog; our own error is no behaviour of Deck's."""
    row = ledger().get(name_of(error))
    assert row is None if error.grade == "ours" else row.grade == error.grade


def test_an_assumption_counts_in_its_own_edition_alone():
    """The same subject may be assumed in one edition and documented in the other."""
    subject = "idempotency/idempotency_key_error"
    (row,) = assumptions_of("connections", subject)
    assert row.name == "idempotency_key_error_in_connections"
    assert assumptions_of("credentials", subject) == ()


def test_rows_are_chosen_by_edition_and_grade():
    """What is said narrows, and what is not said does not."""
    assert rows_of() == list(ledger().values())
    assert {row.grade for row in rows_of(grade="observed")} == {"observed"}
    assert {row.edition for row in rows_of("connections")} == {None, "connections"}
