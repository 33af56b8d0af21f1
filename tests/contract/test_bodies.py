"""The values that request bodies take. The tests of `server/api` send the bodies."""

import base64
from contextlib import suppress

import pytest
from pydantic import ValidationError

from deck_sim.contract.bodies import TaskSettings
from deck_sim.contract.destination_bodies import WebhookCredentials
from deck_sim.contract.editions.connections.bodies import CreateConnection


def test_a_whole_number_may_be_written_with_a_point():
    """60.0 is an integer in JSON Schema, and typed clients send it."""
    (seconds,) = TaskSettings.model_validate({"timeout_seconds": 60.0}).model_dump().values()
    assert (seconds, type(seconds)) == (60, int)
    (schema,) = TaskSettings.model_json_schema()["properties"].values()
    assert (schema["type"], schema["minimum"]) == ("integer", 1)


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


def test_the_secret_of_a_webhook_has_24_to_64_bytes():
    """As Standard Webhooks says."""
    accepted = list[int]()
    for length in (23, 24, 64, 65):
        secret = "whsec_" + base64.b64encode(bytes(length)).decode()
        with suppress(ValidationError):
            WebhookCredentials.model_validate({"secret": secret})
            accepted.append(length)
    assert accepted == [24, 64]
    for secret in ("sk_live", "whsec_ä", "whsec_abc"):
        with pytest.raises(ValidationError, match="must be `whsec_` followed by the base64 of 24"):
            WebhookCredentials.model_validate({"secret": secret})
