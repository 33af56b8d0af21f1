"""A small client of the Deck API, like one in an application. It knows nothing of deck-sim."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

Json = dict[str, Any]
Ask = Callable[[Json], Mapping[str, str]]

POLL_SECONDS = 2
_UNFINISHED = {"connecting", "queued", "running", "pending"}


class SampleClient:
    """Opens a connection, runs a task, and passes prompts on to the user."""

    def __init__(
        self, http: httpx2.Client, ask: Ask, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.http, self.ask, self.sleep = http, ask, sleep

    def connect(self, source_id: str, username: str, password: str) -> Json:
        """Open a connection; return it once it is connected or has failed."""
        body = {
            "source_id": source_id,
            "auth_method": "username_password",
            "auth_credentials": {"username": username, "password": password},
        }
        connection = self._call("POST", "connections", body)
        return self._wait(f"connections/{connection['id']}", connection)

    def run(self, task_id: str, connection: Json, **given: Any) -> Json:
        """Run a task; return the run once it has finished."""
        run = self.start_run(task_id, connection, **given)
        return self._wait(f"task-runs/{run['id']}", run)

    def start_run(self, task_id: str, connection: Json, **given: Any) -> Json:
        """Run a task; return the new run, which a webhook will tell about."""
        body = {"connection_id": connection["id"], "input": given}
        return self._call("POST", f"tasks/{task_id}/run", body)

    def read_run(self, run_id: str) -> Json:
        """Read a run once."""
        return self._call("GET", f"task-runs/{run_id}")

    def _wait(self, path: str, found: Json) -> Json:
        """Poll until the status is final, and answer prompts."""
        while True:
            if found["status"] == "interaction_required":
                answer = self.ask(found["interaction"])
                found = self._call("POST", f"{path}/interaction", {"inputs": answer})
            elif found["status"] in _UNFINISHED:
                self.sleep(POLL_SECONDS)
                found = self._call("GET", path)
            else:
                return found

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self.http.request(method, path, json=body)
        answer.raise_for_status()
        found: Json = answer.json()
        return found
