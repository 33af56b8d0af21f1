"""`deck-sim clock`: shows or sets the clock of a running server."""

from datetime import datetime

import click

from deck_sim.cli.command import Command
from deck_sim.cli.option_types import MODE, MOMENT
from deck_sim.cli.world_command import on_server, print_lines
from deck_sim.handle.deck import Deck


@click.command(
    cls=Command,
    examples=["deck-sim clock", "deck-sim clock --mode frozen", "deck-sim clock --speed 60"],
)
@click.option("--mode", type=MODE, help="How time moves from now on.")
@click.option(
    "--speed",
    type=click.FloatRange(0, 1_000_000, min_open=True),
    help="How much faster than real time the real clock runs.",
)
@click.option("--now", metavar="MOMENT", callback=MOMENT, help="Advance to this moment first.")
@on_server
def command(deck: Deck, mode: str | None, speed: float | None, now: datetime | None) -> None:
    """Show the clock of a running server, or set it.

    Lists what is due next and what waits for a person.
    """
    if speed is not None and mode not in (None, "real"):
        raise click.UsageError(f"--speed needs --mode real; found --mode {mode}")
    if mode or speed or now:
        deck.clock.set(mode or ("real" if speed else deck.clock.mode), now=now, speed=speed)
    following = deck.next()
    print_lines(f"{following['now']}  {deck.clock.mode}")
    for due in following["due"]:
        print_lines(f"  in {due['in']:<10}  {due['id']:<21}  {due['what']}")
    for waits in following["waiting"]:
        print_lines(f"  waits          {waits['id']:<21}  {waits['status']}")
    if not following["due"] and not following["waiting"]:
        print_lines("  nothing is due and nothing waits")
