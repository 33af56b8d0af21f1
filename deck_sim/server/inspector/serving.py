"""Serves the inspector: its page, `GET /_sim/ui`, and the files that the page loads."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from deck_sim.base import VERSION_HEADER

STATIC = Path(__file__).with_name("static")
PAGE = "index.html"
MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    "": "text/plain",
}
# By their names in URLs. No other path is ever opened.
FILES = {
    path.relative_to(STATIC).as_posix(): path
    for path in sorted(STATIC.rglob("*"))
    if path.suffix in MEDIA_TYPES and path.is_file()
}
# The browser would learn of a module only from the ones that import it, level by level.
_PRELOADS = "".join(
    f'<link rel="modulepreload" href="ui/{name}" />'
    for name in FILES
    if name.endswith(".js") and name != "look/theme.js"  # which is no module
)
HEADERS = {
    **VERSION_HEADER,
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self' data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def show_file(request: Request) -> Response:
    """Show the inspector's page or a file of it. No key is needed: none has data of a world."""
    name = request.path_params.get("name", PAGE)
    if not name:  # the page's links are relative to its address without the slash
        return RedirectResponse("../ui", headers=HEADERS)
    file = FILES.get(name)
    if file is None:
        text = "the inspector has no such file; its page is /_sim/ui\n"
        return Response(text, 404, HEADERS, media_type="text/plain")
    content = file.read_text()
    if name == PAGE:
        content = content.replace("</head>", f"{_PRELOADS}</head>")
    return Response(content, headers=HEADERS, media_type=MEDIA_TYPES[file.suffix])
