"""Standard Webhooks: how a delivery is signed, and how a receiver checks it. Pure.

The signed text is `id.timestamp.body`; a signature is `v1,` and the base64 of its HMAC-SHA256.
While a secret is being rotated there are several signatures, with a space between them. Source:
section 6 of the contract, and the Standard Webhooks specification.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256

PREFIX = "whsec_"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = timedelta(minutes=5)
_SHORTEST, _LONGEST = 24, 64  # bytes of a secret, as the specification has it
_SECONDS = re.compile(r"[0-9]{1,11}")  # a moment before the year 5139


class SignatureError(Exception):
    """A delivery that is not signed as it should be; the text says what is wrong."""


def make_secret(seed: int, destination_id: str) -> str:
    """The secret of a destination that did not bring its own."""
    key = blake2b(f"{seed}/{destination_id}".encode(), digest_size=24).digest()
    return PREFIX + base64.b64encode(key).decode()


def secret_fault(secret: str) -> str | None:
    """What is wrong with a secret, if anything is."""
    try:
        key = _key(secret)
    except (ValueError, binascii.Error):
        return f"must be `{PREFIX}` and base64"
    if not _SHORTEST <= len(key) <= _LONGEST:
        return f"must hold {_SHORTEST} to {_LONGEST} bytes, not {len(key)}"
    return None


def signed_headers(
    secrets: Sequence[str], message_id: str, moment: datetime, body: bytes
) -> dict[str, str]:
    """The three headers of a delivery attempt; `moment` is the attempt's."""
    timestamp = int(moment.timestamp())
    signatures = (_sign(secret, message_id, timestamp, body) for secret in secrets)
    return {ID: message_id, TIMESTAMP: f"{timestamp}", SIGNATURE: " ".join(signatures)}


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Check a delivery as a receiver does; `headers` have names in lower case.

    Raises:
        SignatureError: if a header is missing, the timestamp is more than five minutes away from
            `now`, or no signature fits.

    """
    missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if name not in headers]
    if missing:
        raise SignatureError(f"the header {missing[0]!r} is missing")
    if not _SECONDS.fullmatch(headers[TIMESTAMP]):
        raise SignatureError(f"the timestamp {headers[TIMESTAMP]!r} is not a number of seconds")
    moment = datetime.fromtimestamp(int(headers[TIMESTAMP]), UTC)
    if abs(now - moment) > TOLERANCE:
        raise SignatureError(f"the timestamp {moment} is more than five minutes away from {now}")
    wanted = _sign(secret, headers[ID], int(headers[TIMESTAMP]), body)
    given = headers[SIGNATURE].split(" ")
    if not any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given):
        raise SignatureError("no signature fits the secret and the body")


def _sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    text = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), text, sha256)).decode()


def _key(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        raise ValueError(f"a secret begins with {PREFIX}")
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
