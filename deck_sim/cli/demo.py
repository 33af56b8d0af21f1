"""`deck-sim demo`: a server, and a small client that goes through several scenarios."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import click
import httpx2

from deck_sim.base import real_time
from deck_sim.base.durations import format_duration
from deck_sim.cli.command import examples, print_text
from deck_sim.extras.player import OUTPUT_SCHEMA
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
_SHOWN = ("call", "connection", "task_run", "event_delivery")  # kinds in the timeline

Json = dict[str, Any]


@click.command(epilog=examples("deck-sim demo", "NO_COLOR=1 deck-sim demo | less"))
def command() -> None:
    """Play several stories over real HTTP, with a small client.

    Only loopback is used. Each poll of the client jumps to the next due moment. In the last story
    it does not poll, and webhooks are delivered to it.
    """
    began, virtual = real_time.monotonic_ns(), timedelta()
    with Server(WorldRegistry(Settings(mode="on_poll"))) as server:
        click.echo(f"The simulated Deck API is at {server.base_url}")
        for number, story in enumerate(STORIES, 1):
            click.echo(f"\n{number}. {story.scenario}\n{story.title}\n")
            with Deck(server.url, f"sk_live_demo_{number}") as deck:
                before = deck.clock.now
                run = _play(story, deck)
                for entry in deck.timeline:
                    if entry.kind in _SHOWN and not entry.what.startswith("GET "):
                        print_text(entry)
                virtual += deck.clock.now - before
            read = "output" if run["status"] == "completed" else "errors"
            click.echo(f"\nThe client reads the run's {read}: {json.dumps(run[read])}")
    real = timedelta(milliseconds=(real_time.monotonic_ns() - began) // 1_000_000)
    times = f"{format_duration(virtual)} of virtual time in {format_duration(real)} of real time"
    click.echo(f"\n{len(STORIES)} stories: {times}.")


def _play(story: DemoRun, deck: Deck) -> Json:
    """Do what an application does: connect, run a task, answer its prompts; returns the run."""
    ready = deck.ready_task(output_schema=OUTPUT_SCHEMA)
    deck.use(story.scenario)
    headers = {"Authorization": f"Bearer {deck.api_key}"}
    with httpx2.Client(base_url=deck.base_url, headers=headers, trust_env=False) as http:
        login = {"username": "alex@example.com", "password": "secret"}
        body = {"source_id": ready.source_id, "auth_method": "username_password"}
        opened = _call(http, "POST", "connections", body | {"auth_credentials": login})
        connection = _poll(http, opened, iter(()))
        body, path = {"connection_id": connection["id"]}, f"tasks/{ready.task_id}/run"
        if story.polls:
            return _poll(http, _call(http, "POST", path, body), iter(story.answers))
        deck.clock.set("frozen")
        with WebhookReceiver(deck) as webhooks:  # which verifies each signature
            _call(http, "POST", path, body)
            deck.advance_until("task_run.running")
            webhooks.respond(503, times=1)
            deck.settle()
            return _read(http, webhooks.wait_for("task_run.completed")["data"])


def _poll(http: httpx2.Client, known: Json, answers: Iterator[Mapping[str, str]]) -> Json:
    """Read a connection or run until its status is final, and answer its prompts."""
    while True:
        if known["status"] == "interaction_required":
            answer = {"inputs": next(answers)}
            known = _call(http, "POST", f"task-runs/{known['id']}/interaction", answer)
        elif known["status"] in ("connecting", "queued", "running"):
            known = _read(http, known)
        else:
            return known


def _read(http: httpx2.Client, known: Json) -> Json:
    return _call(http, "GET", f"{known['object'].replace('_', '-')}s/{known['id']}")


def _call(http: httpx2.Client, method: str, path: str, body: Json | None = None) -> Json:
    answer = http.request(method, path, json=body)
    answer.raise_for_status()
    found: Json = answer.json()
    return found
