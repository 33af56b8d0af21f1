import pytest

from deck_sim.contract.editions import EDITIONS

EDITION = EDITIONS["connections"]
SCHEMA = {"type": "object"}
STORAGE = {"enabled": True, "extraction": True, "extraction_schema": SCHEMA}
STORAGE |= {"extraction_prompt": "The totals.", "deduplication": True, "deduplication_schema": None}
# A new value for each field that can be changed.
NEW = {
    "agents": {"name": "New", "description": "New"},
    "sources": {"name": "New", "website": {"url": "https://new.example"}},
    "tasks": {
        **dict.fromkeys(("name", "description", "prompt"), "New"),
        **dict.fromkeys(("input_schema", "output_schema"), SCHEMA),
        "storage": STORAGE,
        "extraction": True,
        "settings": {"timeout_seconds": 31_536_000},  # the most
    },
    "connections": {"external_id": "new"},
    "event-destinations": {
        "name": "New",
        "config": {"url": "http://127.0.0.1:9/new", "custom_headers": None},
        "events": ["task.reset"],
        "status": "inactive",
        "credentials": {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    },
}
# The fields that null clears; the others are required.
CLEARED = {
    "agents": ["description"],
    "sources": ["name"],
    "tasks": ["description", "prompt", "storage", "input_schema", "output_schema"],
    "connections": ["external_id"],
}


@pytest.fixture
def paths(api, task, connection):
    hook = {"name": "H", "type": "webhook", "config": {"url": "http://127.0.0.1:9/"}}
    destination = api.post("/event-destinations", json={**hook, "events": ["agent.created"]}).json()
    ids = {"agents": task["agent_id"], "sources": connection["source_id"], "tasks": task["id"]}
    ids |= {"connections": connection["id"], "event-destinations": destination["id"]}
    return {kind: f"/{kind}/{id_}" for kind, id_ in ids.items()}


@pytest.fixture
def show(api, paths):
    """A resource as it is now, without the id of the request."""

    def show(kind):
        resource = api.get(paths[kind]).json()
        del resource["request_id"]
        return resource

    return show


def test_the_table_has_every_field_of_every_update():
    operations = {operation.call: operation for operation in EDITION.every_operation}
    for kind in EDITION.kinds.values():
        if "update" in kind.verbs:
            name = EDITION.body_name(operations[f"PATCH /{kind.path}/{{id}}"])
            assert EDITION.body(name).model_fields.keys() == NEW[kind.path].keys()


def test_a_change_sets_one_field_and_keeps_the_others(api, advance, paths, show):
    for kind, name, value in [(k, name, value) for k in NEW for name, value in NEW[k].items()]:
        before = show(kind)
        advance("1s")
        answer = api.patch(paths[kind], json={name: value})
        assert answer.status_code == 200, answer.text
        after = show(kind)
        assert after["updated_at"] > before["updated_at"]
        set_ = {} if name == "credentials" else {name: value}
        assert after == {**before, **set_, "updated_at": after["updated_at"]}


def test_null_clears_a_nullable_field(api, paths, show):
    for kind, name in [(path, name) for path in CLEARED for name in CLEARED[path]]:
        api.patch(paths[kind], json={name: NEW[kind][name]})
        assert show(kind)[name] is not None
        assert api.patch(paths[kind], json={name: None}).status_code == 200
        assert show(kind)[name] is None


def test_a_fixed_field_is_not_called_unknown(api, task):
    """A client that sends back a resource reads which fields to leave out."""
    (error,) = api.patch(f"/tasks/{task['id']}", json={"agent_id": None}).json()["errors"]
    assert error["message"] == "`agent_id`: cannot be changed"


def test_a_change_replaces_a_whole_object(api, task):
    for schema in ({"type": "object", "title": "Old"}, SCHEMA):
        changed = api.patch(f"/tasks/{task['id']}", json={"input_schema": schema}).json()
        assert changed["input_schema"] == schema
