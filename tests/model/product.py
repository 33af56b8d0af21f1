"""The product: its ASGI app, called in this process."""

import asyncio
import itertools
import json

from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import Settings
from deck_sim.server.mounts import make_app

from .scripts import CONNECTIONS, CREDENTIAL_RUNS, RUNS, SESSIONS

_KINDS = {
    "connections": {"connection": CONNECTIONS, "task_run": RUNS},
    "credentials": {"session": SESSIONS, "task_run": CREDENTIAL_RUNS},
}
_CONTROL = "/_sim/"  # some calls below it let others be answered before they end


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.data = json.loads(body)

    @property
    def codes(self):
        return [error["code"] for error in self.data.get("errors", [])]


class Product:
    """One app for all machines; each machine has its own world with the scripts."""

    def __init__(self, edition):
        self.worlds, self.numbers = WorldRegistry(Settings(edition=edition)), itertools.count()
        self.app, self.runner = make_app(self.worlds), asyncio.Runner()
        for kind, scripts in _KINDS[edition].items():
            for name, steps in scripts.items():
                path = f"/_sim/scenarios/{kind}_{name}"
                whole = {"version": 1, "name": f"{kind}_{name}", kind: steps}
                answer = self.call("scripts", "PUT", path, whole)
                assert answer.status in (200, 201), answer.body
        self.worlds.library = self.worlds.select("Bearer scripts").library

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.runner.close()

    def call(self, key, method, path, body=None, **headers):
        """Call the app; header names are written with `_` for `-`."""
        headers = {"authorization": f"Bearer {key}", **headers}
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
        }
        exchange = self._exchange(scope, b"" if body is None else json.dumps(body).encode())
        return self.runner.run(exchange) if path.startswith(_CONTROL) else _at_once(exchange)

    async def _exchange(self, scope, body):
        sent, parts = [], iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive():
            for part in parts:
                return part
            return await asyncio.Event().wait()  # the client stays

        async def send(message):
            sent.append(message)

        await self.app(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], headers, sent[1]["body"])


def _at_once(exchange):
    """The result of a coroutine that does not wait."""
    try:
        exchange.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("the call waits")
