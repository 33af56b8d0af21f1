"""`deck-sim advance`: advances the clock of a running server."""

from datetime import datetime, timedelta

import click

from deck_sim.cli.command import examples
from deck_sim.cli.option_types import DURATION, MOMENT
from deck_sim.cli.world_command import on_server, print_result, warn_if_uncalled
from deck_sim.handle.deck import Deck


@click.command(
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
    help="Advance until this event is emitted; `idle`: until nothing is due any more.",
)
@click.option("--id", "resource_id", metavar="ID", help="The resource of the event.")
@click.option(
    "--limit",
    type=DURATION,
    default="1d",
    help="The longest time to advance for --until EVENT.",
)
@on_server
def command(
    deck: Deck,
    by: timedelta | None,
    to: datetime | None,
    until: str | None,
    resource_id: str | None,
    limit: timedelta,
    as_json: bool,
) -> None:
    """Advance the clock of a running server and print what happened.

    Everything that falls due has happened, webhooks included, when the command returns.
    """
    if [by, to, until].count(None) != 2:
        raise click.UsageError("give exactly one of DURATION, --to and --until")
    if resource_id and until in (None, "idle"):
        raise click.UsageError("--id needs --until with an event")
    if by is not None:
        report = deck.advance(by)
    elif to is not None:
        report = deck.advance_to(to)
    elif until is None or until == "idle":
        report = deck.settle()
    else:
        report = deck.advance_until(until, resource_id, limit=limit)
    print_result(report.as_json(), report, as_json=as_json)
    warn_if_uncalled(deck)
