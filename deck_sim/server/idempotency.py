"""Idempotency keys: a call that is repeated with its key gets the stored answer.

The edition says which calls take a key and which answers are stored.
"""

import json
from contextlib import suppress
from hashlib import blake2b
from urllib.parse import quote

from starlette.datastructures import Headers

from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.runtime.call_journal import StoredAnswer
from deck_sim.runtime.request_bodies import read_object
from deck_sim.server.request import Answer, Request

KEY_HEADER = "Idempotency-Key"
USED_BY = "Deck-Sim-Key-Used-By"  # deck-sim's own header: Deck's message does not name the call


def replay_answer(request: Request) -> Answer | None:
    """Return the answer stored under the call's key, or None; refuse a key of another call."""
    simulation, rule = request.simulation, request.world.contract.idempotency
    if KEY_HEADER.lower() not in request.headers or not rule.covers(request.operation):
        return None
    key = ", ".join(Headers(scope=request.scope).getlist(KEY_HEADER))
    if not 1 <= len(key) <= rule.longest_key:
        text = (
            None if key else f"`{KEY_HEADER}` must have 1 to {rule.longest_key} characters, not 0."
        )
        raise refuse("idempotency/idempotency_key_error", text)
    stored = simulation.stored_answers.get(key)
    if stored is None or simulation.world.now >= stored.at + rule.kept_for:
        request.idempotency_key = key
        return None
    if stored.parameters != _digest(request):
        error = refuse("idempotency/idempotency_error")
        call_as_sent = quote(stored.call, safe=" /")  # a decoded path fits into no header
        error.headers[USED_BY] = f"{call_as_sent}; at={stored.at:%Y-%m-%dT%H:%M:%SZ}"
        raise error
    data = json.loads(stored.body)
    request.id, request.replayed = data["request_id"], True  # the id of the first call
    headers = {**stored.headers, "Deck-Sim-Replayed": "true"}
    return Answer(data, stored.status, headers, body=stored.body)


def store_answer(request: Request) -> None:
    """Store the answer to a call with a key, if the edition stores answers with this status."""
    key, answer, world = request.idempotency_key, request.answer, request.simulation.world
    if key is None or answer.status not in world.contract.idempotency.stored_statuses:
        return
    name, headers = f"{request.method} {request.path}", {**answer.headers}
    stored = StoredAnswer(world.now, name, _digest(request), answer.status, headers, answer.body)
    request.simulation.stored_answers[key] = stored


def _digest(request: Request) -> str:
    """Return a digest of a call, to recognize a retry without storing the body: it may have a
    password. Spaces and the order of keys in JSON do not matter.
    """
    name, body = f"{request.method} {request.path}", request.body
    with suppress(ApiError):  # a body that is not JSON is compared byte by byte
        body = json.dumps(read_object(body), sort_keys=True).encode()
    return blake2b(
        b"\0".join([name.encode(), request.scope["query_string"], body]), digest_size=16
    ).hexdigest()
