"""`deck-sim reset`: a world begun anew."""

import click

from deck_sim.cli.command import Command
from deck_sim.cli.world_command import on_server, print_lines
from deck_sim.handle.deck import Deck


@click.command(cls=Command, examples=["deck-sim reset", "deck-sim reset --seed 7"])
@click.option("--seed", type=int, help="What ids and durations follow from, from now on.")
@on_server
def command(deck: Deck, seed: int | None) -> None:
    """Begin the world of a running server anew, as the server was started."""
    deck.reset(seed=seed)
    print_lines(f"the world of {deck.api_key} is new; it is {deck.next()['now']}")
