"""`deck-sim advance`: time that passes because it is told to."""

from datetime import datetime, timedelta

import click

from deck_sim.cli.command import Command
from deck_sim.cli.option_types import DURATION, MOMENT
from deck_sim.cli.world_command import on_server, print_lines
from deck_sim.handle.deck import Deck
from deck_sim.handle.timeline import Report


@click.command(
    cls=Command,
    examples=[
        "deck-sim advance 5m",
        "deck-sim advance --to 2025-01-16T00:00:00Z",
        "deck-sim advance --until task_run.completed --limit 2h",
        "deck-sim advance --until idle",
    ],
)
@click.argument("by", required=False, metavar="[DURATION]", callback=DURATION)
@click.option("--to", metavar="MOMENT", callback=MOMENT, help="Up to that moment.")
@click.option(
    "--until", metavar="EVENT", help="Up to such an event; `idle`: until nothing moves by itself."
)
@click.option("--id", "resource_id", metavar="ID", help="The resource that the event is about.")
@click.option(
    "--limit",
    metavar="DURATION",
    callback=DURATION,
    default="1d",
    show_default=True,
    help="How far to go at most for the event.",
)
@on_server
def command(
    deck: Deck,
    by: timedelta | None,
    to: datetime | None,
    until: str | None,
    resource_id: str | None,
    limit: timedelta,
) -> None:
    """Let time pass on a running server, and show what happens meanwhile.

    All that falls due has happened when the command returns.
    """
    if [by, to, until].count(None) != 2:
        raise click.UsageError("give a duration, or --to, or --until, and only one of them")
    if resource_id and until in (None, "idle"):
        raise click.UsageError("--id is for --until with an event")
    print_lines(_advance(deck, by, to, until, resource_id, limit))


def _advance(
    deck: Deck,
    by: timedelta | None,
    to: datetime | None,
    until: str | None,
    resource_id: str | None,
    limit: timedelta,
) -> Report:
    if by is not None:
        return deck.advance(by)
    if to is not None:
        return deck.advance_to(to)
    if until in (None, "idle"):
        return deck.settle()
    return deck.advance_until(until, resource_id, limit=limit)
