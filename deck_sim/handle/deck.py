"""`Deck`: the handle of one world, for a test whose application calls the fake API.

Reading a property is no poll: an `on_poll` clock does not move.
"""

import itertools
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import warn

from deck_sim.base.errors import DeckSimError, nearest, quote
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.handle.connect.address import DECK_HOST, read_url
from deck_sim.handle.connect.applications import WebhookApps
from deck_sim.handle.connect.control import Control, IdOrResource, Json, drop_none, read_id, reads
from deck_sim.handle.connect.threads import refuse_on_event_loop, twin_of
from deck_sim.handle.connect.transports import Transport
from deck_sim.handle.deck_clock import Clock
from deck_sim.handle.hold import Hold, point_field
from deck_sim.handle.recorded_calls import Calls, LintReport
from deck_sim.handle.tasks import ReadyTask, Tasks
from deck_sim.handle.timeline import (
    AdvanceReport,
    Duration,
    Timeline,
    TimelineEntry,
    write_duration,
)
from deck_sim.scenario.yaml_files import YamlError, read_yaml

if TYPE_CHECKING:
    from deck_sim.handle.interception import Interception

ALL_EVENTS = "*"
WEBHOOK_PATH = "/webhooks/deck"


@dataclass(frozen=True, slots=True)
class Destination:
    """A registered webhook: the id of its destination, its URL, and the secret for signatures."""

    id: str
    url: str
    secret: str


_FOLLOW_INTERVAL = 0.5  # seconds between two reads of a timeline


