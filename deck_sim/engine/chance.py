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
    """Derive an id from a name, usually a number: the prefix and 16 letters or digits."""
    digest = blake2b(f"{seed}/{prefix}/{name}".encode(), digest_size=16).digest()
    return f"{prefix}_{digest.translate(_AS_LETTERS).decode()}"


def seed_of(key: str) -> int:
    """Derive the seed of a world from its key, if no seed is given."""
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest())


def draw_below(limit: int, seed: int, *name: object) -> int:
    """A whole number from 0 to `limit` - 1."""
    text = "/".join(map(str, (seed, *name)))
    return int.from_bytes(blake2b(text.encode(), digest_size=16).digest()) % limit


def draw_duration(span: Span, seed: int, *name: object) -> timedelta:
    """A duration within `span`, in whole milliseconds if the span allows that."""
    if span.low == span.high:
        return span.low
    steps = (span.high - span.low) // MILLISECOND
    return span.low + draw_below(steps + 1, seed, *name) * MILLISECOND
