"""The whole ASGI app, with the paths at which its parts are mounted."""

from functools import cache, partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from deck_sim.base import VERSION_HEADER, __version__
from deck_sim.runtime.registry import WorldRegistry


def make_app(worlds: WorldRegistry) -> ASGIApp:
    @cache
    def make(name: str) -> ASGIApp:
        """Make an app when a call first needs it, because its imports are slow."""
        if name == "control":
            from deck_sim.server.control_api import ControlApp

            return ControlApp(worlds)
        from deck_sim.server.api import routes_of
        from deck_sim.server.app import DeckApp

        return DeckApp(worlds, routes_of)

    async def show_health(request: Request) -> Response:
        data = {"status": "ok", "version": __version__, "request_id": worlds.keyless_request_id()}
        return JSONResponse(data, headers=VERSION_HEADER)

    async def show_document(request: Request) -> Response:
        from deck_sim.server.openapi import document

        return document.show_document(worlds, request)

    async def show_inspector(request: Request) -> Response:
        from deck_sim.server.inspector import serving

        return serving.show_file(request)

    async def show_file(request: Request) -> Response:
        """Show a file or screenshot. The signature in its `url` replaces the API key."""
        from deck_sim.runtime.serialization import read_signed_file

        path, signature = request.path_params, request.query_params.get("signature", "")
        simulation = worlds.find_by_token(path["token"])
        file = simulation and read_signed_file(simulation, path["file_id"], signature)
        if not file:
            text = "no such file, or a wrong signature; call the `url` that the API shows\n"
            return Response(text, 404, VERSION_HEADER, media_type="text/plain")
        content, type_, name = file
        exact = quote(name, safe="")
        spelled = f'="{name}"' if exact == name else f"*=UTF-8''{exact}"  # RFC 6266
        headers = {
            **VERSION_HEADER,
            # Never shown by a browser: a scenario may give a file any content and type.
            "Content-Disposition": f"attachment; filename{spelled}",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content, media_type=type_, headers=headers)

    async def call(name: str, scope: Scope, receive: Receive, send: Send) -> None:
        await make(name)(scope, receive, send)

    router = Router(
        routes=[
            Route("/_sim/files/{token}/{file_id}", show_file),
            Route("/_sim/ui", show_inspector),
            Route("/_sim/ui/{name:path}", show_inspector),
            Route("/_sim/health", show_health),
            Mount("/_sim", partial(call, "control")),
            Route("/openapi.json", show_document),
        ],
        redirect_slashes=False,
        default=partial(call, "api"),
    )

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        """Call the Deck API directly for `/v2/`, because a search through the routes takes time."""
        is_api = scope["path"].startswith("/v2/")
        await (make("api") if is_api else router)(scope, receive, send)

    return route
