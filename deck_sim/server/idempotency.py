"""Idempotency keys: a call that is repeated with its key gets the stored answer.

Which calls take a key, and which answers are stored, is a row of the edition.
"""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import blake2b
from urllib.parse import quote

from deck_sim.contract.editions import Idempotency
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.runtime.journal import StoredAnswer
from deck_sim.runtime.request_bodies import read_object
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route

HEADER = "Idempotency-Key"
USED_BY = "Deck-Sim-Key-Used-By"  # deck-sim's own: the message is Deck's, and names no call
REPLAYED = {"Deck-Sim-Replayed": "true"}


async def answer_once(
    request: Request, route: Route, call: Callable[[Request, Route], Awaitable[Answer]]
) -> Answer:
    """Replay the stored answer to a call with this key; otherwise call, and store the answer.

    An exception is not stored. A key of another call, or of one that is not answered yet (assumed),
    is refused.
    """
    simulation = request.simulation
    rule, lines = request.world.rules.idempotency, request.headers.getlist(HEADER)
    if not rule.covers(route.method, creates=route.creates):
        return await call(request, route)
    key = read_key(rule, lines)
    if key is None:
        return await call(request, route)
    name = f"{route.method} {request.path}"
    parameters = digest_parameters(name, request.scope["query_string"], request.body)
    if key in simulation.answering:
        text = "A call with this idempotency key is not answered yet."
        raise refuse("idempotency/idempotency_error", text)
    simulation.forget_oldest()
    stored = simulation.stored_answers.get(key)
    if stored is not None and request.world.now < stored.at + rule.kept_for:
        if stored.parameters != parameters:
            error = refuse("idempotency/idempotency_error")
            call_as_sent = quote(stored.call, safe=" /")  # a decoded path fits into no header
            error.headers[USED_BY] = f"{call_as_sent}; at={stored.at:%Y-%m-%dT%H:%M:%SZ}"
            raise error
        data = json.loads(stored.body)
        request.id, request.replayed = data["request_id"], True  # the id of the first call
        headers = {**stored.headers, **REPLAYED}
        return Answer(data, stored.status, headers, body=stored.body)
    simulation.answering.add(key)
    try:
        answer = await call(request, route)
        answer.serialize(request.id)
    finally:
        simulation.answering.discard(key)
    if answer.status in rule.kept:
        now, headers = request.world.now, {**answer.headers}
        stored = StoredAnswer(now, name, parameters, answer.status, headers, answer.body)
        simulation.stored_answers[key] = stored
        simulation.world.touch("answer", key)
    return answer


def read_key(rule: Idempotency, lines: list[str]) -> str | None:
    """Join the lines of the header, as HTTP does; None without a line."""
    if not lines:
        return None
    key = ", ".join(lines)
    if len(key) > rule.longest_key:
        raise refuse("idempotency/idempotency_key_error")
    if not key:
        text = f"`{HEADER}` must have 1 to {rule.longest_key} characters, not 0."
        raise refuse("idempotency/idempotency_key_error", text)
    return key


def digest_parameters(name: str, query: bytes, body: bytes) -> str:
    """A digest of a call, independent of how its JSON is spelled.

    A digest, so that a state file keeps no password.
    """
    with suppress(ApiError):  # a body that is not JSON is compared byte by byte
        body = json.dumps(read_object(body), sort_keys=True).encode()
    return blake2b(b"\0".join([name.encode(), query, body]), digest_size=16).hexdigest()
