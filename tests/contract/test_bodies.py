"""The values that request bodies take. The tests of `server/api` send the bodies."""

import pytest
from pydantic import ValidationError

from deck_sim.contract.bodies import TaskSettings
from deck_sim.contract.editions.connections.bodies import CreateConnection


def test_a_whole_number_may_be_written_with_a_point():
    """60.0 is an integer in JSON Schema, and typed clients send it."""
    (seconds,) = TaskSettings.model_validate({"timeout_seconds": 60.0}).model_dump().values()
    assert (seconds, type(seconds)) == (60, int)
    (shown,) = TaskSettings.model_json_schema()["properties"].values()
    assert (shown["type"], shown["minimum"]) == ("integer", 1)


def test_other_values_are_not_converted_to_whole_numbers():
    for value in ("60", True, 60.5):
        with pytest.raises(ValidationError):
            TaskSettings.model_validate({"timeout_seconds": value})


def test_an_external_id_has_at_most_255_characters():
    usual = {"source_id": "src_1", "auth_method": "none"}
    for external_id in (None, "x" * 255):
        body = CreateConnection.model_validate({**usual, "external_id": external_id})
        assert body.external_id == external_id
    with pytest.raises(ValidationError):
        CreateConnection.model_validate({**usual, "external_id": "x" * 256})
