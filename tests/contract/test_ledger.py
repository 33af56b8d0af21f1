"""The rows of the fidelity ledger."""

import re
from collections import Counter

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.ledger import rows_of

# How a source begins: a page by its topic, what a client does, or why deck-sim decided so.
SOURCES = {
    "documented": r"docs\.deck\.co, [^:]+: .+",
    "observed": r"(a public client|docs\.prodbreak\.com, [^:]+): .+",
    "assumed": "(nothing public; |two pages differ: ).+",
}


def test_each_row_is_a_sentence_with_a_source_that_fits_its_grade():
    wrong = [
        row.name
        for row in rows_of()
        if not re.fullmatch(SOURCES[row.grade], row.source)
        or not row.what.endswith(".")
        or not {*row.editions} <= {*EDITIONS}
        or not row.editions
        or not re.fullmatch(r"\d{4}-\d\d-\d\d", row.date)
    ]
    assert wrong == []


# The editions that a page of Deck's documentation describes, by how its name ends.
READ_FOR = {
    "both revisions": {"connections", "credentials"},
    "earlier revision": {"connections"},
    "": {"credentials"},
}


def read_for(source):
    page = source.partition(": ")[0]
    return next(editions for end, editions in READ_FOR.items() if page.endswith(end))


def test_no_documented_row_claims_an_edition_for_which_it_was_not_read():
    """Neither does it leave one out."""
    assert {*EDITIONS} == set.union(*READ_FOR.values()), "say in READ_FOR which pages describe it"
    rows = rows_of(grade="documented")
    assert [row.name for row in rows if {*row.editions} != read_for(row.source)] == []


def test_names_of_rows_are_unique():
    assert [name for name, n in Counter(r.name for r in rows_of()).items() if n > 1] == []


def test_each_source_is_about_its_row():
    """It is not the sentence of the row, and at most two rows share one."""
    facts = {row.name: re.split(": |; ", row.source, maxsplit=1)[1] for row in rows_of()}
    assert [r.name for r in rows_of() if facts[r.name].strip(".") == r.what.strip(".")] == []
    assert [source for source, n in Counter(r.source for r in rows_of()).items() if n > 2] == []


def test_rows_are_filtered_by_edition_and_grade():
    """An error has the editions of the catalog."""
    assert {row.grade for row in rows_of(grade="observed")} == {"observed"}
    assert all("connections" in row.editions for row in rows_of("connections"))
    names = {row.name for row in rows_of("connections")}
    assert {"base_path", "reopen_path", "connection_not_found"} <= names
    assert "credential_not_found" not in names


def test_a_grade_of_one_edition_is_assumed_in_the_others():
    grades = {
        (edition, row.name.removesuffix(f"_in_{edition}")): row.grade
        for edition in EDITIONS
        for row in rows_of(edition)
    }
    for name in ("timeout_cap", "idempotency_key_error"):
        assert grades["credentials", name] == "documented"
        assert grades["connections", name] == "assumed"
    assert grades["connections", "source_meanings"] == "documented"
