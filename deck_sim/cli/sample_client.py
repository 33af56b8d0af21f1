"""A small client of the Deck API, as the application of an integrator has one.

It knows a base URL, a key and Deck's documentation, and nothing of deck-sim.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

Json = dict[str, Any]
Ask = Callable[[Json], Mapping[str, str]]

POLL_SECONDS = 2
_UNDER_WAY = {"connecting", "queued", "running", "pending"}


class SampleClient:
    """Reads what a user has at a source: connects, runs a task, and asks the user if Deck asks."""

    def __init__(
        self, http: httpx2.Client, ask: Ask, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.http, self.ask, self.sleep = http, ask, sleep

    def connect(self, source_id: str, username: str, password: str) -> Json:
        """Connect a user with a source; returns the connection once it is settled."""
        body = {
            "source_id": source_id,
            "auth_method": "username_password",
            "auth_credentials": {"username": username, "password": password},
        }
        connection = self._call("POST", "connections", body)
        return self._see_through(f"connections/{connection['id']}", connection)

    def run(self, task_id: str, connection: Json, **given: Any) -> Json:
        """Run a task with this input; returns the run once it is over."""
        body = {"connection_id": connection["id"], "input": given}
        run = self._call("POST", f"tasks/{task_id}/run", body)
        return self._see_through(f"task-runs/{run['id']}", run)

    def _see_through(self, path: str, found: Json) -> Json:
        """Poll until it is settled, and let the user answer what Deck asks meanwhile."""
        while True:
            if found["status"] == "interaction_required":
                answer = self.ask(found["interaction"])
                found = self._call("POST", f"{path}/interaction", {"inputs": answer})
            elif found["status"] in _UNDER_WAY:
                self.sleep(POLL_SECONDS)
                found = self._call("GET", path)
            else:
                return found

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self.http.request(method, path, json=body)
        answer.raise_for_status()
        found: Json = answer.json()
        return found
