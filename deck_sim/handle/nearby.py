"""What connects an application of this process with a world, without a socket: transports for its
client, and webhooks for itself.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from deck_sim.base.errors import DeckSimError
from deck_sim.contract.editions import EDITIONS
from deck_sim.handle.control import Control
from deck_sim.handle.delivery import Apps

if TYPE_CHECKING:
    from deck_sim.handle.transports import Way

HOOK = "/webhooks/deck"
ALL = "*"


@dataclass(frozen=True, slots=True)
class Destination:
    """A webhook that was registered: its id, where it leads, and what it is signed with."""

    id: str
    url: str
    secret: str


class Nearby:
    """The part of a handle that needs no socket if the server runs in this process, and uses one
    if not.
    """

    url: str
    api_key: str
    _control: Control
    apps: Apps

    @property
    def transport(self) -> Any:
        """A transport for `httpx.Client` or `httpx2.Client`."""
        from deck_sim.handle.transports import Transport

        return Transport(self._way, self.url)

    @property
    def async_transport(self) -> Any:
        """A transport for `httpx.AsyncClient` or `httpx2.AsyncClient`."""
        from deck_sim.handle.transports import AsyncTransport

        return AsyncTransport(self._way, self.url)

    @cached_property
    def requests_adapter(self) -> Any:
        """An adapter for requests: `session.mount(deck.base_url, deck.requests_adapter)`."""
        from deck_sim.handle.requests_adapter import DeckAdapter

        return DeckAdapter(self.url)

    @property
    def webhook_secret(self) -> str:
        """What the webhooks of this handle are signed with, unless another secret is given."""
        digest = blake2b(self.api_key.encode(), digest_size=24, person=b"webhooks").digest()
        return f"whsec_{base64.b64encode(digest).decode()}"

    def deliver_to(
        self,
        app: Any,
        path: str = HOOK,
        events: Sequence[str] = (ALL,),
        *,
        secret: str | None = None,
        host: str = "testserver",
    ) -> Destination:
        """Let webhooks be delivered to an ASGI or WSGI application by calling it.

        `host` is what the application sees itself called; the default is what web frameworks use
        in tests.

        Raises:
            DeckSimError: if that is no such application, or the destination cannot be made.

        """
        if not path.startswith("/"):
            raise DeckSimError(f"`path` must begin with a slash, and not be {path!r}")
        with self.apps.adding(app, host) as url:
            return self.register_webhook(f"{url}{path}", events, secret=secret, name="deliver_to")

    def register_webhook(
        self,
        url: str,
        events: Sequence[str] = (ALL,),
        *,
        secret: str | None = None,
        name: str = "webhook",
    ) -> Destination:
        """Let webhooks be delivered to a URL, as an application has it done by the Deck API."""
        secret = self.webhook_secret if secret is None else secret
        body = {
            "name": name,
            "type": "webhook",
            "events": [events] if isinstance(events, str) else [*events],
            **EDITIONS[self._control.call("GET", "/world")["edition"]].write_webhook(url, secret),
        }
        made = self._control.call("POST", f"{self.url}/v2/event-destinations", json=body)
        return Destination(made["id"], url, secret)

    def _leave(self) -> None:
        """Call no application any more, and close what connects us with the server."""
        self.apps.close()
        if "_way" in vars(self):
            self._way.close()
        if "requests_adapter" in vars(self):
            self.requests_adapter.close()

    @cached_property
    def _way(self) -> "Way":
        from deck_sim.handle.transports import way_to

        return way_to(self.url)
