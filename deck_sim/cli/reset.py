"""`deck-sim reset`: replaces the world of a running server by a new one."""

import click

from deck_sim.cli.command import Command
from deck_sim.cli.world_command import on_server, print_lines
from deck_sim.handle.deck import Deck


@click.command(cls=Command, examples=["deck-sim reset", "deck-sim reset --seed 7"])
@click.option("--seed", type=int, help="The seed of the new world.")
@on_server
def command(deck: Deck, seed: int | None) -> None:
    """Replace the world of a running server by a new one with the server's settings."""
    deck.reset(seed=seed)
    print_lines(f"new world for {deck.api_key}; its clock shows {deck.next()['now']}")
