"""`deck-sim demo`: a server, and a small client that goes through several scenarios."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import click
import httpx2
from rich.console import Console
from rich.table import Table

from deck_sim.base import real_time
from deck_sim.base.durations import format_duration
from deck_sim.cli.command import Command
from deck_sim.cli.drawing import colored, console, draw_line
from deck_sim.cli.sample_client import SampleClient
from deck_sim.extras.player import PlayLine, describe_resource
from deck_sim.handle.deck import Deck, ReadyTask
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.simulation import Settings
from deck_sim.server.serve import ServerThread


@dataclass(frozen=True, slots=True)
class DemoRun:
    """A scenario, and the answers of the user."""

    scenario: str
    title: str
    answers: tuple[Mapping[str, str], ...] = ()


STORIES = (
    DemoRun("success", "The run completes."),
    DemoRun(
        "mfa_then_success",
        "Deck asks for a code. The user mistypes it once.",
        ({"code": "000000"}, {"code": "123456"}),
    ),
    DemoRun("source_down", "The source is down."),
    DemoRun("agent_hangs", "The agent hangs until the task times out."),
)
_OUTPUT_SCHEMA = {
    "type": "object",
    "required": ["reservations"],
    "properties": {
        "reservations": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["guest", "nights"],
                "properties": {
                    "guest": {"type": "string"},
                    "nights": {"type": "integer", "minimum": 1, "maximum": 14},
                },
            },
        }
    },
}
_ID = re.compile(r"(?<=_)[A-Za-z0-9]{16}")


@dataclass
class Narrator:
    """Prints each call of the client, and the events that follow from it."""

    screen: Console
    deck: Deck
    began: datetime
    events: int = 0
    calls: int = 0
    at: timedelta = field(default_factory=timedelta)

    def show_call(self, response: httpx2.Response) -> None:
        """Print one call and the events since the last; a response hook of httpx2."""
        request = response.request
        self.calls += 1
        if request.method != "GET":  # polls are not printed
            path = _ID.sub("…", request.url.path.removeprefix("/v2"))
            self.show("client", f"{request.method} -> {response.status_code}", path)
        events = self.deck.events
        for event in events[self.events :]:
            self.at = datetime.fromisoformat(event["created_at"]) - self.began
            data = event["data"]
            self.show(data["object"].replace("_", " "), data["status"], describe_resource(data))
        self.events = len(events)

    def show(self, who: str, what: str, detail: str) -> None:
        """Print one line."""
        self.screen.print(draw_line(PlayLine(self.at, who, what, detail), self.screen.width))


@dataclass(frozen=True, slots=True)
class Ending:
    """How a story ended."""

    story: DemoRun
    run: dict[str, Any]
    narrator: Narrator

    @property
    def outcome(self) -> str:
        """The status, followed by the error codes if it failed."""
        errors = [f"{error['type']}/{error['code']}" for error in self.run["errors"]]
        return " ".join([self.run["status"], *errors])


@click.command(cls=Command, examples=["deck-sim demo", "NO_COLOR=1 deck-sim demo | less"])
def command() -> None:
    """Play several stories over real HTTP, with a small client.

    Only loopback is used. The clock is `on_poll`: each poll of the client jumps to the next due
    moment.
    """
    screen, began = console(), real_time.monotonic_ns()
    thread = ServerThread(WorldRegistry(Settings(mode="on_poll"))).start()
    try:
        screen.print(f"The simulated Deck API is at {thread.server.base_url}")
        endings = [
            _play_story(story, thread.server.url, number, screen)
            for number, story in enumerate(STORIES, 1)
        ]
    finally:
        thread.stop()
    _print_summary(
        endings, timedelta(microseconds=(real_time.monotonic_ns() - began) // 1000), screen
    )


def _play_story(story: DemoRun, url: str, number: int, screen: Console) -> Ending:
    """Run the client through one story, in a world of its own."""
    screen.print()
    screen.rule(f"{number}. {story.scenario}", align="left", style="dim")
    screen.print(f"{story.title}\n", style="italic")
    with Deck(url, f"sk_live_demo_{number}") as deck:
        ready = deck.ready_task(output_schema=_OUTPUT_SCHEMA)
        deck.use(story.scenario)
        narrator = Narrator(screen, deck, deck.clock.now)
        run = _integrate(deck, ready, story, narrator)
    ending = Ending(story, run, narrator)
    read = "output" if run["status"] == "completed" else "errors"
    screen.print(f"\nThe client reads the run's {read}: {json.dumps(run[read])}")
    return ending


def _integrate(deck: Deck, ready: ReadyTask, story: DemoRun, narrator: Narrator) -> dict[str, Any]:
    """Connect, run the task and answer prompts; return the final run."""
    answers = iter(story.answers)

    def ask(interaction: Mapping[str, Any]) -> Mapping[str, str]:
        answer = next(answers)
        text = ", ".join(f"{name}={value}" for name, value in answer.items())
        narrator.show("user", "answers", text)
        return answer

    with httpx2.Client(
        base_url=deck.base_url,
        headers={"Authorization": f"Bearer {deck.api_key}"},
        event_hooks={"response": [narrator.show_call]},
        trust_env=False,
    ) as http:
        client = SampleClient(http, ask, sleep=lambda seconds: None)
        connection = client.connect(ready.source_id, "alex@example.com", "secret")
        return client.run(ready.task_id, connection, guest="Alex Green")


def _print_summary(endings: list[Ending], took: timedelta, screen: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, side in (("scenario", "left"), ("the run", "left"), ("took", "right")):
        table.add_column(heading, justify=side)  # type: ignore[arg-type]
    table.add_column("calls", justify="right")
    for ending in endings:
        row = ending.story.scenario, colored(ending.outcome), format_duration(ending.narrator.at)
        table.add_row(*row, str(ending.narrator.calls))
    total = format_duration(sum((ending.narrator.at for ending in endings), timedelta()))
    screen.print()
    screen.rule("summary", align="left", style="dim")
    screen.print(table)
    real = format_duration(took - took % timedelta(milliseconds=1))
    screen.print(f"\n{len(endings)} stories: {total} of virtual time in {real} of real time.")
