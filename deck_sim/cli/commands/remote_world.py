"""The commands for a running server: most are for one world, which `--key` selects."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings

import click

from deck_sim.base.durations import format_duration
from deck_sim.base.redaction import mask_key
from deck_sim.cli.options import (
    ANY_KEY,
    DURATION,
    FILE,
    JSON,
    MODE,
    MOMENT,
    SERVER_KEY,
    SERVER_URL,
    SPEED,
    STEP,
)
from deck_sim.cli.output import echo, examples, print_json, print_text
from deck_sim.runtime.settings import ON_POLL, REAL

if TYPE_CHECKING:
    from pathlib import Path

    from deck_sim.handle.deck import Deck

_ANSWER_SECONDS = 5  # for the answer to a health check


def on_server(act: Callable[..., tuple[Any, object]]) -> Callable[..., None]:
    """Make a command that calls `act` with the `Deck` for `--url` and `--key`.

    `act` returns data and a text with the same content. The text is printed; with `--json`, data.
    """

    @JSON
    @SERVER_URL
    @SERVER_KEY
    @wraps(act)
    def command(url: str, key: str, as_json: bool, **options: Any) -> None:
        from deck_sim.handle.deck import Deck

        with Deck(url, key) as deck:
            data, text = act(deck, **options)
        if as_json:
            print_json(data)
        else:
            print_text(text)

    return command


def _warn_if_uncalled(deck: Deck) -> None:
    if deck.requests:
        return
    from deck_sim.runtime.findings import explain_uncalled

    called = {world["key"]: world["calls"] for world in deck.called_worlds()}
    remedy = ": give the right key with --key" if called else ""
    echo(f"deck-sim: {explain_uncalled(deck.api_key, called)}{remedy}", err=True)


@click.command(
    epilog=examples(
        "deck-sim clock",
        "deck-sim clock --mode frozen",
        "deck-sim clock --speed 60",
        "deck-sim clock --step 5s",
    )
)
@click.option("--mode", type=MODE, help="The new mode of the clock.")
@SPEED
@STEP
@click.option("--now", type=MOMENT, help="Advance to this moment before any other change.")
@on_server
def clock(
    deck: Deck, mode: str | None, speed: float | None, step: timedelta | None, now: datetime | None
) -> tuple[Any, str]:
    """Show or set the clock of a world of a running server.

    Also lists the next timers, and the resources that wait for a call, such as an answer.
    """
    was = ""
    if mode or speed or step:
        mode = mode or (REAL if speed else ON_POLL)
        if (speed and mode != REAL) or (step and mode != ON_POLL):
            text = "--step needs --mode on_poll, and --speed needs --mode real"
            raise click.UsageError(f"{text}; found {mode}")
        was = "" if mode == deck.clock.mode else f" (it was {deck.clock.mode})"
        deck.clock.set(mode, now=now, speed=speed, step=step)
    elif now:
        deck.advance_to(now)
    state, mode, step = deck.next(), deck.clock.mode, deck.clock.step
    length = step and format_duration(step)
    data = {"now": state["now"], "mode": mode, "speed": deck.clock.speed, "step": length}
    data |= {name: state[name] for name in ("due", "waiting")}
    lines = [
        f"{data['now']}  {mode}{f', {length} for each read' if length else ''}{was}",
        *(f"  in {row['in']:<10}  {row['id']:<21}  {row['what']}" for row in data["due"]),
        *(f"  waits          {row['id']:<21}  {row['status']}" for row in data["waiting"]),
    ]
    if not lines[1:]:
        lines.append("  nothing is due and nothing waits")
    return data, "\n".join(lines)


class _Advance(click.Command):
    """Reads `-5m` as a duration, because the error then explains more than "no such option"."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.ignore_unknown_options = any(word[:1] == "-" and word[1:2].isdigit() for word in args)
        return super().parse_args(ctx, args)


