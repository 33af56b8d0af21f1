"""`deck-sim reset`: replaces the world of a running server by a new one."""

import click

from deck_sim.cli.command import examples
from deck_sim.cli.world_command import on_server, print_result
from deck_sim.handle.deck import Deck


@click.command(epilog=examples("deck-sim reset", "deck-sim reset --seed 7 --json"))
@click.option("--seed", type=int, help="The seed of the new world.")
@on_server
def command(deck: Deck, seed: int | None, as_json: bool) -> None:
    """Replace the world of a running server by a new one with the server's settings."""
    deck.reset(seed=seed)
    world = deck.world
    text = f"new world for {deck.api_key}; its clock shows {world['now']}"
    print_result(world, text, as_json=as_json)
