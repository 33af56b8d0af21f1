"""Everything in the tables has a row in the ledger, and every row has an existing subject."""

from collections import Counter
from dataclasses import fields

import pytest

from deck_sim.contract.assumptions import DELETED, PATCH, SEVERAL, UNKNOWN_PARAMETER
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.contract.fidelity import read_rows
from deck_sim.contract.interactions import PROMPTS
from deck_sim.contract.ledger import assumptions_of, ledger, row_of_error, rows_of
from deck_sim.contract.ledger.rows import ROWS
from deck_sim.contract.operations import PAGING
from deck_sim.server.idempotency import TWO_AT_ONCE

# Fields of an edition whose rows have ledger rows of their own.
NO_BEHAVIOUR = {"name", "kinds", "login", "login_status", "bodies", "operations", "errors"}
NO_BEHAVIOUR |= {"ledger"}
PLAIN = ("include", *PAGING[:2])  # parameters that conventions describe
BY_HAND = {  # subjects that are in no table
    *(SEVERAL, UNKNOWN_PARAMETER, DELETED, PATCH, TWO_AT_ONCE, "HEAD"),
    *("delete of what is used", "rotate secret", "secret shown"),
    *("idempotency key on another call", "empty idempotency key"),
    *("task_run.answer, again", "task_run.answer, running", "patch of a destination's object"),
}


def subjects(edition):
    """Groups of subjects of an edition; one of each group must have a row."""
    errors = (e for e in CATALOG.values() if e.grade != "ours" and edition.has_error(e.name))
    yield from ([error.name] for error in errors)
    for operation in edition.every_operation:
        yield [operation.call]
        asked = set(operation.parameters) - {*PLAIN}
        yield from ([f"{operation.call}?{name}"] for name in sorted(asked))
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
    led = [(status, field) for status in machine.leads_first for field in machine.leads]
    yield from (
        [f"{kind}.{status}@{field}"] for status, field in led if status in machine.leads[field]
    )
    yield from ([f"{kind}.result"] for _ in list(machine.results)[:1])
    yield from ([f"{kind}.event@{status}"] for status in machine.spelled)


@pytest.mark.parametrize("edition", EDITIONS)
def test_everything_in_the_tables_has_a_row(edition):
    """Commands, machines, transitions, calls, errors, limits and prompts."""
    covered = {subject for row in rows_of(edition) for subject in row.of}
    missing = [names for names in subjects(EDITIONS[edition]) if not covered & {*names}]
    assert missing == [], "each needs a ledger row that names one of its subjects under `of`"


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_subject_of_a_row_exists(edition):
    """In the tables of the edition, or in the list above."""
    known = {name for names in subjects(EDITIONS[edition]) for name in names} | BY_HAND
    assert [row.name for row in rows_of(edition) if not known.issuperset(row.of)] == []


def test_names_of_rows_are_unique():
    """Rows with one name would become one row."""
    rows = [*ROWS, *(row_of_error(error) for error in CATALOG.values() if error.grade != "ours")]
    rows += [row for edition in EDITIONS.values() for row in edition.ledger]
    known = {op.known for edition in EDITIONS.values() for op in edition.every_operation}
    rows += read_rows("\n".join(known))
    assert [name for name, count in Counter(r.name for r in rows).items() if count > 1] == []


def test_a_row_in_a_text_has_a_sentence_subjects_a_source_and_a_date():
    """Its lines may be broken anywhere; a subject may have several parameters."""
    row, other = read_rows("""
# Tea
pot_is_hot (assumed, strict): The pot
    is hot.
    of: GET /pots?size&lid; pot.pour,
        twice
    source: the page "Tea":
        "mind the pot"
    date: 2026-12-01

# Cups
cups (documented): Cups exist.""")
    assert (row.name, row.grade, row.mark) == ("pot_is_hot", "assumed", "strict")
    assert (row.what, row.topic) == ("The pot is hot.", "Tea")
    assert row.of == ("GET /pots?size", "GET /pots?lid", "pot.pour, twice")
    assert (row.source, row.date) == ('the page "Tea": "mind the pot"', "2026-12-01")
    assert (other.of, other.mark, other.topic) == ((), "none", "Cups")
    assert other.source == "Deck's documentation"


@pytest.mark.parametrize(
    "text",
    [
        "tea (assumed): Tea is hot.",
        "tea (assumed, maybe): Tea is hot.",
        "tea (documented, header): Tea is hot.",
        "tea (known): Tea is hot.",
        "tea: Tea is hot.",
    ],
)
def test_an_assumed_row_has_a_mark_or_a_reason_for_none(text):
    """Other rows have neither; every row has a grade."""
    with pytest.raises(AssertionError, match="tea"):
        read_rows(text)


def test_each_row_is_a_sentence():
    """It ends with a period."""
    assert [row.name for row in ledger().values() if not row.what.endswith(".")] == []


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
