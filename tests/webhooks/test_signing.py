"""Signing, compared with the public library of Standard Webhooks."""

from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks

from deck_sim.webhooks import signing

BODY = '{"naïve": "☂"}'.encode()
SECRET, OTHER = signing.secret_of("sk_1"), signing.secret_of("sk_2")


def now():
    """The present moment: the library compares timestamps with the wall clock."""
    return datetime.now(UTC)


def test_we_verify_signatures_of_the_public_library():
    moment = now()
    signature = standardwebhooks.Webhook(SECRET).sign("evt_1", moment, BODY.decode())
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": f"{int(moment.timestamp())}",
        "webhook-signature": signature,
    }
    signing.verify(SECRET, headers, BODY, moment)


def test_the_public_library_verifies_each_of_our_signatures():
    """During a rotation two secrets give two signatures."""
    headers = signing.signed_headers([SECRET, OTHER], "evt_1", now(), BODY)
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (SECRET, OTHER):
        standardwebhooks.Webhook(secret).verify(BODY, headers)
        signing.verify(secret, headers, BODY, now())


def test_a_timestamp_is_not_later_than_its_moment():
    moment = datetime(2025, 1, 15, 9, 30, 0, 900_000, tzinfo=UTC)
    headers = signing.signed_headers([SECRET], "evt_1", moment, BODY)
    assert headers["webhook-timestamp"] == "1736933400"


def test_a_wrong_header_is_refused():
    for name, value, message in (
        ("webhook-id", None, "the header 'webhook-id' is missing"),
        ("webhook-signature", None, "the header 'webhook-signature' is missing"),
        ("webhook-timestamp", "soon", "'soon' is not a number"),
        ("webhook-timestamp", "²", "'²' is not a number"),
        ("webhook-timestamp", "9" * 12, "is not a number of seconds"),
        ("webhook-timestamp", "9" * 11, "5138-11-16 09:46:39"),
        ("webhook-timestamp", "100", "1970-01-01 00:01:40"),
        ("webhook-id", "evt_2", "no signature matches"),
        ("webhook-signature", "v1,☂ nonsense", "no signature matches"),
    ):
        headers = {**signing.signed_headers([SECRET], "evt_1", now(), BODY), name: value}
        if value is None:
            del headers[name]
        with pytest.raises(signing.SignatureError, match=message):
            signing.verify(SECRET, headers, BODY, now())


def test_a_timestamp_may_be_five_minutes_off():
    """Either way, as in the standard."""
    moment = datetime(2025, 1, 15, tzinfo=UTC)
    headers = signing.signed_headers([SECRET], "evt_1", moment, BODY)
    for off in (timedelta(minutes=5), timedelta(minutes=-5)):
        signing.verify(SECRET, headers, BODY, moment + off)
        with pytest.raises(signing.SignatureError, match="more than five minutes"):
            signing.verify(SECRET, headers, BODY, moment + off * 1.01)


def test_the_secret_of_a_key_is_the_same_in_each_version():
    """People copy it from the output of `serve` into the settings of their application."""
    assert SECRET == "whsec_0QqhgmM0Jps7AUbDThBNsQxdAjv/WFBB" != OTHER
