"""`deck-sim reset`: replaces the world of a running server by a new one."""

import click

from deck_sim.cli.command import JSON, Command, print_json
from deck_sim.cli.world_command import on_server, print_lines
from deck_sim.handle.deck import Deck


@click.command(cls=Command, examples=["deck-sim reset", "deck-sim reset --seed 7 --json"])
@click.option("--seed", type=int, help="The seed of the new world.")
@JSON
@on_server
def command(deck: Deck, seed: int | None, as_json: bool) -> None:
    """Replace the world of a running server by a new one with the server's settings."""
    deck.reset(seed=seed)
    world = deck.world
    if as_json:
        print_json(world)
    else:
        print_lines(f"new world for {deck.api_key}; its clock shows {world['now']}")
