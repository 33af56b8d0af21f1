"""The server to compare with: starlette, uvicorn with a parser of HTTP, and one route.

python benchmarks/bare.py PORT PARSER [BODY]

A plain install of uvicorn has the parser h11; with httptools, uvicorn takes that.
"""

import json
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


def bare_app(body):
    """An application that answers each call with this JSON."""

    async def answer(request):
        if request.method == "POST":
            await request.json()
        return JSONResponse(body)

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


if __name__ == "__main__":
    port, parser, *body = sys.argv[1:]
    quiet = {"log_level": "warning", "access_log": False}
    base = {"loop": "asyncio", "http": parser, "lifespan": "off", "ws": "none"}
    uvicorn.run(bare_app(json.loads(body[0]) if body else "hello"), port=int(port), **base, **quiet)
