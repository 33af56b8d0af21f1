"""The control API, over HTTP if the server runs elsewhere, and by calling its app if in this
process. It is all that the handle uses, so both are driven alike. The home of httpx2.
"""

import sys
from collections.abc import Mapping
from typing import Any

import httpx2

from deck_sim.base import real_time
from deck_sim.base.errors import DeckSimError

Json = dict[str, Any]
IdOr = str | Mapping[str, Any]  # an id, or the resource that has it

WAIT_SECONDS = 60  # for one answer; an advance over many things may take a while


class Control:
    """Calls below `/_sim` for one world."""

    def __init__(self, url: str, api_key: str) -> None:
        self.url, self.api_key = url, api_key
        self._client = httpx2.Client(
            base_url=f"{url}/_sim",
            headers={
                "Authorization": f"Bearer {api_key}",
                real_time.PROCESS_HEADER: real_time.PROCESS,
            },
            timeout=WAIT_SECONDS,
            transport=_without_socket(url),
            # To read the certificates takes longer than all that a test's world needs besides.
            verify=not url.startswith("http://"),
            trust_env=False,  # a proxy of the environment has no business on loopback
        )

    def call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """The answer to a call; `content` is what httpx2 takes: `json`, `content`, `headers`.

        Raises:
            DeckSimError: with the server's messages, or with why it could not be reached.

        """
        headers = {**_present(), **content.pop("headers", {})}
        try:
            answer = self._client.request(method, path, headers=headers, **content)
        except httpx2.TransportError as error:
            text = f"no deck-sim answers at {self.url}: {error or type(error).__name__}"
            raise DeckSimError(text) from None
        data = _read(answer)
        if answer.is_error:
            raise DeckSimError("\n".join(e["message"] for e in data["errors"]), data["errors"])
        return data

    def get(self, path: str) -> list[dict[str, Any]]:
        """The items of a list."""
        data: list[dict[str, Any]] = self.call("GET", path)["data"]
        return data

    def close(self) -> None:
        """Close what connects us with the server."""
        self._client.close()


def _without_socket(url: str) -> httpx2.BaseTransport | None:
    """The transport to a server of this process: a line of its own for each world, and the way over
    it, would take several times as long as all that the world needs.
    """
    serving = sys.modules.get(
        "deck_sim.server.serve"
    )  # without it there is no server in this process
    if serving is None or serving.server_at(url) is None:
        return None
    from deck_sim.handle.transports import Transport, way_to

    return Transport(way_to(url), url)


def _present() -> dict[str, str]:
    """The frozen moment, if the process is frozen: a server elsewhere signs webhooks with it, or
    their receivers, who are frozen with us, would refuse them.
    """
    if not real_time.is_frozen():
        return {}
    return {real_time.PRESENT_HEADER: real_time.process_now().isoformat()}


def _read(answer: httpx2.Response) -> dict[str, Any]:
    if "Deck-Sim-Version" not in answer.headers:
        text = f"what answers at {answer.url} with {answer.status_code} is not deck-sim"
        raise DeckSimError(text)
    data: dict[str, Any] = answer.json()
    return data


def read_id(resource: IdOr) -> str:
    """The id, if that is not what was given already."""
    return resource if isinstance(resource, str) else str(resource["id"])


def given(**values: Any) -> Json:
    """Those that are not None."""
    return {name: value for name, value in values.items() if value is not None}
