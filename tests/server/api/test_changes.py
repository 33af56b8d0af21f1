"""PATCH of each field of each resource: absent, null, a value."""

import pytest

from deck_sim.contract.editions import EDITIONS

KINDS, BODY = EDITIONS["connections"].kinds, EDITIONS["connections"].body
MODELS = {
    "agents": BODY("UpdateAgent"),
    "sources": BODY("UpdateSource"),
    "tasks": BODY("UpdateTask"),
    "connections": BODY("UpdateConnection"),
    "event-destinations": BODY("UpdateDestination"),
}
SCHEMA = {"type": "object"}
STORAGE = {"enabled": True, "extraction": True, "extraction_schema": SCHEMA}
STORAGE |= {"extraction_prompt": "The totals.", "deduplication": True, "deduplication_schema": None}

# A new value for each field that can be changed.
VALUES = {
    ("agents", "name"): "New",
    ("agents", "description"): "New",
    ("sources", "name"): "New",
    ("sources", "website"): {"url": "https://new.example"},
    ("tasks", "name"): "New",
    ("tasks", "description"): "New",
    ("tasks", "prompt"): "New",
    ("tasks", "input_schema"): SCHEMA,
    ("tasks", "output_schema"): SCHEMA,
    ("tasks", "storage"): STORAGE,
    ("tasks", "extraction"): True,
    ("tasks", "settings"): {"timeout_seconds": 31_536_000},  # the most
    ("connections", "external_id"): "new",
    ("event-destinations", "name"): "New",
    ("event-destinations", "config"): {"url": "http://127.0.0.1:9/new", "custom_headers": None},
    ("event-destinations", "events"): ["task.reset"],
    ("event-destinations", "status"): "inactive",
    ("event-destinations", "credentials"): {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
}
HIDDEN = {("event-destinations", "credentials")}
# The fields that null clears; the others are required.
CLEARED = {
    *(("agents", "description"), ("sources", "name"), ("connections", "external_id")),
    *(("tasks", name) for name in ("description", "prompt", "storage")),
    *(("tasks", name) for name in ("input_schema", "output_schema")),
}


def names_of(kind):
    """The fields of a kind that can be changed."""
    return [name for found, name in VALUES if found == kind]


@pytest.fixture
def paths(api, task, connection):
    """The path of a resource of each kind that can be changed."""
    hook = {"name": "H", "type": "webhook", "config": {"url": "http://127.0.0.1:9/"}}
    made = api.post("/event-destinations", json={**hook, "events": ["agent.created"]}).json()["id"]
    return {
        "agents": f"/agents/{task['agent_id']}",
        "sources": f"/sources/{connection['source_id']}",
        "tasks": f"/tasks/{task['id']}",
        "connections": f"/connections/{connection['id']}",
        "event-destinations": f"/event-destinations/{made}",
    }


@pytest.fixture
def show(api, paths):
    """A resource as it is now, without the id of the request."""

    def show(kind):
        shown = api.get(paths[kind]).json()
        del shown["request_id"]
        return shown

    return show


def test_the_table_has_every_field_of_every_update():
    assert {kind.path for kind in KINDS.values() if "update" in kind.verbs} == {*MODELS}
    fields = {(kind, name) for kind, model in MODELS.items() for name in model.model_fields}
    assert fields == {*VALUES}


@pytest.mark.parametrize("kind", MODELS)
def test_a_change_sets_one_field_and_keeps_the_others(api, advance, paths, show, kind):
    for name in names_of(kind):
        before = show(kind)
        advance("1s")
        answer = api.patch(paths[kind], json={name: VALUES[kind, name]})
        assert answer.status_code == 200, answer.text
        after = show(kind)
        assert after["updated_at"] > before["updated_at"]
        set_ = {} if (kind, name) in HIDDEN else {name: VALUES[kind, name]}
        assert after == {**before, **set_, "updated_at": after["updated_at"]}


@pytest.mark.parametrize("kind", MODELS)
def test_null_clears_a_nullable_field_and_is_refused_for_others(api, errors, paths, show, kind):
    """A cleared field is as if it had never been sent; for the others null counts as missing."""
    for name in names_of(kind):
        if (kind, name) in CLEARED:
            api.patch(paths[kind], json={name: VALUES[kind, name]})
            assert show(kind)[name] is not None
            assert api.patch(paths[kind], json={name: None}).status_code == 200
            assert show(kind)[name] is None
        elif (kind, name) not in HIDDEN:
            found = errors("PATCH", paths[kind], 400, json={name: None})
            assert found == [("input_missing", name)]


def test_unknown_and_fixed_fields_are_refused(errors, paths):
    """Each problem has its field, and valid fields are not set either."""
    for kind in MODELS:
        name = names_of(kind)[0]
        for wrong in ("id", "object", "created_at", "request_id", "nmae"):
            body = {name: VALUES[kind, name], wrong: "x"}
            assert errors("PATCH", paths[kind], 400, json=body) == [("input_invalid", wrong)]


def test_a_fixed_field_is_not_called_unknown(api, paths):
    """A client that sends back a resource reads which fields to leave out."""
    for kind, name in [
        *(("tasks", "agent_id"), ("tasks", "status"), ("sources", "type"), ("agents", "id")),
        *(("connections", "source_id"), ("event-destinations", "type")),
    ]:
        for value in ("x", None):
            (error,) = api.patch(paths[kind], json={name: value}).json()["errors"]
            assert error["message"] == f"`{name}`: cannot be changed"
