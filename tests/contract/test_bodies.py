"""The values that request bodies take. The tests of `server/api` send the bodies."""

import base64
import re
from contextlib import suppress

import pytest
from pydantic import TypeAdapter, ValidationError

from deck_sim.contract.bodies import URL_PATTERN, TaskSettings, WebUrl
from deck_sim.contract.destination_bodies import WebhookCredentials
from deck_sim.contract.editions.connections.bodies import CreateConnection

read_url = TypeAdapter(WebUrl).validate_python


def test_a_whole_number_may_be_written_with_a_point():
    """60.0 is an integer in JSON Schema, and typed clients send it."""
    (seconds,) = TaskSettings.model_validate({"timeout_seconds": 60.0}).model_dump().values()
    assert (seconds, type(seconds)) == (60, int)
    (schema,) = TaskSettings.model_json_schema()["properties"].values()
    assert (schema["type"], schema["minimum"]) == ("integer", 1)
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


GOOD = """
    http://x https://hotel.example/rooms?nights=2 https://h#f http://h/café http://u:p@h/ http://h. http://h:/
    http://127.0.0.1:8765/v2 http://a_b-c:65535 http://[::1]:80/x http://[2001:db8::1] http://[::ffff:10.0.0.1]
"""


def test_a_web_address_is_taken_and_fits_the_pattern_of_the_document():
    assert [url for url in GOOD.split() if read_url(url) != url] == []
    assert [url for url in GOOD.split() if not re.fullmatch(URL_PATTERN, url)] == []


BAD = {
    "": "at least 1 character",
    "ftp://x": "must begin with `http://` or `https://`",
    "http://:80/": "must have a valid host and port",
    "http://@h/": "has an empty user before `@`",
    "http://x:65536/": "must have a valid host and port",
    "http://[1:2:3]/": "or an IPv6 address",
    "http://a..b/": "parts of 1 to 63 letters",
    "http://bücher.example/": "other letters as `xn--…`",
    "http://h/a b": "no spaces",
    "http://h\n": "no control characters",
}


def test_another_text_is_refused_with_the_reason():
    for url, words in BAD.items():
        with pytest.raises(ValidationError) as caught:
            read_url(url)
        assert words in caught.value.errors()[0]["msg"], url
