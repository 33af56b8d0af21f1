"""Ids and random draws, derived from the world's seed.

Each draw hashes the seed with the draw's own name; no draw takes a number from a shared stream. So
one more poll changes no resource's id, and the steps of one run do not change another's durations.
"""

from datetime import timedelta
from hashlib import blake2b

from deck_sim.base.durations import Span

MILLISECOND = timedelta(milliseconds=1)
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_AS_LETTERS = bytes(_LETTERS[byte % 62] for byte in range(256))


def make_id(seed: int, prefix: str, name: object) -> str:
    """Derive an id from the seed and a name or number: `prefix`, `_`, 16 letters or digits."""
    return f"{prefix}_{_hash(f'{seed}/{prefix}/{name}').translate(_AS_LETTERS).decode()}"


def seed_of(key: str) -> int:
    """Derive a seed from an API key, for a world that was given no seed."""
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest())


def draw_below(limit: int, seed: int, name: object) -> int:
    return int.from_bytes(_hash(f"{seed}/{name}")) % limit


def draw_duration(span: Span, seed: int, name: object) -> timedelta:
    """Draw a duration within `span`: the low end plus a whole number of milliseconds."""
    if span.low == span.high:
        return span.low
    choices = (span.high - span.low) // MILLISECOND + 1
    return span.low + draw_below(choices, seed, name) * MILLISECOND


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
