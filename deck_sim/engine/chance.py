"""Ids and random draws, derived from the world's seed.

Each draw hashes the seed with a name of its own instead of taking the next number of one stream. So
one more call of a client changes no other id, and a run's durations do not depend on other runs.
"""

from datetime import timedelta
from hashlib import blake2b

from deck_sim.base.durations import Span

MILLISECOND = timedelta(milliseconds=1)
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_AS_LETTERS = bytes(_LETTERS[byte % 62] for byte in range(256))


def make_id(seed: int, prefix: str, name: object) -> str:
    """Derive an id from the seed and a name or number: the prefix, `_`, 16 letters or digits."""
    return f"{prefix}_{_hash(f'{seed}/{prefix}/{name}').translate(_AS_LETTERS).decode()}"


def seed_of(key: str) -> int:
    """Derive the seed of a world from its API key; a given seed replaces it."""
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest())


def draw_below(limit: int, seed: int, name: object) -> int:
    """Draw a whole number from 0 to `limit` - 1."""
    return int.from_bytes(_hash(f"{seed}/{name}")) % limit


def draw_duration(span: Span, seed: int, name: object) -> timedelta:
    """Draw a duration within `span`: its low end plus a whole number of milliseconds."""
    if span.low == span.high:
        return span.low
    return span.low + draw_below(span.width_in_milliseconds + 1, seed, name) * MILLISECOND


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
