"""`deck-sim demo`: a server, and a small client that goes through several scenarios."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import click
import httpx2

from deck_sim.base import real_time
from deck_sim.base.durations import format_duration
from deck_sim.cli.command import align, examples, print_text
from deck_sim.extras.player import OUTPUT_SCHEMA, describe_resource
from deck_sim.handle.deck import Deck
from deck_sim.handle.receiver import WebhookReceiver
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import Settings
from deck_sim.server.serve import Server


@dataclass(frozen=True, slots=True)
class DemoRun:
    """A scenario, the answers of the user, and whether the client polls or waits for a webhook."""

    scenario: str
    title: str
    answers: tuple[Mapping[str, str], ...] = ()
    polls: bool = True


STORIES = (
    DemoRun("success", "The run completes."),
    DemoRun(
        "mfa_then_success",
        "Deck asks for a code. The user mistypes it once.",
        ({"code": "000000"}, {"code": "123456"}),
    ),
    DemoRun("source_down", "The source is down."),
    DemoRun("agent_hangs", "The agent hangs until the task times out."),
    DemoRun(
        "slow_success",
        "The client does not poll; webhooks tell it. It answers one with 503, and gets it again.",
        polls=False,
    ),
)
_ID = re.compile(r"(?<=_)[A-Za-z0-9]{16}")
_UNFINISHED = {"connecting", "queued", "running", "pending"}

Json = dict[str, Any]


class SampleClient:
    """A small client of the Deck API, like one in an application. It knows nothing of deck-sim."""

    def __init__(self, http: httpx2.Client, ask: Callable[[Json], Mapping[str, str]]) -> None:
        self.http, self.ask = http, ask

    def connect(self, source_id: str) -> Json:
        """Open a connection; return it once it is connected or has failed."""
        login = {"username": "alex@example.com", "password": "secret"}
        body = {"source_id": source_id, "auth_method": "username_password"}
        return self.wait(self._call("POST", "connections", body | {"auth_credentials": login}))

    def start_run(self, task_id: str, connection: Json) -> Json:
        """Run a task; return the new run."""
        body = {"connection_id": connection["id"], "input": {"guest": "Alex Green"}}
        return self._call("POST", f"tasks/{task_id}/run", body)

    def read(self, known: Json) -> Json:
        """Read a connection or run again."""
        return self._call("GET", self._path(known))

    def wait(self, known: Json) -> Json:
        """Poll a connection or run until its status is final, and answer its prompts."""
        while True:
            if known["status"] == "interaction_required":
                answer = {"inputs": self.ask(known["interaction"])}
                known = self._call("POST", f"{self._path(known)}/interaction", answer)
            elif known["status"] in _UNFINISHED:
                known = self.read(known)
            else:
                return known

    def _path(self, known: Json) -> str:
        return f"{known['object'].replace('_', '-')}s/{known['id']}"

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self.http.request(method, path, json=body)
        answer.raise_for_status()
        found: Json = answer.json()
        return found


Line = tuple[timedelta, str, str, str]  # when, who, what, and details


@dataclass
class Narrator:
    """Prints each call of the client, and the events and webhooks that follow from it."""

    deck: Deck
    began: datetime
    printed: int = 0  # events and webhooks
    calls: int = 0
    at: timedelta = field(default_factory=timedelta)

    def show_call(self, response: httpx2.Response) -> None:
        """Print one call and the events since the last; a response hook of httpx2."""
        request = response.request
        self.calls += 1
        if request.method != "GET":  # polls are not printed
            path = _ID.sub("…", request.url.path.removeprefix("/v2"))
            self.show("client", f"{request.method} -> {response.status_code}", path)
        self.show_news()

    def show_news(self) -> None:
        """Print the events and webhooks since the last call, in their order."""
        news = [self._describe_event(event) for event in self.deck.events]
        news += [
            self._describe_attempt(delivery["event_type"], attempt)
            for delivery in self.deck.deliveries
            for attempt in delivery["log"]
        ]
        news.sort(key=lambda line: line[0])
        for at, *words in news[self.printed :]:
            self.at = at
            self.show(*words)
        self.printed = len(news)

    def _describe_event(self, event: Mapping[str, Any]) -> Line:
        data, at = event["data"], datetime.fromisoformat(event["created_at"]) - self.began
        return at, data["object"].replace("_", " "), data["status"], describe_resource(data)

    def _describe_attempt(self, event_type: str, attempt: Mapping[str, Any]) -> Line:
        at = datetime.fromisoformat(attempt["at"]) - self.began
        detail = f"{event_type}, attempt {attempt['attempt']}, signature verified"
        return at, "webhook", f"POST -> {attempt['status']}", detail

    def show(self, who: str, what: str, detail: str) -> None:
        """Print one line."""
        at = f"+{format_duration(self.at)}"
        print_text(f"{at:<9}  {who:<10}  {what:<20}  {detail}".rstrip())


@click.command(epilog=examples("deck-sim demo", "NO_COLOR=1 deck-sim demo | less"))
def command() -> None:
    """Play several stories over real HTTP, with a small client.

    Only loopback is used. Each poll of the client jumps to the next due moment. In the last story
    it does not poll, and webhooks are delivered to it.
    """
    began, total, rows = real_time.monotonic_ns(), timedelta(), list[tuple[str, ...]]()
    with Server(WorldRegistry(Settings(mode="on_poll"))) as server:
        click.echo(f"The simulated Deck API is at {server.base_url}")
        for number, story in enumerate(STORIES, 1):
            click.echo(f"\n{number}. {story.scenario}\n{story.title}\n")
            with Deck(server.url, f"sk_live_demo_{number}") as deck:
                narrator = Narrator(deck, deck.clock.now)
                run = _play_story(story, deck, narrator)
            read = "output" if run["status"] == "completed" else "errors"
            click.echo(f"\nThe client reads the run's {read}: {json.dumps(run[read])}")
            errors = [f"{error['type']}/{error['code']}" for error in run["errors"]]
            outcome, took = " ".join([run["status"], *errors]), format_duration(narrator.at)
            rows.append((story.scenario, outcome, took, f"{narrator.calls}"))
            total += narrator.at
    milliseconds = (real_time.monotonic_ns() - began) // 1_000_000
    print_text("\n" + "\n".join(align([("scenario", "the run", "took", "calls"), *rows])))
    virtual, real = format_duration(total), format_duration(timedelta(milliseconds=milliseconds))
    click.echo(f"\n{len(STORIES)} stories: {virtual} of virtual time in {real} of real time.")


def _play_story(story: DemoRun, deck: Deck, narrator: Narrator) -> Json:
    answers = iter(story.answers)

    def ask(interaction: Json) -> Mapping[str, str]:
        answer = next(answers)
        text = ", ".join(f"{name}={value}" for name, value in answer.items())
        narrator.show("user", "answers", text)
        return answer

    ready = deck.ready_task(output_schema=OUTPUT_SCHEMA)
    deck.use(story.scenario)
    with httpx2.Client(
        base_url=deck.base_url,
        headers={"Authorization": f"Bearer {deck.api_key}"},
        event_hooks={"response": [narrator.show_call]},
        trust_env=False,
    ) as http:
        client = SampleClient(http, ask)
        connection = client.connect(ready.source_id)
        if story.polls:
            return client.wait(client.start_run(ready.task_id, connection))
        return _wait_for_webhook(client, deck, narrator, ready.task_id, connection)


def _wait_for_webhook(
    client: SampleClient, deck: Deck, narrator: Narrator, task_id: str, connection: Json
) -> Json:
    """Run the task, and read the run when a webhook says that it is completed.

    The receiver verifies each signature; the end of the block raises an error if one is wrong.
    """
    deck.clock.set("frozen")
    with WebhookReceiver(deck) as webhooks:
        client.start_run(task_id, connection)
        deck.advance_until("task_run.running")
        webhooks.respond(503, times=1)
        deck.settle()
        narrator.show_news()
        return client.read(webhooks.wait_for("task_run.completed")["data"])
