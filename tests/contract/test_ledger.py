import re
from collections import Counter

from kiosk import registered

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.ledger import rows_of

# How a source begins: a page by its topic, what a client does, or why deck-sim decided so.
SOURCES = {
    "documented": r"docs\.deck\.co, [^:]+: .+",
    "observed": r"(a public client|docs\.prodbreak\.com, [^:]+|an answer of api\.deck\.co): .+",
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


# The rows that name the statuses of a kind of resource.
STATUS_ROWS = {
    "task": "task_statuses",
    "task_run": "run_statuses pending review_required cancelling",
    "connection": "connection_statuses",
    "credential": "credential_statuses",
    "session": "session_statuses",
    "event_destination": "destination_statuses",
    "event_delivery": "delivery_success delivery_pending",
}
# The calls that a row means, if its sentence does not write them like `GET /test`.
CALLS = {
    "agents_calls": "create_agent list_agents",
    "agent_calls": "get_agent update_agent delete_agent",
    "sources_calls": "create_source",
    "source_calls": "list_sources get_source update_source delete_source",
    "tasks_calls": "create_task",
    "task_calls": "list_tasks get_task",
    "task_changes": "update_task delete_task",
    "task_runs_calls": "list_task_runs get_task_run",
    "files_calls": "list_run_storage",
    "file_calls": "get_storage list_run_screenshots",
    "event_destinations_calls": "create_event_destination",
    "event_destination_calls": (
        "get_event_destination update_event_destination delete_event_destination"
    ),
    "event_destination_list": "list_event_destinations",
    "event_deliveries_call": "list_event_deliveries",
    "connections_calls": "open_connection list_connections get_connection update_connection",
    "credentials_calls": (
        "create_credential list_credentials get_credential update_credential delete_credential"
    ),
    "sessions_calls": "list_sessions",
    "events_calls": "list_events get_event",
}


def without_row(edition):
    """The statuses and calls of an edition that no row of the ledger names."""
    end = f"_in_{edition.name}"
    rows = {row.name.removesuffix(end): row.what for row in rows_of(edition.name)}
    called = {call for row in CALLS.keys() & rows for call in CALLS[row].split()}
    for kind in edition.kinds.values():
        sentences = [rows.get(row, "") for row in STATUS_ROWS.get(kind.object, "").split()]
        yield from (
            f"{kind.object}: {status}"
            for status in kind.statuses
            if not any(f"`{status}`" in sentence for sentence in sentences)
        )
    for call in edition.every_operation:
        written = f"`{call.method} {call.path}`"
        if call.name not in called and not any(written in what for what in rows.values()):
            yield call.name


def test_every_status_and_call_has_a_row():
    """A new one fails here until the ledger says how we know it. A row without its path or for
    another kind goes into CALLS or STATUS_ROWS.
    """
    assert [row for edition in EDITIONS.values() for row in without_row(edition)] == []


def test_a_status_and_a_call_without_a_row_are_noticed():
    with registered() as kiosk:
        new = {*without_row(kiosk)}
    assert {"task_run: parked", "create_desk", "close_connection"} <= new
    assert new.isdisjoint({"task_run: running", "create_agent", "test_key"})
