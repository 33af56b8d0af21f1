"""The part of the Deck API that the concierge uses."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any

import httpx2

Json = dict[str, Any]
ATTEMPTS = 5  # of one call


class DeckError(Exception):
    """Deck refused a call."""

    def __init__(self, status: int, errors: list[Json]) -> None:
        super().__init__("; ".join(error["message"] for error in errors) or f"status {status}")
        self.status = status
        self.errors = errors


class DeckClient:
    """A client of the Deck API. Creates have idempotency keys, so that a call without an answer
    can be repeated.
    """

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    @classmethod
    def from_environment(cls) -> "DeckClient":
        """Create a client from `DECK_BASE_URL` and `DECK_API_KEY`."""
        headers = {"Authorization": f"Bearer {os.environ['DECK_API_KEY']}"}
        http = httpx2.AsyncClient(base_url=os.environ["DECK_BASE_URL"], headers=headers)
        return cls(http)

    async def open_connection(
        self, source_id: str, username: str, password: str, external_id: str
    ) -> Json:
        """Log in as the guest. Every event of the connection has the `external_id`."""
        body = {
            "source_id": source_id,
            "auth_method": "username_password",
            "auth_credentials": {"username": username, "password": password},
            "external_id": external_id,
        }
        return await self._call("POST", "/connections", body, key=f"open-{external_id}")

    async def run_task(self, task_id: str, connection_id: str, key: str | None) -> Json:
        """Start a run."""
        body = {"connection_id": connection_id, "input": {}}
        return await self._call("POST", f"/tasks/{task_id}/run", body, key=key)

    async def read(self, path: str) -> Json:
        """Read a connection or a run."""
        return await self._call("GET", path)

    async def answer(self, path: str, inputs: Mapping[str, str]) -> Json:
        """Answer the prompt of a connection or run."""
        return await self._call("POST", f"{path}/interaction", {"inputs": dict(inputs)})

    async def cancel(self, path: str) -> Json:
        """Cancel a run."""
        return await self._call("POST", f"{path}/cancel")

    async def _call(
        self, method: str, path: str, body: Json | None = None, key: str | None = None
    ) -> Json:
        headers = {} if key is None else {"Idempotency-Key": key}
        for _ in range(ATTEMPTS):
            try:
                answer = await self.http.request(method, path, json=body, headers=headers)
            except httpx2.TransportError:
                continue
            if answer.status_code < 500 and answer.status_code != 429:
                data: Json = answer.json()
                if answer.is_error:
                    raise DeckError(answer.status_code, data["errors"])
                return data
            await asyncio.sleep(int(answer.headers.get("Retry-After", 0)))
        raise DeckError(503, [])
