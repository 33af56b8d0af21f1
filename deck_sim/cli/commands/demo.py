"""`deck-sim demo`: plays several scenarios with a server and a small client."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import click
import httpx2

from deck_sim.base import real_time
from deck_sim.base.durations import format_duration
from deck_sim.cli.output import echo, examples, print_text
from deck_sim.cli.player import OUTPUT_SCHEMA
from deck_sim.handle.deck import Deck
from deck_sim.handle.receiver import WebhookReceiver
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import Settings
from deck_sim.server.uvicorn_server import Server


@dataclass(frozen=True, slots=True)
class DemoRun:
    """A scenario that the demo plays with these `answers`; the client polls or gets webhooks."""

    scenario: str
    title: str
    answers: tuple[Mapping[str, str], ...] = ()
    polls: bool = True

    def play(self, deck: Deck) -> dict[str, Any]:
        """Play the scenario in the world of `deck`, and return the run that has ended."""
        deck.use(self.scenario)
        ready = deck.ready_task(login=True, output_schema=OUTPUT_SCHEMA)
        deck.settle()
        headers = {"Authorization": f"Bearer {deck.api_key}"}
        with httpx2.Client(base_url=deck.base_url, headers=headers, trust_env=False) as http:
            started = http.post(f"tasks/{ready.task_id}/run", json=ready.login).json()
            path, answers = f"task-runs/{started['id']}", iter(self.answers)
            if not self.polls:
                deck.clock.set("frozen")
                with WebhookReceiver(deck) as webhooks:  # which verifies each signature
                    deck.advance_until("task_run.running")
                    webhooks.respond(503, times=1)
                    deck.settle()
                    webhooks.wait_for("task_run.completed")
            while True:
                run: dict[str, Any] = http.get(path).raise_for_status().json()
                if run["status"] == "interaction_required":
                    http.post(f"{path}/interaction", json={"inputs": next(answers)})
                elif run["status"] not in ("queued", "running"):
                    return run


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
        "The client waits for webhooks. It answers a webhook with 503, so Deck sends it again.",
        polls=False,
    ),
)
_SHOWN = ("call", "connection", "task_run", "event_delivery")  # kinds of timeline entries


@click.command(epilog=examples("deck-sim demo", "NO_COLOR=1 deck-sim demo | less"))
def command() -> None:
    """Play several scenarios over real HTTP, with a small client.

    Only loopback is used. Each poll moves the clock to the next change of the run. In the last
    scenario the client waits for webhooks instead of polling.
    """
    began, virtual = real_time.monotonic_ns(), timedelta()
    with Server(WorldRegistry(Settings(mode="on_poll"))) as server:
        echo(f"The simulated Deck API is at {server.base_url}")
        for number, story in enumerate(STORIES, 1):
            echo(f"\n{number}. {story.scenario}\n{story.title}\n")
            with Deck(server.url, f"sk_live_demo_{number}") as deck:
                before = deck.clock.now
                run = story.play(deck)
                for entry in deck.timeline:
                    if entry.kind in _SHOWN and not entry.what.startswith("GET "):
                        print_text(entry)
                virtual += deck.clock.now - before
            read = "output" if run["status"] == "completed" else "errors"
            echo(f"\nThe client reads the run's {read}: {json.dumps(run[read])}")
    real = timedelta(milliseconds=(real_time.monotonic_ns() - began) // 1_000_000)
    times = f"{format_duration(virtual)} of virtual time in {format_duration(real)} of real time"
    echo(f"\n{len(STORIES)} scenarios: {times}.")
