"""`deck-sim timeline`: prints what happened on a running server."""

import click

from deck_sim.cli.command import Command
from deck_sim.cli.world_command import on_server, print_lines, warn_if_uncalled
from deck_sim.handle.deck import Deck


@click.command(cls=Command, examples=["deck-sim timeline", "deck-sim timeline | grep call"])
@on_server
def command(deck: Deck) -> None:
    """Show what happened on a running server: calls, statuses, deliveries, clock moves."""
    print_lines(deck.timeline or f"nothing happened yet in the world of {deck.api_key}")
    warn_if_uncalled(deck)
