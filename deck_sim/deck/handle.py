"""The handle of one world: what a test holds while its application talks to the fake API.

Everything goes through the control API, and nothing that is only read changes the world.
"""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from deck_sim.deck.beside import refuse_on_a_loop
from deck_sim.deck.control import Control, IdOr, Json, given, read_id
from deck_sim.deck.delivering import Apps
from deck_sim.deck.faults import Faults
from deck_sim.deck.holds import Hold
from deck_sim.deck.journal import Calls
from deck_sim.deck.manners import Manners
from deck_sim.deck.nearby import Nearby
from deck_sim.deck.passing import Passing
from deck_sim.deck.timeline import Timeline, read_timeline, write_length, write_moment
from deck_sim.scenario.document import YamlError
from deck_sim.scenario.yaml_reader import read_yaml

UNNAMED = "scenario"


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


class Clock:
    """The clock of a world."""

    def __init__(self, control: Control, apps: Apps) -> None:
        self._control, self._apps = control, apps

    @property
    def now(self) -> datetime:
        """The world's present moment, in UTC."""
        return datetime.fromisoformat(self._control.call("GET", "/clock")["now"])

    @property
    def mode(self) -> str:
        """`frozen`, `real`, `on_poll` or `follow`."""
        return str(self._control.call("GET", "/clock")["mode"])

    def set(
        self, mode: str, *, now: str | datetime | None = None, speed: float | None = None
    ) -> None:
        """Change how time moves, and first go on to `now` if it is given."""
        if now is not None:
            refuse_on_a_loop(self.set)
        self._apps.during(self._setting(mode, now, speed))

    async def async_set(
        self, mode: str, *, now: str | datetime | None = None, speed: float | None = None
    ) -> None:
        """The same, while the event loop goes on."""
        await self._apps.async_during(self._setting(mode, now, speed))

    def _setting(
        self, mode: str, now: str | datetime | None, speed: float | None
    ) -> Callable[[], Json]:
        moment = None if now is None else write_moment(now)
        body = given(mode=mode, now=moment, speed=speed)
        return lambda: self._control.call("PUT", "/clock", json=body)


