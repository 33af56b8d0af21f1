"""Signing deliveries, held against the public library of the standard."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks

from deck_sim.webhooks import signing

BODY = '{"naïve": "☂"}'.encode()
SECRET, OTHER = signing.make_secret(0, "evtd_1"), signing.make_secret(0, "evtd_2")


def now():
    """The library holds a timestamp against the wall clock, so it is asked for one."""
    return datetime.now(UTC)


@pytest.mark.parametrize("body", [b"{}", BODY])
def test_the_public_library_verifies_what_is_signed(body):
    """A signature satisfies the library that receivers use."""
    headers = signing.signed_headers([SECRET], "evt_1", now(), body)
    standardwebhooks.Webhook(SECRET).verify(body, headers)
    signing.verify(SECRET, headers, body, now())


def test_what_the_public_library_signs_is_taken():
    """Our own check takes what the library signs."""
    moment = now()
    signature = standardwebhooks.Webhook(SECRET).sign("evt_1", moment, BODY.decode())
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": f"{int(moment.timestamp())}",
        "webhook-signature": signature,
    }
    signing.verify(SECRET, headers, BODY, moment)


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_either_secret_verifies_while_one_is_rotated(secret):
    """With two secrets there are two signatures, and the library takes either."""
    headers = signing.signed_headers([SECRET, OTHER], "evt_1", now(), BODY)
    assert headers["webhook-signature"].count("v1,") == 2
    standardwebhooks.Webhook(secret).verify(BODY, headers)
    signing.verify(secret, headers, BODY, now())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"webhook-id": None}, "the header 'webhook-id' is missing"),
        ({"webhook-signature": None}, "the header 'webhook-signature' is missing"),
        ({"webhook-timestamp": "soon"}, "'soon' is not a number"),
        ({"webhook-timestamp": "²"}, "'²' is not a number"),
        ({"webhook-timestamp": "9" * 12}, "is not a number of seconds"),
        ({"webhook-timestamp": "9" * 5000}, "is not a number of seconds"),
        ({"webhook-timestamp": "9" * 11}, "5138-11-16 09:46:39"),
        ({"webhook-timestamp": "100"}, "1970-01-01 00:01:40"),
        ({"webhook-id": "evt_2"}, "no signature fits"),
        ({"webhook-signature": "v1,☂ nonsense"}, "no signature fits"),
    ],
)
def test_a_delivery_that_is_not_signed_so_is_refused(change, complaint):
    """The complaint says what is wrong with the headers."""
    headers = {**signing.signed_headers([SECRET], "evt_1", now(), BODY), **change}
    given = {name: value for name, value in headers.items() if value is not None}
    with pytest.raises(signing.SignatureError, match=complaint.replace("²", ".")):
        signing.verify(SECRET, given, BODY, now())


@pytest.mark.parametrize("off", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_five_minutes_are_tolerated_and_no_more(off):
    """The tolerance is that of the standard, both ways."""
    moment = datetime(2025, 1, 15, tzinfo=UTC)
    headers = signing.signed_headers([SECRET], "evt_1", moment, BODY)
    signing.verify(SECRET, headers, BODY, moment + off)
    with pytest.raises(signing.SignatureError, match="more than five minutes"):
        signing.verify(SECRET, headers, BODY, moment + off * 1.01)


def test_a_secret_follows_from_the_seed_and_the_destination():
    """Equal worlds make equal secrets, and each destination its own."""
    assert signing.make_secret(0, "evtd_1") == SECRET
    assert len({SECRET, OTHER, signing.make_secret(1, "evtd_1")}) == 3
    assert signing.secret_fault(SECRET) is None


def _of(length):
    return "whsec_" + base64.b64encode(bytes(length)).decode()


@pytest.mark.parametrize(
    ("secret", "complaint"),
    [
        ("sk_live", "must be `whsec_` and base64"),
        ("whsec_ä", "must be `whsec_` and base64"),
        ("whsec_abc", "must be `whsec_` and base64"),
        (_of(23), "must hold 24 to 64 bytes, not 23"),
        (_of(65), "must hold 24 to 64 bytes, not 65"),
        (_of(24), None),
        (_of(64), None),
    ],
)
def test_a_secret_is_checked_for_form_and_length(secret, complaint):
    """What cannot be a secret of the standard is told apart."""
    assert signing.secret_fault(secret) == complaint
