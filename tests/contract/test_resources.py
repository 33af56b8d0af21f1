"""The rows of the resources, and the editions that choose among them."""

import pytest

from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.contract.interactions import PROMPTS

ROWS = [
    pytest.param(edition, row, id=f"{edition.name}: {row.object}")
    for edition in EDITIONS.values()
    for row in edition.kinds.values()
]
EVERY_ROW = pytest.mark.parametrize(("edition", "row"), ROWS)

# Section 1 and 2 of the contract, written down a second time.
DOCUMENTED = {
    "agent": ("agt", "agents", None, 201),
    "source": ("src", "sources", None, 200),
    "task": ("task", "tasks", "learning", 201),
    "connection": ("conn", "connections", "connecting", 201),
    "credential": ("cred", "credentials", "unverified", 201),
    "session": ("sess", "sessions", "queued", 201),
    "task_run": ("trun", "task-runs", "queued", 201),
    "storage": ("stor", "storage", None, 201),
    "event_destination": ("evtd", "event-destinations", "active", 201),
    "event_delivery": ("edlv", "event-deliveries", "pending", 201),
}


@EVERY_ROW
def test_prefix_path_and_first_status_are_those_of_the_contract(edition, row):
    """Ids, paths, first statuses and the answer to a create are as documented."""
    expected = DOCUMENTED[row.object]
    assert (row.prefix, row.path, row.first_status, row.create_status) == expected
    assert edition.kinds[row.object] is row


@EVERY_ROW
def test_a_row_names_only_what_there_is(edition, row):
    """References and embedded lists are kinds of the edition, and the not-found error exists."""
    named = {*row.references.values(), *(embed.kind for embed in row.embeds.values())}
    assert named <= set(edition.kinds)
    assert row.not_found in CATALOG
    assert set(row.embeds) <= set(row.attributes)
    for embed in row.embeds.values():
        assert edition.kinds[embed.kind].references[embed.by] == row.object


@EVERY_ROW
def test_a_row_filters_and_checks_by_fields_that_it_has(edition, row):
    """Filters are printed attributes; references and schemas are fields of the body."""
    fields = {row.filter_fields.get(name, name) for name in row.filters}
    assert {*fields, *row.named_by, *row.named_by.values()} <= set(row.attributes)
    assert set(row.summary or ()) <= set(row.attributes)
    sent = edition.body(row.create).model_fields if row.create else ()
    assert {*row.references, *row.schemas} <= set(sent)


@EVERY_ROW
def test_a_kind_with_statuses_begins_in_one_of_them(edition, row):
    """The first status is one of the statuses; a kind without any has none."""
    assert row.first_status in (row.statuses or (None,))
    assert ("status" in row.attributes) == bool(row.statuses)


@EVERY_ROW
def test_an_update_changes_only_what_a_create_may_set(edition, row):
    """The fields of an update are among those of the create."""
    if "update" in row.verbs:
        assert set(edition.body(row.update).model_fields) <= set(
            edition.body(row.create).model_fields
        )


def test_the_noun_of_a_kind_reads_well_in_a_sentence():
    """Messages say `task run`, as people do."""
    assert EDITIONS["connections"].kinds["task_run"].noun == "task run"


def test_a_kind_without_a_machine_has_none_to_ask_for():
    """Asking for the state machine of an agent is a bug, and is found at once."""
    with pytest.raises(AssertionError, match="agent has no state machine"):
        EDITIONS["connections"].machine("agent")


def test_the_usual_edition_is_the_one_of_the_original_brief():
    """A world is of the `connections` edition unless told otherwise."""
    assert DEFAULT_EDITION == "connections"
    assert DEFAULT_EDITION in EDITIONS


def test_every_documented_interaction_asks_for_its_documented_field():
    """`mfa` asks for `code`, and so on."""
    assert {name: prompt.field for name, prompt in PROMPTS.items()} == {
        "mfa": "code",
        "security_question": "answer",
        "account_selection": "account_id",
    }
