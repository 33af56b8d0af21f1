"""Everything in the tables has a row in the ledger, and every row has an existing subject."""

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
BY_HAND = {  # subjects that are in no table
    *(SEVERAL, UNKNOWN_PARAMETER, DELETED, PATCH, TWO_AT_ONCE, "HEAD"),
    *("delete of what is used", "rotate secret", "secret shown"),
    *("idempotency key on another call", "empty idempotency key"),
    *("task_run.answer, again", "task_run.answer, running", "patch of a destination's object"),
}

# Assumed rows without a mark, by the reason.
UNMARKED = {
    "every answer of its kind rests on it": """
        moments_without_zeros lists_newest_first pages_are_stable prompt_texts runtime_from_running
        storage_result_success screenshots_oldest_first event_summary_fields
        destination_hides_secrets custom_headers_shown lists_in_one_page delivery_pending
        idempotency_same_request_id idempotency_parameters""",
    "it shows later or elsewhere": """
        idempotency_never_kept rate_limit_window invalid_after_attempts credential_led_by_run
        session_follows_run completing_lasts runs_end_with_session review_by_control_api
        cancelling_lasts cancelling_stays result_of_canceled task_timeout_counts_from_creation
        inactivity_in_credentials inactivity_is_task_timeout
        interaction_window interaction_attempts credential_created_event retry_delays
        subscribers_of_the_moment retries_follow_the_destination destination_credentials_unused""",
    "its error is marked": """
        schema_errors_in_envelope bad_page_is_input_invalid fixed_fields odd_json_refused odd_calls
        login_is_required disconnect_in_no_other_status one_run_at_a_time what_belongs_together
        answer_needs_every_field""",
    "only unusual calls rest on it": """
        moments_exclude_themselves last_key_counts retry_after
        external_id_in_every_status external_id_verifies_nothing""",
}


def subjects(edition):
    """Groups of subjects of an edition; one of each group must have a row."""
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
    """The groups of one machine. A command has one row, or one for each status."""
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
def test_everything_in_the_tables_has_a_row(edition, names):
    """Commands, machines, transitions, calls, errors, limits and prompts."""
    covered = {subject for row in rows_of(edition) for subject in row.of}
    assert covered.intersection(names)


@pytest.mark.parametrize("row", ledger().values(), ids=ledger())
def test_every_subject_of_a_row_exists(row):
    """In the tables of each edition that has the row."""
    for edition in (edition for edition in EDITIONS.values() if row in rows_of(edition.name)):
        there = {name for names in subjects(edition) for name in names}
        assert set(row.of) <= there | BY_HAND


def test_every_assumption_without_a_mark_has_a_reason():
    """The reasons are listed above."""
    unmarked = [name for names in UNMARKED.values() for name in names.split()]
    rows = [row.name for row in ledger().values() if row.grade == "assumed" and row.mark == "none"]
    assert sorted(unmarked) == sorted(rows)


def test_names_of_rows_are_unique():
    """Across all topics."""
    counts = Counter(row.name for rows in topics().values() for row in rows)
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("row", ledger().values(), ids=ledger())
def test_each_row_is_a_sentence_with_a_source_and_a_date(row):
    """Only assumed rows are marked."""
    assert row.what.endswith(".")
    assert row.where_from
    assert row.date == "2026-11-25"
    assert row.mark == "none" or row.grade == "assumed"


@pytest.mark.parametrize("error", CATALOG.values(), ids=CATALOG)
def test_an_error_has_the_grade_of_the_catalog(error):
    """deck-sim's own error has no row."""
    row = ledger().get(name_of(error))
    assert row is None if error.grade == "ours" else row.grade == error.grade


def test_an_assumption_applies_only_in_its_edition():
    """A subject may be assumed in one edition and documented in the other."""
    subject = "idempotency/idempotency_key_error"
    (row,) = assumptions_of("connections", subject)
    assert row.name == "idempotency_key_error_in_connections"
    assert assumptions_of("credentials", subject) == ()


def test_rows_are_filtered_by_edition_and_grade():
    """Both filters are optional."""
    assert rows_of() == list(ledger().values())
    assert {row.grade for row in rows_of(grade="observed")} == {"observed"}
    assert {row.edition for row in rows_of("connections")} == {None, "connections"}
