"""Secrets are removed from records."""

import json

import pytest

from deck_sim.base.redaction import (
    HIDDEN,
    Masking,
    cut_before_secret,
    is_secret,
    redact,
    redact_headers,
    redact_query,
    redact_text,
)


@pytest.mark.parametrize(
    "name",
    [
        *("password", "passwd", "pwd", "client_secret", "secretAccessKey", "aws_access_key_id"),
        *("apiKey", "api-key", "Authorization", "Set-Cookie", "connection_string", "private_key"),
        *("SharedAccessKey", "service_account_json", "account_key", "access_token"),
    ],
)
def test_names_of_secrets_are_recognized_in_every_spelling(name):
    """In any case, with any separator, and as a part of a longer name."""
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["credential_id", "idempotency_key", "name", "region", "cursor", "url", "auth_method"]
)
def test_other_names_are_not_secret(name):
    """The journal shows their values."""
    assert not is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        *("pin", "PIN", "cardPin", "card-pin", "PINCode", "pin2", "otp", "smsOTP", "cvv2", "ssn"),
        *("security_answer", "securityAnswers", "security-code", "oneTimeCode", "passcode"),
    ],
)
def test_more_names_are_secret_in_what_is_sent(name):
    """As whole words in any case, at any depth; elsewhere, such as in a schema, they are not."""
    data = {"input": {"guests": [{name: "1"}]}, "output": {name: 2}}
    shown = {"input": {"guests": [{name: HIDDEN}]}, "output": {name: HIDDEN}}
    assert redact(data) == shown
    assert redact({"properties": {"pin": "1"}}) == {"properties": {"pin": "1"}}


@pytest.mark.parametrize(
    "name",
    ["shipping", "opinion", "pinned", "spin", "laptop", "optOut", "answered", "code", "postcode"],
)
def test_other_words_of_what_is_sent_are_shown(name):
    """A secret word inside a word does not count."""
    assert redact({"input": {name: "1"}}) == {"input": {name: "1"}}


@pytest.mark.parametrize("name", ["inputt", "inptu", "Input", "outputs"])
def test_a_misspelt_input_is_shown_without_its_secrets(name):
    """The call is refused, and recorded; a schema is no input."""
    schema = {"input_schema": {"pin": {"type": "string"}}}
    assert redact(schema | {name: {"pin": "1"}}) == schema | {name: {"pin": HIDDEN}}


def test_own_names_are_secret_in_what_is_sent():
    """As whole words, in every spelling."""
    data = {"guestEmail": "a", "primary-guest-email": "a", "guest_emails": "a", "email": "a"}
    shown = redact({"input": data}, Masking(names=("guest_email",)))["input"]
    assert shown == {**dict.fromkeys(data, HIDDEN), "guest_emails": "a", "email": "a"}


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ({"config": {"secret_access_key": "x"}}, {"config": {"secret_access_key": HIDDEN}}),
        ({"a": [{"token": 7}, {"token": None}]}, {"a": [{"token": HIDDEN}, {"token": None}]}),
        (
            {"credentials": {"username": "a", "any": 1}},
            {"credentials": {"username": "a", "any": HIDDEN}},
        ),
        ({"credentials": "x"}, {"credentials": HIDDEN}),
        (
            {"auth_credentials": {"source_fields": {"branch": "12", "otp": "1", "pasword": "1"}}},
            {
                "auth_credentials": {
                    "source_fields": {"branch": "12", "otp": HIDDEN, "pasword": HIDDEN}
                }
            },
        ),
        (
            {"auth_credentials": {"source_fields": "x"}},
            {"auth_credentials": {"source_fields": HIDDEN}},
        ),
        ({"url": "http://a:b@h/?token=x&b=c"}, {"url": "http://•••@h/?token=•••&b=c"}),
        (["http://a@h", None, 1], ["http://•••@h", None, 1]),
    ],
)
def test_data_is_shown_without_its_secrets(data, shown):
    """Objects, lists and the URLs in them, at any depth."""
    assert redact(data) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"Authorization": "Bearer x", "X-Team": "a"}', {"Authorization": HIDDEN, "X-Team": "a"}),
        ('{"X-Key": "x", "X-Auth": "x"}', {"X-Key": HIDDEN, "X-Auth": HIDDEN}),
        ('{"X-Team": {"deep": "x"}}', {"X-Team": HIDDEN}),
    ],
)
def test_custom_headers_in_a_string_are_redacted(text, shown):
    """The JSON in the string is parsed."""
    assert json.loads(redact({"custom_headers": text})["custom_headers"]) == shown


@pytest.mark.parametrize("text", ["Authorization: x", "[1]", "[" * 100_000])
def test_custom_headers_that_cannot_be_parsed_are_hidden(text):
    """They may contain a secret."""
    assert redact({"custom_headers": text}) == {"custom_headers": HIDDEN}


def test_custom_headers_in_an_object_are_redacted():
    """The documented type is a string; a mistake must not show a secret."""
    assert redact({"custom_headers": {"Authorization": "x"}})["custom_headers"] == {
        "Authorization": HIDDEN
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://alex:hunter2@h/a@b", "http://•••@h/a@b"),
        ("see http://alex:hunt@er2@h?x=1", "see http://•••@h?x=1"),
        ("http://h/?api%5Fkey=x#f", "http://h/?api%5Fkey=•••#f"),
        ("http://h/?a=b;token=x", "http://h/?a=b;token=•••"),
        ("alex@example.com", "alex@example.com"),
        ("http://h/?token=", "http://h/?token="),
        ("given whsec_aG+/9==, twice", "given •••, twice"),
    ],
)
def test_a_text_is_shown_without_its_secrets(text, shown):
    """User names and secret parameters of URLs, and webhook secrets anywhere."""
    assert redact_text(text) == shown


def test_a_query_string_is_shown_without_its_secrets():
    """The first parameter is included. All names that are secret in an input are so here."""
    assert redact_query("pin=1&city=2&guest=3", Masking(("guest",))) == "pin=•••&city=2&guest=•••"
    assert redact_query("secret=x&limit=5&access_token=y") == "secret=•••&limit=5&access_token=•••"
    assert redact_query("") == ""


def test_headers_are_shown_without_their_secrets():
    """Signatures are shown; they are useless without the secret."""
    headers = {"authorization": "Basic x", "x-api-key": "x", "webhook-signature": "v1,x"}
    headers |= {"location": "http://a:b@h/", "www-authenticate": "Basic"}
    assert redact_headers(headers) == {
        "authorization": HIDDEN,
        "x-api-key": HIDDEN,
        "webhook-signature": "v1,x",
        "location": "http://•••@h/",
        "www-authenticate": "Basic",
    }


def test_a_text_that_cannot_be_parsed_is_cut_before_a_secret_name():
    """The text after the name may be the secret."""
    assert cut_before_secret('{"url": "http://a:b@h", "client_secret": "x') == (
        '{"url": "http://•••@h", "'
    )