@click.command(
    cls=_Advance,
    epilog=examples(
        "deck-sim advance 5m",
        "deck-sim advance --to 2025-01-16T00:00:00Z",
        "deck-sim advance --until task_run.completed --limit 2h",
        "deck-sim advance --until idle",
    ),
)
@click.argument("by", required=False, metavar="[DURATION]", type=DURATION)
@click.option("--to", type=MOMENT, help="Advance to this moment.")
@click.option(
    "--until",
    metavar="EVENT",
    help="Advance until EVENT, or with `idle` until only timeouts and screenshots are due.",
)
@click.option(
    "--id", "resource_id", metavar="ID", help="For --until EVENT: the id of its resource."
)
@click.option(
    "--limit",
    type=DURATION,
    default="1d",
    help="For --until EVENT: the longest advance, after which the command fails.",
)
@on_server
def advance(
    deck: Deck,
    by: timedelta | None,
    to: datetime | None,
    until: str | None,
    resource_id: str | None,
    limit: timedelta,
) -> tuple[Any, object]:
    """Advance the clock of a world of a running server, and print what happened.

    When the command returns, everything that was due has happened, webhooks included.
    """
    if [by, to, until].count(None) != 2:
        raise click.UsageError("give exactly one of DURATION, --to and --until")
    if by is not None:
        report = deck.advance(by)
    elif to is not None:
        report = deck.advance_to(to)
    elif until is None or until == "idle":
        report = deck.settle()
    else:
        report = deck.advance_until(until, resource_id, limit=limit)
    _warn_if_uncalled(deck)
    return report.as_json(), report


@click.command(
    epilog=examples(
        "deck-sim timeline | grep call",
        "deck-sim timeline --follow --json | jq .what",
        "deck-sim timeline --html timeline.html",
    )
)
@click.option("--follow", is_flag=True, help="Also print each new entry, until Ctrl-C.")
@click.option("--html", "page", type=FILE, help="Also write the timeline as an HTML page.")
@on_server
def timeline(deck: Deck, follow: bool, page: Path | None) -> tuple[Any, object]:
    """Show what happened in a world of a running server.

    With --follow, --json prints each entry as one line.
    """
    for entry in deck.follow_timeline() if follow else ():
        as_json = click.get_current_context().params["as_json"]
        is_read = (
            echo(json.dumps(entry.as_json(), ensure_ascii=False)) if as_json else print_text(entry)
        )
        if not is_read:
            break
    if page is not None:
        deck.write_html(page, title=mask_key(deck.api_key))
    entries = deck.timeline
    text = entries or f"nothing has happened yet in the world of {deck.api_key}"
    _warn_if_uncalled(deck)
    return [entry.as_json() for entry in entries], text


@click.command(epilog=examples("deck-sim coverage", "deck-sim coverage | grep never"))
@on_server
def coverage(deck: Deck) -> tuple[Any, str]:
    """Show which steps and branches were played in a world of a running server."""
    rows = deck.coverage()
    lines = list[str]()
    for row in rows:
        lines.append(f"{row['scenario']}  {row['played']} of {row['of']} steps")
        for place, count in row["steps"].items():
            lines.append(f"  {f'{count} x' if count else 'never':>7}  {place}")
    _warn_if_uncalled(deck)
    return rows, "\n".join(lines) or f"no scenario was played in the world of {deck.api_key}"


@click.command(epilog=examples("deck-sim register-webhook http://127.0.0.1:3000/webhooks/deck"))
@click.argument("receiver", metavar="RECEIVER_URL")
@click.option("--event", "events", multiple=True, help="A type of event; may be repeated.  [all]")
@on_server
def register_webhook(deck: Deck, receiver: str, events: tuple[str, ...]) -> tuple[Any, str]:
    """Register a URL that gets the webhooks of a world of a running server."""
    with catch_warnings(record=True, action="always") as warnings:
        destination = deck.register_webhook(receiver, events or None)
    for warning in warnings:
        echo(f"deck-sim: {warning.message}", err=True)
    data = asdict(destination)
    return data, "\n".join(f"{name}: {value}" for name, value in data.items())


@click.command(epilog=examples("deck-sim reset", "deck-sim reset --seed 7 --json"))
@click.option("--seed", type=int, help="The seed of the new world.")
@on_server
def reset(deck: Deck, seed: int | None) -> tuple[Any, str]:
    """Empty a world of a running server, and give it the server's settings."""
    deck.reset(seed=seed)
    world = deck.world
    return world, f"new world for {deck.api_key}; its clock shows {world['now']}"


@click.command(epilog=examples("deck-sim health", "deck-sim health --url http://deck:8765"))
@SERVER_URL
def health(url: str) -> None:
    """Say whether a server answers, as the health check of a container does."""
    from deck_sim.handle.connect.control import Control
    from deck_sim.handle.connect.transports import Transport

    answer = Control(Transport(url), ANY_KEY, _ANSWER_SECONDS).read("/health")
    echo(f"deck-sim {json.loads(answer)['version']} at {url}")