class Deck(AbstractContextManager["Deck"]):
    """A world of a deck-sim server, selected by its API key.

    As a context manager, a `Deck` is closed at the end of a block; the world stays. A call that the
    server refuses raises a `DeckSimError` with the server's messages.

    In a coroutine, use the `async_` twin of a method that may wait for webhooks, with the same
    arguments: `await deck.async_advance("5m")`. The method itself would block the event loop, and
    perhaps a webhook receiver on that loop, so it raises a `DeckSimError` there.
    """

    poll_interval: Duration = "1s"  # reads closer together are a finding of `lint`
    most_idle_sleeps = 1000  # calls of `sleep` in a row without effect, before it fails
    interceptions: tuple["Interception", ...] = ()  # all that were started here
    url: str
    api_key: str
    apps: WebhookApps
    clock: Clock

    def __init__(self, url: str, api_key: str) -> None:
        """Use the world of `api_key` on the server at `url`, which may end in `/v2`."""
        self.url = read_url(url)
        self.api_key = api_key
        self._opened = ExitStack()
        self._transport = Transport(self.url)
        self._opened.callback(self._transport.disconnect)
        self._control = self._opened.enter_context(closing(Control(self._transport, api_key)))
        self.apps = self._opened.enter_context(closing(WebhookApps(self.url, api_key)))
        self.clock = Clock(self._control, self.apps)
        self._numbers = itertools.count(1)
        self._idle_sleeps, self._idle_since = 0, datetime.min

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "clock" and name in vars(self):
            raise AttributeError(
                '`deck.clock` is read-only; `deck.clock.set("real")` sets its mode'
            )
        if not (name[0] == "_" or name in Deck.__annotations__ or hasattr(type(self), name)):
            near = nearest(name, (attribute for attribute in dir(self) if attribute[0] != "_"))
            raise AttributeError(f"a `Deck` has no attribute {name!r}{near}")
        super().__setattr__(name, value)

    @property
    def base_url(self) -> str:
        """The base URL for the application under test; ends in `/v2`."""
        return f"{self.url}/v2"

    @property
    def inspector_url(self) -> str:
        """The URL of the page that shows this world; open it while a debugger stops the test."""
        from deck_sim.server.inspector import inspector_url

        return inspector_url(self.url, self.api_key)

    @property
    def world(self) -> Json:
        """The world's settings, problems, and numbers of records, as in `GET /_sim/world`."""
        return self._control("show_world")

    @property
    def _edition(self) -> Edition:
        return EDITIONS[self.world["edition"]]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the handle: another process gets a handle of the same world on the same server."""
        return Deck, (self.url, self.api_key)

    def __repr__(self) -> str:
        return f"Deck({self.url!r}, {self.api_key!r})"

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop calling applications, end the interceptions, and close this object's sockets."""
        self._opened.close()

    # Clients

    @property
    def transport(self) -> Any:
        """A transport for `httpx` and `httpx2`, without a socket to a server in this process."""
        return self._transport

    @property
    def async_transport(self) -> Any:
        """The same transport as `transport`, for `httpx.AsyncClient` or `httpx2.AsyncClient`."""
        return self._transport

    def intercept(self, hosts: str | Sequence[str] = (DECK_HOST,)) -> "Interception":
        """Answer this process's calls to `hosts` with this world, whatever key they send.

        This applies to httpx, httpx2, requests, aiohttp and urllib. It ends with its `with` block,
        with `stop()`, or when this `Deck` is closed, as at the end of a test.
        """
        from deck_sim.handle.interception import Interception

        interception = Interception(self._transport, self.api_key, hosts)
        self.interceptions += (interception,)
        return self._opened.enter_context(interception)

    # Scenarios

    def use(self, name: str) -> None:
        """Set the scenario that connections, sessions and runs play unless another is chosen."""
        if not isinstance(name, str) or "\n" in name:
            text = "`use` takes the name of a scenario; for YAML or data, write"
            raise DeckSimError(f"{text} `deck.use(deck.scenario(…))`")
        self.set_options(default_scenario=name)

    def queue(self, *names: str, resource: str = "task_run") -> None:
        """Queue scenarios: each of the next new resources of the kind `resource` plays one."""
        if any(isinstance(name, list | tuple) for name in names):
            text = "`queue` takes names, not a list of them"
            raise DeckSimError(f'{text}; write `deck.queue("success", "slow_success")`')
        self._control("queue_scenarios", resource=resource, scenarios=[*names])

    def rule(self, when: Mapping[str, Any], scenario: str, resource: str | None = None) -> None:
        """Add a rule: connections, sessions and runs that match `when` play this scenario.

        `deck.rule({"username": "*@hotel.example"}, "mfa_then_success")`. Earlier rules win. With
        `resource`, the rule is for that kind only: `task_run`, `connection` or `session`.
        """
        rule = drop_none(when=when, scenario=scenario, resource=resource)
        self._control("put_rules", rules=[*self.rules, rule])

    rules: list[Json] = reads("show_rules", "The rules; the first that matches is used.", "rules")

    def scenario(self, source: str | PathLike[str] | Mapping[str, Any]) -> str:
        """Add a scenario to this world; return its name.

        `source` is YAML text, the `Path` of a YAML file, or plain data, which may omit `version`
        and `name`.
        """
        if isinstance(source, PathLike):
            try:
                source = Path(source).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise DeckSimError(f"cannot read {str(source)!r}: {error}") from None
        elif isinstance(source, str) and re.fullmatch(r"\S+\.ya?ml", source):
            fix = f"for a file pass `Path({source!r})`"
            raise DeckSimError(f"{quote(source)} is not YAML text; {fix}")
        data: Any = None
        if not isinstance(source, str):
            data = source = {"name": f"scenario_{next(self._numbers)}", **source}
        else:
            with suppress(YamlError):
                data = read_yaml(source).data
        name = data.get("name") if isinstance(data, Mapping) else None
        if not (isinstance(name, str) and re.fullmatch("[a-z0-9_]+", name)):
            name = "scenario"  # for the path; the server says what is wrong, and where
        self._control("put_scenario", name=name, body=source)
        return name

    def hold(self, point: str, id: IdOrResource | None = None) -> Hold:
        """Stop runs, connections and sessions before they emit an event, until `release()`.

        `with deck.hold("task_run.completed", run): ...` releases at the end of the block. With
        `id`, only that resource is stopped. If the point is a call, such as
        `POST /v2/tasks/*/run`, the call takes effect, but its answer is held.
        """
        return Hold(self._control, point, None if id is None else read_id(id))

    # People and sources

    def approve(self, run: IdOrResource) -> Json:
        """Approve a run that waits for a reviewer; its next step follows. Return the run."""
        return self._control("approve_task_run", id=run)

    def reject(self, run: IdOrResource) -> Json:
        """Reject a run that waits for a reviewer: it fails, or plays `on_rejected`. Return it."""
        return self._control("reject_task_run", id=run)

    def answer(self, resource: IdOrResource, answer: str | Mapping[str, Any]) -> Json:
        """Answer the open prompt of a run or connection through the Deck API, as applications do.

        `deck.answer(run, "123456")`; a prompt with several fields takes a mapping.
        """
        return self._tasks.answer_prompt(read_id(resource), answer)

    def drop(self, login: IdOrResource) -> Json:
        """End a connection (`disconnected`) or session (`failed`) at the source; its runs fail."""
        kinds = self._edition.kinds.values()
        kind = next(row for row in kinds if row.machine and "drop" in row.machine.commands)
        return self._control(f"drop_{kind.object}", id=login)

    def invalidate(self, login: IdOrResource) -> Json:
        """Change the password at the source: the connection or credential becomes `invalid`."""
        return self._control(f"invalidate_{self._edition.login}", id=login)

    # Time

    @refuse_on_event_loop
    def advance(self, by: Duration) -> AdvanceReport:
        """Advance the clock by a duration, such as "5m", or by a number of seconds.

        Everything that falls due, webhooks included, happens before the method returns.
        """
        return self._advance(by=write_duration(by))

    @refuse_on_event_loop
    def advance_to(self, moment: str | datetime) -> AdvanceReport:
        """Advance the clock to a moment; one without an offset is taken as UTC, with a warning."""
        with suppress(ValueError):  # the server says what is wrong
            if datetime.fromisoformat(f"{moment}").tzinfo is None:
                fix = "add `Z` to the text, or `tzinfo=UTC` to the `datetime`"
                warn(f"{moment} has no offset, and is taken as UTC; {fix}", stacklevel=3)
        return self._advance(to=moment)

    @refuse_on_event_loop
    def advance_until(
        self,
        event: str | Sequence[str],
        id: IdOrResource | None = None,
        *,
        limit: Duration = "1d",
    ) -> AdvanceReport:
        """Advance the clock until an event such as `task_run.completed` is emitted.

        With `id`, it must be an event of that resource. Given several events, the first that is
        emitted ends the advance. If none is emitted within `limit`, a `DeckSimError` names what
        waits.
        """
        if isinstance(event, Mapping) or (isinstance(id, str) and "." in id):
            text = "give the event first, then the resource"
            raise DeckSimError(f'{text}: `deck.advance_until("task_run.completed", run)`')
        events = event if isinstance(event, str) else [*event]
        until = drop_none(event=events, id=None if id is None else read_id(id))
        return self._advance(until=until, limit=write_duration(limit))

    @refuse_on_event_loop
    def finish(self, run: IdOrResource, *, limit: Duration = "1d") -> Json:
        """Advance the clock until a run is final, and return it as `deck.runs` shows it.

        If the run waits for an answer, an approval or the release of a hold, a `DeckSimError` names
        the call to make first.
        """
        finish_run, longest = self._tasks.finish_run, write_duration(limit)
        return self.apps.serve_during(finish_run, read_id(run), longest)

    @refuse_on_event_loop
    def settle(self) -> AdvanceReport:
        """Advance the clock until nothing is due except timeouts and screenshots."""
        return self._advance(until="idle")

    @refuse_on_event_loop
    def sleep(self, seconds: float) -> None:
        """Advance the clock by some seconds; use this method as the `sleep` function of a client.
        In a webhook receiver it returns at once: the world waits for the receiver's answer.

        A client that waits for ever gets an error: when nothing has happened in `most_idle_sleeps`
        calls in a row, and nothing is due or the sleeps take no time.
        """
        if self._control.skip_sleep(seconds):
            return
        report = self._advance(sleep=write_duration(seconds))
        if any(entry.kind != "clock" for entry in report.happened):
            self._idle_sleeps = 0
            return
        if not self._idle_sleeps:
            self._idle_since = report.now
        self._idle_sleeps += 1
        if self._idle_sleeps < self.most_idle_sleeps:
            return
        slept, due = f"it slept {self._idle_sleeps} times", self.next()["due"]
        if due and report.now > self._idle_since:
            return
        self._idle_sleeps = 0
        if due:
            why = f"{slept} for 0 seconds, and the next timer is due in {due[0]['in']}; let"
            raise DeckSimError(f"the client waits for ever: {why} it sleep longer than 0 seconds")
        raise DeckSimError(
            f"the client waits for ever: {slept}, nothing has happened, and nothing is due;"
            " for a client that gives up later, set a larger `deck.most_idle_sleeps`"
        )

    def _advance(self, **values: Any) -> AdvanceReport:
        answer = self.apps.serve_during(self._control.advance, **values)
        happened = Timeline(map(TimelineEntry.from_json, answer["happened"]))
        held = tuple(answer.get("held", ()))
        return AdvanceReport(datetime.fromisoformat(answer["now"]), happened, held)

    # Webhooks

    @property
    def webhook_secret(self) -> str:
        """The secret that signs webhooks to destinations without a secret of their own."""
        return str(self.world["webhook_secret"])

    def deliver_to(
        self,
        app: Any,
        path: str = WEBHOOK_PATH,
        events: Sequence[str] = (ALL_EVENTS,),
        *,
        secret: str | None = None,
        host: str = "testserver",
    ) -> Destination:
        """Deliver webhooks to an ASGI or WSGI application by calling it.

        `host` is the Host header that the application sees; the default is the same as in the test
        clients of web frameworks.
        """
        url = f"{self.apps.add(app, host)}/{path.removeprefix('/')}"
        return self.register_webhook(url, events, secret=secret, name="deliver_to")

    def register_webhook(
        self,
        url: str,
        events: str | Sequence[str] | None = None,
        *,
        secret: str | None = None,
        name: str = "webhook",
    ) -> Destination:
        """Register a URL that gets `events` (default: all). Warns if the server never calls it."""
        row = self._control("register_webhook", url=url, events=events, secret=secret, name=name)
        if row["warning"]:
            warn(row["warning"], stacklevel=2)
        return Destination(row["id"], url, row["secret"])

    def stamp_webhooks(self, time: str) -> None:
        """Set which time webhooks are signed with: `wall` (real time) or `world` (its clock)."""
        self.set_options(webhook_time=time)

    @refuse_on_event_loop
    def replay(self, delivery: IdOrResource) -> Json:
        """Send a delivery's event again: at once if the clock is frozen, else in the background."""
        return self.apps.serve_during(self._control, "replay_delivery", id=delivery)

    # Faults and limits

    def fault(self, fault: Mapping[str, Any] | str | None = None, /, **fields: Any) -> Json:
        """Add a fault; return it with its id.

        `deck.fault("POST /v2/tasks/*/run", status=502, times=2)` is for calls, and
        `deck.fault("task_run.completed", duplicate=True)` for webhooks. The first argument is the
        `match` or the `event` of the fault, or a mapping with the whole fault.
        """
        first = {point_field(fault, "match"): fault} if isinstance(fault, str) else fault or {}
        return self._control("add_fault", body={**first, **fields})

    faults: list[Json] = reads(
        "list_faults",
        "The faults, each with how often it `met` a call or webhook and how often it `fired`.",
    )

    def clear_faults(self, *faults: IdOrResource) -> None:
        """Remove faults, given as `fault` returned them or by id; without arguments, remove all."""
        for fault in faults:
            self._control("delete_fault", id=fault)
        if not faults:
            self._control("delete_faults")

    def limit_rate(self, limit: bool | Mapping[str, Any] = True) -> None:
        """Answer calls beyond a rate limit with 429.

        `limit` is True for Deck's limit, or a mapping like `{"requests": 5, "per": "1s"}`, with the
        period in the world's time. False removes the limit.
        """
        self.set_options(rate_limit=limit)

    def set_options(self, **options: Any) -> None:
        """Set options of the world, such as `session_limit=1`; docs/control.md lists them. None
        switches an option off.
        """
        self._control("change_world", body=options)

    def keep_headers(self, *names: str) -> None:
        """Keep these headers of later calls in `deck.requests`, instead of those named before.

        `content-type`, `idempotency-key` and `user-agent` are always kept. Reports hide secrets.
        """
        self.set_options(keep_headers=names)

    def additive_changes(
        self,
        *,
        fields: bool = False,
        event_type: str | None = None,
        interaction_type: str | None = None,
    ) -> None:
        """Imitate additions by Deck, which a client must accept: an undocumented field in resources
        and events, an event of `event_type` for each new resource of its kind, and prompts of
        `interaction_type`. Replaces earlier additions; without arguments, removes them.
        """
        changes = drop_none(fields=fields, event_type=event_type, interaction_type=interaction_type)
        self.set_options(additive_changes=changes)

    # What happened

    runs: list[Json] = reads(
        "show_task_runs", "Every task run as it is now, its `input` included, oldest first."
    )
    connections: list[Json] = reads(
        "show_connections", "Every connection as it is now, oldest first."
    )
    credentials: list[Json] = reads(
        "show_credentials", "Every credential as it is now, oldest first."
    )
    sessions: list[Json] = reads("show_sessions", "Every session as it is now, oldest first.")
    events: list[Json] = reads("show_events", "Every event, oldest first.")
    deliveries: list[Json] = reads(
        "list_deliveries", "All deliveries, oldest first; the `log` of each has its attempts."
    )

    def messages(self, destination: IdOrResource) -> list[Json]:
        """Return the events that were sent to a destination that is no webhook, such as a queue."""
        return self._control.data("list_messages", id=destination)

    @property
    def requests(self) -> Calls:
        """The calls of the Deck API in the journal, oldest first.

        Their `dropped` is the number of older calls that the journal has dropped.
        """
        answer = self._control("show_requests")
        return Calls(answer["data"], answer["kept_headers"], answer["dropped"])

    def called_worlds(self) -> list[Json]:
        """Return the worlds that were called: the masked `key` and number of `calls` of each."""
        return [world for world in self._control.data("list_worlds") if world["calls"]]

    @property
    def timeline(self) -> Timeline:
        """Calls, transitions, deliveries and clock moves, in the order they happened."""
        return Timeline(map(TimelineEntry.from_json, self._control.data("show_timeline")))

    def follow_timeline(self) -> Iterator[TimelineEntry]:
        """Yield each past entry of the timeline, then each new one, without end.

        The server is asked twice a second. After a reset the entries begin again. An entry of the
        kind `dropped` counts lost entries. If the server has stopped, a `DeckSimError` is raised.
        """
        epoch, after = "", 0
        while True:
            news = self._control("show_timeline", after=after)
            if epoch not in ("", news["world"]["epoch"]):
                epoch, after = "", 0
                continue
            epoch, after = news["world"]["epoch"], news["next"]
            yield from map(TimelineEntry.from_json, news["data"])
            time.sleep(_FOLLOW_INTERVAL)

    def next(self, limit: int | None = None) -> Json:
        """Return what happens next: the timers that are `due`, soonest first.

        `waiting` has the resources with no timers but limits and screenshots; `unfinished` has the
        unfinished ones, each with the reason why it waits. `limit` shortens `due` and `waiting`.
        """
        return self._control("show_next", limit=limit)

    @property
    def lint(self) -> LintReport:
        """The client's mistakes: `print` the report, or assert with `check()` that it is empty."""
        interval = write_duration(self.poll_interval)
        answer = self._control("show_lint", poll_interval=interval)
        return LintReport(answer["data"], answer["dropped"])

    @property
    def findings(self) -> list[Json]:
        """What is wrong with the world, and what is unfinished, as in `GET /_sim/findings`."""
        interval = write_duration(self.poll_interval)
        return self._control.data("show_findings", caller="test", poll_interval=interval)

    def write_html(self, file: str | PathLike[str], *, title: str = "", text: str = "") -> None:
        """Write the history of the world as one HTML page, which needs no server.

        The page is the inspector, read-only, with `title` and `text` at its top.
        """
        from deck_sim.server.inspector.html_report import record_world, write_page

        page = write_page(record_world(self._control.read, "test", text), title, text)
        Path(file).write_text(page, encoding="utf-8")

    def coverage(self) -> list[Json]:
        """Return a row for each scenario that was played, with how often each step was played."""
        return self._control.data("show_coverage")

    fidelity: list[Json] = reads(
        "show_fidelity", "A row for each imitated behaviour, with its grade and source."
    )

    # Resources

    def create(self, path: str, body: Mapping[str, Any]) -> Json:
        """Create a resource through the Deck API, for example at the path `agents`.

        The path may begin with a slash, and with `/v2`.
        """
        return self._control.create(path.removeprefix("/").removeprefix("v2/"), body)

    def seed(
        self,
        resources: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        /,
        **kinds: Sequence[Mapping[str, Any]],
    ) -> dict[str, list[str]]:
        """Add resources with fixed ids, without events; return their ids by kind.

        `deck.seed(agents=[{"id": "agt_1", "name": "Concierge"}])`. If a resource is refused, none
        is added.
        """
        answer = self._control("seed_world", resources={**(resources or {}), **kinds})
        ids: dict[str, list[str]] = answer["seeded"]
        return ids

    def ready_task(
        self,
        *,
        login: bool = False,
        input_schema: Mapping[str, Any] | None = None,
        output_schema: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> ReadyTask:
        """Seed an agent, a source, a task and a login that is ready to use; return their ids.

        The login is a connected connection or a verified credential, and plays no scenario. With
        `login=True`, it is created through the Deck API instead: a connection then plays its
        script, and a credential is not verified yet. `fields` are further fields of the task.
        """
        schemas = {"input_schema": input_schema, "output_schema": output_schema}
        return self._tasks.make_task({**schemas, **fields}, opens=login, scenario=None)

    @refuse_on_event_loop
    def start_run(
        self,
        scenario: str | None = None,
        *,
        input: Mapping[str, Any] | None = None,
        status: str | None = None,
        **task: Any,
    ) -> Json:
        """Start a run of a new task, and return it as `deck.runs` shows it.

        If the scenario has a script for the login, the login is created, and the clock advances
        until it is ready; otherwise it is seeded. With `status`, the clock advances until the run
        has this status; an error is raised if the run cannot reach it. `task` are fields of the
        task, such as `output_schema`.
        """
        start_run = self._tasks.start_run
        return self.apps.serve_during(start_run, scenario, input, status, task)

    @property
    def _tasks(self) -> Tasks:
        return Tasks(self._control, self._edition, self._numbers)

    # The world as a whole

    def reset(
        self,
        *,
        edition: str | None = None,
        clock: str | None = None,
        speed: float | None = None,
        step: Duration | None = None,
        now: str | datetime | None = None,
        seed: int | None = None,
        webhook_time: str | None = None,
        **options: Any,
    ) -> None:
        """Empty the world and start it again; the server's settings are the defaults.

        `options` are as in `set_options`.
        """
        body = drop_none(edition=edition, clock=clock, speed=speed, step=write_duration(step))
        body |= drop_none(now=now, seed=seed, webhook_time=webhook_time, **options)
        self._control("reset_world", body=body)

    def snapshot(self) -> str:
        """Store a copy of the world until the server stops; return the copy's id, for `restore`."""
        return str(self._control("add_snapshot")["id"])

    def restore(self, snapshot: str) -> None:
        """Replace the world by a snapshot of this or another world of the server."""
        self._control("restore_world", id=snapshot)

    def delete(self) -> None:
        """Delete the world. The next call with its key starts a new one."""
        self._control("drop_world")

    # For coroutines

    async_advance = twin_of(advance)
    async_advance_to = twin_of(advance_to)
    async_advance_until = twin_of(advance_until)
    async_finish = twin_of(finish)
    async_settle = twin_of(settle)
    async_sleep = twin_of(sleep)
    async_replay = twin_of(replay)
    async_start_run = twin_of(start_run)
