"""The handle of one world: what a test holds while its application talks to the fake API.

Everything goes through the control API, and nothing that is only read changes the world.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from deck_sim.handle.address import read_url
from deck_sim.handle.clock import Clock
from deck_sim.handle.control import Control, Json, given
from deck_sim.handle.delivery import Apps
from deck_sim.handle.directing import Directing
from deck_sim.handle.faults import Faults
from deck_sim.handle.looking import Looking
from deck_sim.handle.nearby import Nearby
from deck_sim.handle.passing import Passing
from deck_sim.handle.timeline import write_moment


@dataclass(frozen=True, slots=True)
class ReadyTask:
    """The ids of a task that can be run at once, and of all that this takes."""

    agent_id: str
    source_id: str
    task_id: str
    connection_id: str | None = None  # in the edition that has connections
    credential_id: str | None = None  # in the one that has credentials

    @property
    def login(self) -> Json:
        """What the body of a run needs beside its input."""
        named = {"connection_id": self.connection_id, "credential_id": self.credential_id}
        return given(**named)


class Deck(Passing, Nearby, Directing, Faults, Looking):
    """A world of a deck-sim server, selected by its API key.

    As a context manager it closes its connection with the server; the world stays.
    """

    def __init__(self, url: str, api_key: str) -> None:
        """Drive the world of `api_key` on the server at `url`, with or without its `/v2`.

        Raises:
            DeckSimError: if that is no URL of a server. Whether one is there shows the first call.

        """
        self.url = read_url(url)
        self.api_key = api_key
        self._control = Control(self.url, api_key)
        self.apps = Apps(self.url, api_key)
        self.clock = Clock(self._control, self.apps)
        self._numbers = itertools.count(1)

    @property
    def base_url(self) -> str:
        """What the application under test is pointed at; ends in `/v2`."""
        return f"{self.url}/v2"

    def __repr__(self) -> str:
        return f"Deck({self.url!r}, {self.api_key!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection with the server."""
        self._leave()
        self._control.close()

    # Resources

    def seed(
        self,
        resources: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        /,
        **kinds: Sequence[Mapping[str, Any]],
    ) -> dict[str, list[str]]:
        """Put resources with fixed ids there as if they had always been; returns the ids by kind.

        `deck.seed(agents=[{"id": "agt_1", "name": "Concierge"}])`; all of them, or none.
        """
        wanted = {**(resources or {}), **kinds}
        answer = self._control.call("POST", "/seed", json={"resources": wanted})
        seeded: dict[str, list[str]] = answer["seeded"]
        return seeded

    def ready_task(
        self,
        *,
        input_schema: Mapping[str, Any] | None = None,
        output_schema: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> ReadyTask:
        """Seed an agent, a source, a task, and a connected connection or a verified credential;
        `fields` are the task's.
        """
        edition = self._edition
        login = edition.login_kind
        made = [f"{prefix}_{next(self._numbers):016}" for prefix in (*_PREFIXES, login.prefix)]
        ready = ReadyTask(*made[:-1], **{f"{login.object}_id": made[-1]})
        schemas = {"input_schema": input_schema, "output_schema": output_schema}
        website = {"url": "https://source.example"}
        self.seed(
            agents=[{"id": ready.agent_id, "name": "Agent"}],
            sources=[{"id": ready.source_id, "type": "website", "website": website}],
            tasks=[
                {"name": "Task", **schemas, **fields, "id": ready.task_id}
                | {"agent_id": ready.agent_id}
            ],
            **{
                login.path: [
                    {"id": made[-1], "source_id": ready.source_id, "status": edition.login_status}
                    | {"auth_method": "none"}
                ]
            },
        )
        return ready

    def create(self, path: str, body: Mapping[str, Any]) -> Json:
        """Create a resource through the Deck API, as an application does: `agents`, for example."""
        return self._control.call("POST", f"{self.base_url}/{path}", json=dict(body))

    # The world as a whole

    def reset(
        self,
        *,
        edition: str | None = None,
        clock: str | None = None,
        speed: float | None = None,
        now: str | datetime | None = None,
        seed: int | None = None,
        webhook_time: str | None = None,
    ) -> None:
        """Begin the world anew, empty; what is not given is as the server was started."""
        moment = None if now is None else write_moment(now)
        body = given(edition=edition, mode=clock, speed=speed, now=moment, seed=seed)
        body |= given(webhook_time=webhook_time)
        self._control.call("POST", "/reset", json=body)
        self.holds = ()

    def snapshot(self) -> Json:
        """The whole world as data that JSON can hold; give it to `restore` as it is."""
        return self._control.call("GET", "/snapshot")

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Let the world be as it was when the snapshot was taken, here or on another server."""
        self._control.call("PUT", "/snapshot", json=dict(snapshot))
        self.holds = ()

    def delete(self) -> None:
        """Forget the world; its key would begin a new one."""
        self._control.call("DELETE", "/world")


_PREFIXES = ("agt", "src", "task")  # in the order of `ReadyTask`
