"""What a world remembers of the calls that it was sent: those in the window of its rate limit, and
the answers that are kept under idempotency keys. Both by the world's clock.
"""

from datetime import timedelta

from deck_sim.base.errors import ApiError, refuse
from deck_sim.contract.editions import RateLimit
from deck_sim.engine.records import StoredAnswer
from deck_sim.engine.world import World

_SECOND = timedelta(seconds=1)


def limit_rate(world: World, limit: RateLimit | None) -> None:
    """Take no more calls than this from now on; None: as many as come."""
    world.rate_limit = limit
    world.admitted.clear()


def admit_call(world: World) -> None:
    """Count a call.

    Raises:
        ApiError: `rate_limit_exceeded` if the window is full. A refused call is not counted, so
            that whoever waits gets in, however often they knocked (assumed).

    """
    limit, admitted = world.rate_limit, world.admitted
    if limit is None:
        return
    while admitted and admitted[0] + limit.per <= world.now:
        admitted.popleft()
    if len(admitted) >= limit.requests:
        raise _too_many(limit, admitted[0] + limit.per - world.now)
    admitted.append(world.now)


def recall_answer(world: World, key: str, call: str, parameters: str) -> StoredAnswer | None:
    """The answer that is kept for a call with this key.

    Raises:
        ApiError: `idempotency_error` if the key was used with other parameters; another path
            counts.

    """
    kept = world.stored_answers.get(key)
    if kept is None or _is_old(world, kept):
        return None
    if kept.parameters != parameters:
        what = "with other parameters" if kept.call == call else f"for `{kept.call}`"
        text = f"The idempotency key was used before, at {kept.at:%Y-%m-%dT%H:%M:%SZ}, {what}."
        raise refuse("idempotency/idempotency_error", text)
    return kept


def keep_answer(world: World, key: str, answer: StoredAnswer) -> None:
    """Keep an answer under a key, and forget those that are too old."""
    kept = world.stored_answers  # oldest first
    while kept and _is_old(world, kept[oldest := next(iter(kept))]):
        del kept[oldest]
    kept[key] = answer


def _is_old(world: World, answer: StoredAnswer) -> bool:
    return answer.at + world.rules.idempotency.kept_for <= world.now


def _too_many(limit: RateLimit, left: timedelta) -> ApiError:
    error = refuse("rate_limit/rate_limit_exceeded")
    if limit.retry_after:
        error.headers["Retry-After"] = f"{-(-left // _SECOND)}"  # whole seconds, rounded up
    return error
