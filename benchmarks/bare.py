"""The server to compare with: starlette and uvicorn as a plain install has them, and one route.

python benchmarks/bare.py PORT [BODY]
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
    port, *body = sys.argv[1:]
    quiet = {"log_level": "warning", "access_log": False}
    base = {"loop": "asyncio", "http": "h11", "lifespan": "off", "ws": "none"}
    uvicorn.run(bare_app(json.loads(body[0]) if body else "hello"), port=int(port), **base, **quiet)
