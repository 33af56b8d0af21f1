from deck_sim.contract.answers import PROMPTS
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import CATALOG

ROWS = [(edition, row) for edition in EDITIONS.values() for row in edition.kinds.values()]

# As documented: prefix, path, first status, HTTP status of a create. The independent judge.
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


def test_prefix_path_and_first_status_are_as_documented():
    for edition, row in ROWS:
        first = row.machine and row.machine.initial
        assert (row.prefix, row.path, first, row.create_status) == DOCUMENTED[row.object]
        assert edition.kinds[row.object] is row


def test_a_row_refers_only_to_kinds_of_its_edition():
    for edition, row in ROWS:
        kinds = {*row.references.values(), *(embed.kind for embed in row.embeds.values())}
        assert kinds <= set(edition.kinds)
        assert row.not_found_error in CATALOG
        assert set(row.embeds) <= set(row.attributes)
        for embed in row.embeds.values():
            assert edition.kinds[embed.kind].references[embed.by] == row.object


def test_filters_and_references_are_fields_of_the_row():
    for edition, row in ROWS:
        fields = {row.filter_fields.get(name, name) for name in row.filters}
        assert {*fields, *row.named_by, *row.named_by.values()} <= set(row.attributes)
        assert set(row.summary or ()) <= {"id", "object", *row.attributes, *row.moments}
        sent = edition.body(row.create).model_fields if row.create else ()
        inner = (*row.schemas, *row.needs, *row.needs.values())
        assert {*row.references, *(name.partition(".")[0] for name in inner)} <= set(sent)


def test_documented_interactions_have_their_documented_field():
    assert {name: prompt.field for name, prompt in PROMPTS.items()} == {
        "mfa": "code",
        "security_question": "answer",
        "account_selection": "account_id",
    }
