"""The request bodies, and the updates that are derived from them."""

import pytest
from pydantic import ValidationError

from deck_sim.contract import bodies
from deck_sim.contract.editions.connections import bodies as own

UpdateTask = bodies.UpdateTask


def test_a_task_has_the_documented_defaults():
    """A task times out after half an hour unless it says otherwise."""
    task = bodies.CreateTask.model_validate({"name": "Read", "agent_id": "agt_1"}).model_dump()
    assert task["settings"] == {"timeout_seconds": 1800}
    assert (task["input_schema"], task["output_schema"], task["storage"]) == (None, None, None)


def test_a_whole_number_may_be_written_with_a_point():
    """60.0 is an integer in JSON Schema, and typed clients send it."""
    (seconds,) = bodies.TaskSettings.model_validate({"timeout_seconds": 60.0}).model_dump().values()
    assert (seconds, type(seconds)) == (60, int)
    (shown,) = bodies.TaskSettings.model_json_schema()["properties"].values()
    assert (shown["type"], shown["minimum"]) == ("integer", 1)


WRONG = [
    (bodies.CreateAgent, {"name": ""}, "string_too_short"),
    (bodies.CreateAgent, {"name": 5}, "string_type"),
    (bodies.CreateAgent, {"name": "A", "nmae": "B"}, "extra_forbidden"),
    (bodies.Website, {"url": "ftp://x"}, "value"),
    (bodies.Website, {"url": "http://["}, "value"),
    (bodies.Website, {"url": "https://:443/"}, "value"),
    (bodies.CreateSource, {"type": "app", "website": {"url": "http://x"}}, "literal_error"),
    (bodies.TaskSettings, {"timeout_seconds": 0}, "greater_than_equal"),
    (bodies.TaskSettings, {"timeout_seconds": "60"}, "int_type"),
    (bodies.TaskSettings, {"timeout_seconds": True}, "int_type"),
    (bodies.TaskStorage, {"enabled": 1}, "bool_type"),
    (own.RunTask, {"connection_id": "conn_1", "input": []}, "dict_type"),
    (own.CreateConnection, {"source_id": "s", "auth_method": "sms"}, "literal_error"),
    (own.SubmitInteraction, {}, "missing"),
]


@pytest.mark.parametrize(("body", "data", "error"), WRONG)
def test_a_field_must_have_exactly_its_type(body, data, error):
    """Values are not converted; unknown fields are refused."""
    with pytest.raises(ValidationError) as caught:
        body.model_validate(data)
    assert [e["type"] for e in caught.value.errors()] == [error]


def test_an_external_id_has_at_most_255_characters():
    """Or it is null (documented)."""
    usual = {"source_id": "src_1", "auth_method": "none"}
    for external_id in (None, "x" * 255):
        body = own.CreateConnection.model_validate({**usual, "external_id": external_id})
        assert body.external_id == external_id
    with pytest.raises(ValidationError):
        own.CreateConnection.model_validate({**usual, "external_id": "x" * 256})


def test_an_update_requires_nothing_and_keeps_every_constraint():
    """Omitted fields are not in `sent()`; sent ones are checked as in a create."""
    assert UpdateTask.__name__ == "UpdateTask"
    assert UpdateTask.model_validate({}).sent() == {}
    for wrong in ({"name": ""}, {"name": None}, {"agent_id": "agt_1"}, {"settings": None}):
        with pytest.raises(ValidationError):
            UpdateTask.model_validate(wrong)


def test_an_object_in_an_update_gets_its_defaults():
    """For the fields that are omitted in it."""
    sent = UpdateTask.model_validate({"settings": {}, "storage": {"enabled": True}}).sent()
    assert sent["settings"] == {"timeout_seconds": 1800}
    assert sent["storage"] == bodies.TaskStorage(enabled=True).model_dump()
    assert UpdateTask.model_validate({"prompt": None}).sent() == {"prompt": None}
