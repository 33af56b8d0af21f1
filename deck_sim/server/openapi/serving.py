"""`GET /openapi.json`: the document of `?edition=`, or of the world's edition."""

from starlette.requests import Request
from starlette.responses import Response

from deck_sim.base.errors import quote, suggest
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import dump_json
from deck_sim.server.app import refuse_call
from deck_sim.server.headers import VERSION


async def show_document(worlds: WorldRegistry, request: Request) -> Response:
    """The document. It needs no key; a key selects the edition of its world."""
    from deck_sim.server.openapi import document as documents

    key = request.headers.get("authorization")
    try:
        usual = worlds.select(key).world.edition if key else worlds.settings.edition
        name = request.query_params.get("edition", usual)
        if name not in EDITIONS:
            text = f"unknown edition {quote(name)}{suggest(name, EDITIONS)}"
            raise refuse("request/input_invalid", text, field="edition")
    except ApiError as error:
        return refuse_call(worlds, error, request.scope)
    shown = documents.document(name)
    return Response(dump_json(shown), headers=VERSION, media_type="application/json")
