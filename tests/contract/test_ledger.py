"""Everything in the tables has a row in the ledger, and every row has an existing subject."""

import re
from collections import Counter

import pytest

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import CATALOG, read_errors
from deck_sim.contract.fidelity import CHECKED, read_rows
from deck_sim.contract.ledger import ledger, row_of_error, rows_of, shared_rows
from deck_sim.contract.subjects import subject_groups, subjects


@pytest.mark.parametrize("edition", EDITIONS)
def test_everything_in_the_tables_has_a_row(edition):
    """Commands, machines, transitions, calls, errors, limits and prompts."""
    covered = {subject for row in rows_of(edition) for subject in row.of}
    missing = [names for names in subject_groups(EDITIONS[edition]) if not covered & {*names}]
    assert missing == [], "each needs a ledger row that names one of its subjects under `of`"


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_subject_of_a_row_exists(edition):
    """In the tables of the edition, or in the list of `subjects`."""
    known = subjects(edition)
    assert [row.name for row in rows_of(edition) if not known.issuperset(row.of)] == []


def test_names_of_rows_are_unique():
    """Rows with one name would become one row."""
    rows = [
        *shared_rows(),
        *(row_of_error(error) for error in CATALOG.values() if error.grade != "ours"),
    ]
    rows += [row for edition in EDITIONS.values() for row in read_rows(edition.ledger)]
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
    source: nothing public;
        cold tea is no tea
    date: 2026-12-01

# Cups
cups (documented): Cups exist.
    source: docs.deck.co, guide, tea: the cups""")
    assert (row.name, row.grade, row.mark) == ("pot_is_hot", "assumed", "strict")
    assert (row.what, row.topic) == ("The pot is hot.", "Tea")
    assert row.of == ("GET /pots?size", "GET /pots?lid", "pot.pour, twice")
    assert (row.source, row.date) == ("nothing public; cold tea is no tea", "2026-12-01")
    assert (other.of, other.mark, other.topic) == ((), "none", "Cups")
    assert (other.source, other.date) == ("docs.deck.co, guide, tea: the cups", CHECKED)


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


@pytest.mark.parametrize(
    ("grade", "source"),
    [
        ("documented", ""),
        ("documented", "docs.deck.co"),
        ("documented", "docs.deck.co: tea is hot"),
        ("documented", "nothing public; tea is hot"),
        ("observed", "client code"),
        ("assumed, header", "nothing public"),
    ],
)
def test_a_row_needs_a_source_that_fits_its_grade(grade, source):
    """A page and what it says, what a client does, or the reason of an assumption."""
    with pytest.raises(AssertionError, match="source"):
        read_rows(f"tea ({grade}): Tea is hot.\n    source: {source}")
    with pytest.raises(AssertionError, match="source"):
        read_errors(f"tea/hot 400 ({grade.partition(',')[0]}): Tea is hot.\n    source: {source}")


def test_each_source_is_about_its_row():
    """It is not the sentence of the row, and at most two rows share one."""
    rows = ledger().values()
    said = {row.name: re.split(": |; ", row.source, maxsplit=1)[1] for row in rows}
    assert [row.name for row in rows if said[row.name].strip(".") == row.what.strip(".")] == []
    assert [source for source, n in Counter(r.source for r in rows).items() if n > 2] == []


def test_each_row_is_a_sentence():
    """It ends with a period."""
    assert [row.name for row in ledger().values() if not row.what.endswith(".")] == []


def test_rows_are_filtered_by_edition_and_grade():
    """Both filters are optional."""
    assert rows_of() == list(ledger().values())
    assert {row.grade for row in rows_of(grade="observed")} == {"observed"}
    assert {row.edition for row in rows_of("connections")} == {None, "connections"}
