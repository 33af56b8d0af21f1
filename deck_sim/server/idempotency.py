"""Calls with an `Idempotency-Key`: the first is answered, and whoever makes it again gets the same
answer. Which calls take a key, and which answers are kept, is a row of the edition.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b

from deck_sim.contract.assumptions import rely_on
from deck_sim.contract.editions import Idempotency
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.runtime.journal import StoredAnswer
from deck_sim.runtime.serialization import read_object
from deck_sim.runtime.simulation import Simulation

HEADER = "Idempotency-Key"
REPLAYED = {"Deck-Sim-Replayed": "true"}
TWO_AT_ONCE = "two calls with one key"  # the ledger's name of it


@dataclass(frozen=True, slots=True)
class KeyedCall:
    """A call with a key. The answers are its world's, whichever that is when it is asked."""

    simulation: Simulation
    key: str
    name: str  # its method and path
    parameters: str

    @contextmanager
    def answering(self) -> Iterator[StoredAnswer | None]:
        """A block in which the call is answered: with what is kept, if there is something.

        Raises:
            ApiError: `idempotency_error` if the key is that of another call, or of the same one
                that is not answered yet; the latter is assumed.

        """
        keys = self.simulation.answering
        if self.key in keys:
            rely_on(TWO_AT_ONCE)
            text = "A call with this idempotency key is not answered yet."
            raise refuse("idempotency/idempotency_error", text)
        kept = self._recall()
        keys.add(self.key)
        try:
            yield kept
        finally:
            keys.discard(self.key)

    def keep(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Store its answer, if the edition keeps answers of this status; drop expired ones."""
        world, stored = self.simulation.world, self.simulation.stored_answers
        if status in world.rules.idempotency.kept:
            while stored and self._is_expired(stored[oldest := next(iter(stored))]):
                del stored[oldest]
            stored[self.key] = StoredAnswer(
                world.now, self.name, self.parameters, status, {**headers}, body
            )

    def _recall(self) -> StoredAnswer | None:
        kept = self.simulation.stored_answers.get(self.key)
        if kept is None or self._is_expired(kept):
            return None
        if kept.parameters != self.parameters:
            what = "with other parameters" if kept.call == self.name else f"for `{kept.call}`"
            text = f"The idempotency key was used before, at {kept.at:%Y-%m-%dT%H:%M:%SZ}, {what}."
            raise refuse("idempotency/idempotency_error", text)
        return kept

    def _is_expired(self, answer: StoredAnswer) -> bool:
        world = self.simulation.world
        return answer.at + world.rules.idempotency.kept_for <= world.now


def note_key(lines: list[str], *, covered: bool) -> None:
    """Note what is assumed of a key: that it is ignored on a call that takes none, and refused if
    it is empty.

    Raises:
        ApiError: `assumption_refused`, for an empty one in a strict world.

    """
    if lines and not covered:
        rely_on("idempotency key on another call")
    elif lines == [""]:
        rely_on("empty idempotency key")


def read_key(rule: Idempotency, lines: list[str]) -> str | None:
    """The key in the lines of the header, which HTTP reads as one; None if there is no line.

    Raises:
        ApiError: `idempotency_key_error` if it is empty, or too long.

    """
    if not lines:
        return None
    key = ", ".join(lines)
    if not 0 < len(key) <= rule.longest_key:
        text = f"`{HEADER}` must have 1 to {rule.longest_key} characters, not {len(key)}."
        raise refuse("idempotency/idempotency_key_error", text)
    return key


def digest_parameters(name: str, query: bytes, body: bytes) -> str:
    """What tells whether two calls say the same, whatever the spelling of their JSON.

    A digest, since a body may hold a password.
    """
    parts = [name.encode(), query, _canonical(body)]
    return blake2b(b"\0".join(parts), digest_size=16).hexdigest()


def _canonical(body: bytes) -> bytes:
    try:
        return json.dumps(read_object(body), sort_keys=True).encode()
    except ApiError:
        return body
