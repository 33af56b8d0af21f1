"""`deck-sim demo`: the main job in one go. A server, and a client that lives through stories."""

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
class Story:
    """A scenario, and what the user answers when asked."""

    scenario: str
    title: str
    answers: tuple[Mapping[str, str], ...] = ()


STORIES = (
    Story("success", "Everything goes well."),
    Story(
        "mfa_then_success",
        "Deck asks for a code. The user mistypes it, and then does not.",
        ({"code": "000000"}, {"code": "123456"}),
    ),
    Story("source_down", "The source is down."),
    Story("agent_hangs", "The agent hangs until Deck gives up on it."),
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
class Witness:
    """Sees every call of the client, asks the world what came of it, and tells that at once."""

    screen: Console
    deck: Deck
    began: datetime
    events: int = 0
    calls: int = 0
    at: timedelta = field(default_factory=timedelta)

    def see(self, response: httpx2.Response) -> None:
        """Tell of one call; httpx2 calls this with each response."""
        request = response.request
        self.calls += 1
        if request.method != "GET":  # what a poll brings is told; the poll is not
            path = _ID.sub("…", request.url.path.removeprefix("/v2"))
            self.tell("client", f"{request.method} -> {response.status_code}", path)
        events = self.deck.events
        for event in events[self.events :]:
            self.at = datetime.fromisoformat(event["created_at"]) - self.began
            told = event["data"]
            self.tell(told["object"].replace("_", " "), told["status"], describe_resource(told))
        self.events = len(events)

    def tell(self, who: str, what: str, detail: str) -> None:
        """Print a line of the story."""
        self.screen.print(draw_line(PlayLine(self.at, who, what, detail), self.screen.width))


@dataclass(frozen=True, slots=True)
class Ending:
    """How a story ended for the client."""

    story: Story
    run: dict[str, Any]
    witness: Witness

    @property
    def words(self) -> str:
        """The status, and the errors if there are any."""
        errors = [f"{error['type']}/{error['code']}" for error in self.run["errors"]]
        return " ".join([self.run["status"], *errors])


@click.command(cls=Command, examples=["deck-sim demo", "NO_COLOR=1 deck-sim demo | less"])
def command() -> None:
    """Play several stories over real HTTP, with a small client.

    Server and client talk over loopback; no other network is used. The clock is `on_poll`: each
    time the client looks, the world jumps to what is due next.
    """
    screen, began = console(), real_time.monotonic_ns()
    thread = ServerThread(WorldRegistry(Settings(mode="on_poll"))).start()
    try:
        screen.print(f"The Deck API is simulated on {thread.server.base_url}")
        endings = [
            _live_through(story, thread.server.url, number, screen)
            for number, story in enumerate(STORIES, 1)
        ]
    finally:
        thread.stop()
    _sum_up(endings, timedelta(microseconds=(real_time.monotonic_ns() - began) // 1000), screen)


def _live_through(story: Story, url: str, number: int, screen: Console) -> Ending:
    """Let a client live through one story, in a world of its own."""
    screen.print()
    screen.rule(f"{number}. {story.scenario}", align="left", style="dim")
    screen.print(f"{story.title}\n", style="italic")
    with Deck(url, f"sk_live_demo_{number}") as deck:
        ready = deck.ready_task(output_schema=_OUTPUT_SCHEMA)
        deck.use(story.scenario)
        witness = Witness(screen, deck, deck.clock.now)
        run = _integrate(deck, ready, story, witness)
    ending = Ending(story, run, witness)
    read = "output" if run["status"] == "completed" else "errors"
    screen.print(f"\nThe client reads the run's {read}: {json.dumps(run[read])}")
    return ending


def _integrate(deck: Deck, ready: ReadyTask, story: Story, witness: Witness) -> dict[str, Any]:
    """What the client does; returns the run as it reads it in the end."""
    answers = iter(story.answers)

    def ask(interaction: Mapping[str, Any]) -> Mapping[str, str]:
        answer = next(answers)
        words = ", ".join(f"{name}={text}" for name, text in answer.items())
        witness.tell("user", "answers", words)
        return answer

    with httpx2.Client(
        base_url=deck.base_url,
        headers={"Authorization": f"Bearer {deck.api_key}"},
        event_hooks={"response": [witness.see]},
        trust_env=False,
    ) as http:
        client = SampleClient(http, ask, sleep=lambda seconds: None)
        connection = client.connect(ready.source_id, "alex@example.com", "secret")
        return client.run(ready.task_id, connection, guest="Alex Green")


def _sum_up(endings: list[Ending], took: timedelta, screen: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, side in (("scenario", "left"), ("the run", "left"), ("took", "right")):
        table.add_column(heading, justify=side)  # type: ignore[arg-type]
    table.add_column("calls", justify="right")
    for ending in endings:
        row = ending.story.scenario, colored(ending.words), format_duration(ending.witness.at)
        table.add_row(*row, str(ending.witness.calls))
    total = format_duration(sum((ending.witness.at for ending in endings), timedelta()))
    screen.print()
    screen.rule("in short", align="left", style="dim")
    screen.print(table)
    real = format_duration(took - took % timedelta(milliseconds=1))
    screen.print(f"\n{len(endings)} stories: {total} of virtual time in {real} of real time.")
