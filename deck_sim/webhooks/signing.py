"""Signing of webhooks, and the check of a signature as a receiver does it.

The signed text is `id.timestamp.body`; a signature is `v1,` and the base64 of the text's
HMAC-SHA256. During a rotation of the secret there are several signatures, separated by spaces.
Source: Deck's page on webhooks, and the Standard Webhooks specification.
"""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256

PREFIX = "whsec_"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = timedelta(minutes=5)
_SECONDS = re.compile(r"[0-9]{1,11}")  # a moment before the year 5139


class SignatureError(Exception):
    """A webhook that `verify` refuses; the message says why."""


def secret_of(key: str) -> str:
    """Return the secret of destinations that are created with this API key and without a secret.

    The secret follows from the key, so an application can be given the secret before it starts.
    """
    secret = blake2b(key.encode(), digest_size=24, person=b"webhooks").digest()
    return PREFIX + base64.b64encode(secret).decode()


def signed_headers(
    secrets: Sequence[str], message_id: str, moment: datetime, body: bytes
) -> dict[str, str]:
    timestamp = int(moment.timestamp())
    signatures = (_sign(secret, message_id, timestamp, body) for secret in secrets)
    return {ID: message_id, TIMESTAMP: f"{timestamp}", SIGNATURE: " ".join(signatures)}


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Verify a webhook as a receiver does; header names are in lower case. Raises SignatureError if
    a header is missing, the timestamp is more than five minutes from `now`, or no signature
    matches.
    """
    missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if name not in headers]
    if missing:
        raise SignatureError(f"the header {missing[0]!r} is missing")
    if not _SECONDS.fullmatch(headers[TIMESTAMP]):
        raise SignatureError(f"the timestamp {headers[TIMESTAMP]!r} is not a number of seconds")
    moment = datetime.fromtimestamp(int(headers[TIMESTAMP]), UTC)
    if abs(now - moment) > TOLERANCE:
        raise SignatureError(
            f"the timestamp {moment} is more than five minutes away from the receiver's time {now}"
        )
    expected = _sign(secret, headers[ID], int(headers[TIMESTAMP]), body)
    signatures = headers[SIGNATURE].split(" ")
    if not any(hmac.compare_digest(expected.encode(), text.encode()) for text in signatures):
        raise SignatureError("no signature matches the secret and the body")


def _sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    text = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, text, sha256)).decode()