class Deck(Passing, Nearby, Faults):
    """A world of a deck-sim server, selected by its API key.

    As a context manager it closes its connection with the server; the world stays.
    """

    def __init__(self, url: str, api_key: str) -> None:
        """Drive the world of `api_key` on the server at `url`, with or without its `/v2`."""
        self.url = url.rstrip("/").removesuffix("/v2")
        self.api_key = api_key
        self._control = Control(self.url, api_key)
        self.apps = Apps(self.url, api_key)
        self.clock = Clock(self._control, self.apps)
        self.poll_interval: str | timedelta = "1s"  # what `manners` takes for often enough
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

    def stamp_webhooks(self, time: str) -> None:
        """Say which time webhooks are signed with: the `wall` clock's, or the `world`'s."""
        self._control.call("PATCH", "/world", json={"webhook_time": time})

    def next(self) -> Json:
        """What is due, soonest first, and what waits without a timer."""
        return self._control.call("GET", "/next")

    # Scenarios

    def use(self, name: str) -> None:
        """Let every connection and run to come play this scenario, unless another is chosen."""
        self._control.call("PATCH", "/world", json={"default_scenario": name})

    def queue(self, *names: str, resource: str = "task_run") -> None:
        """Let the next runs (or connections) play these, one each."""
        self._control.call("POST", "/queue", json={"resource": resource, "scenarios": [*names]})

    def rule(self, when: Mapping[str, Any], scenario: str, resource: str | None = None) -> None:
        """Let every run and connection that matches `when` play this; earlier rules come first.

        `deck.rule({"username": "*@hotel.example"}, "mfa_then_success")`. `resource` says that it is
        for `task_run` or `connection` alone.
        """
        rule = given(when=dict(when), scenario=scenario, resource=resource)
        self._control.call("PUT", "/rules", json={"rules": [*self.rules, rule]})

    def limit_rate(self, limit: bool | Mapping[str, Any] = True) -> None:
        """Answer more calls than Deck takes with 429, or than `{"requests": 5, "per": "1s"}`.

        The window is one of the world's clock. False takes the limit back.
        """
        wanted = limit if isinstance(limit, bool) else dict(limit)
        self._control.call("PATCH", "/world", json={"rate_limit": wanted})

    def refuse_assumed(self, refuse: bool = True) -> None:
        """Answer calls of the Deck API that rest on an assumption with 501; False no more."""
        self._control.call("PATCH", "/world", json={"strict_fidelity": refuse})

    def surprise(
        self,
        *,
        fields: bool = False,
        event_type: str | None = None,
        interaction_type: str | None = None,
    ) -> None:
        """Show what no page documents: unknown fields, and an event or interaction of that type.

        Without arguments nothing surprises any more.
        """
        wanted = given(fields=fields, event_type=event_type, interaction_type=interaction_type)
        self._control.call("PATCH", "/world", json={"surprises": wanted})

    @property
    def rules(self) -> list[Json]:
        """The rules there are; the first that matches counts."""
        rules: list[Json] = self._control.call("GET", "/rules")["rules"]
        return rules

    def scenario(self, source: str | Mapping[str, Any]) -> str:
        """Add a scenario to this world, from YAML text or plain data; returns its name.

        Plain data may leave out `version` and `name`.
        """
        if isinstance(source, str):
            name = _usable(_name_in(source))
            self._control.call("PUT", f"/scenarios/{name}", content=source.encode())
        else:
            name = _usable(source.get("name", f"{UNNAMED}_{next(self._numbers)}"))
            self._control.call("PUT", f"/scenarios/{name}", json=dict(source))
        return name

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
        kind, prefix, status = _LOGINS[self.world["edition"]]
        made = [f"{prefix}_{next(self._numbers):016}" for prefix in (*_PREFIXES, prefix)]
        ready = ReadyTask(*made[:-1], **{f"{kind}_id": made[-1]})
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
                f"{kind}s": [
                    {"id": made[-1], "source_id": ready.source_id, "status": status}
                    | {"auth_method": "none"}
                ]
            },
        )
        return ready

    def create(self, path: str, body: Mapping[str, Any]) -> Json:
        """Create a resource through the Deck API, as an application does: `agents`, for example."""
        return self._control.call("POST", f"{self.base_url}/{path}", json=dict(body))

    # What people and sources do

    def approve(self, run: IdOr) -> Json:
        """Let the reviewer approve a run that waits for one."""
        return self._control.call("POST", f"/task-runs/{read_id(run)}/approve")

    def reject(self, run: IdOr) -> Json:
        """Let the reviewer reject a run that waits for one."""
        return self._control.call("POST", f"/task-runs/{read_id(run)}/reject")

    def drop(self, login: IdOr) -> Json:
        """Let the source end a connection, or a session."""
        path = _DROPPED[self.world["edition"]]
        return self._control.call("POST", f"/{path}/{read_id(login)}/drop")

    def invalidate(self, login: IdOr) -> Json:
        """Let what a connection or credential logs in with change at the source."""
        kind, _, _ = _LOGINS[self.world["edition"]]
        return self._control.call("POST", f"/{kind}s/{read_id(login)}/invalidate")

    # Races

    def hold(
        self,
        point: str,
        id: IdOr | None = None,  # noqa: A002
    ) -> Hold:
        """Stop what is about to emit an event such as `task_run.completed`, until released.

        `with deck.hold("task_run.completed", run) as hold: ...`; or call its `release()`. A call
        like `POST /v2/tasks/*/run` is held when its work is done and its answer is to be sent.
        """
        return Hold(self._control, point, None if id is None else read_id(id))

    # What happened

    @property
    def runs(self) -> list[Json]:
        """Every task run as it is now, its `input` included, oldest first."""
        return self._control.get("/task-runs")

    @property
    def connections(self) -> list[Json]:
        """Every connection as it is now, oldest first."""
        return self._control.get("/connections")

    @property
    def credentials(self) -> list[Json]:
        """Every credential as it is now, oldest first."""
        return self._control.get("/credentials")

    @property
    def sessions(self) -> list[Json]:
        """Every session as it is now, oldest first."""
        return self._control.get("/sessions")

    @property
    def events(self) -> list[Json]:
        """Every event, oldest first."""
        return self._control.get("/events")

    @property
    def deliveries(self) -> list[Json]:
        """Every delivery of an event, oldest first; its `log` has each attempt."""
        return self._control.get("/deliveries")

    def messages(self, destination: IdOr) -> list[Json]:
        """The events that a destination other than a webhook (a queue, for example) holds."""
        return self._control.get(f"/destinations/{read_id(destination)}/messages")

    @property
    def requests(self) -> Calls:
        """Every call of the Deck API and how it was answered, oldest first; see `Calls`."""
        return Calls(self._control.get("/requests"))

    @property
    def timeline(self) -> Timeline:
        """Calls, transitions, deliveries and moves of the clock, in the order they happened."""
        return read_timeline(self._control.get("/timeline"))

    @property
    def manners(self) -> Manners:
        """What the client does wrong: `print` it, or `check()` it; see `Manners`."""
        interval = write_length(self.poll_interval)
        answer = self._control.call("GET", "/manners", params={"poll_interval": interval})
        return Manners(answer["data"])

    def coverage(self) -> list[Json]:
        """A row for each scenario that was played: how often each step was, and what never was."""
        return self._control.get("/coverage")

    @property
    def fidelity(self) -> list[Json]:
        """A row for each behaviour that the world imitates: what it is, and how we know of it."""
        return self._control.get("/fidelity")

    @property
    def world(self) -> Json:
        """The world as a whole: edition, seed, clock, queues, choices, counts, crashes, faults."""
        return self._control.call("GET", "/world")

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

    def snapshot(self) -> Json:
        """The whole world as data that JSON can hold; give it to `restore` as it is."""
        return self._control.call("GET", "/snapshot")

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Let the world be as it was when the snapshot was taken, here or on another server."""
        self._control.call("PUT", "/snapshot", json=dict(snapshot))

    def delete(self) -> None:
        """Forget the world; its key would begin a new one."""
        self._control.call("DELETE", "/world")


_PREFIXES = ("agt", "src", "task")  # in the order of `ReadyTask`
# What says who logs in, by edition: its kind, its prefix, and the status in which it is ready.
_LOGINS = {
    "connections": ("connection", "conn", "connected"),
    "credentials": ("credential", "cred", "verified"),
}
_DROPPED = {"connections": "connections", "credentials": "sessions"}


def _name_in(text: str) -> Any:
    """What a YAML text calls its scenario; None if it cannot be read."""
    try:
        data = read_yaml(text).data
    except YamlError:
        return None
    return data.get("name") if isinstance(data, dict) else None


def _usable(name: Any) -> str:
    """The name, if a path can hold it; if not, the server will say what is wrong, and where."""
    return name if isinstance(name, str) and re.fullmatch("[a-z0-9_]+", name) else UNNAMED
