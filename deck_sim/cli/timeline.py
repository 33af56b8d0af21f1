"""`deck-sim timeline`: prints what happened on a running server."""

import json

import click

from deck_sim.cli.command import examples, print_text
from deck_sim.cli.world_command import on_server, print_result, warn_if_uncalled
from deck_sim.handle.deck import Deck


@click.command(
    epilog=examples(
        "deck-sim timeline | grep call",
        "deck-sim timeline --follow --json | jq .what",
    )
)
@click.option("--follow", is_flag=True, help="Go on with what happens from now on, until Ctrl-C.")
@on_server
def command(deck: Deck, follow: bool, as_json: bool) -> None:
    """Show what happened on a running server: calls, statuses, deliveries, clock moves.

    With --follow, --json prints an object for each line.
    """
    for entry in deck.follow_timeline() if follow else ():
        if as_json:
            click.echo(json.dumps(entry.as_json(), ensure_ascii=False))
        else:
            print_text(entry)
    entries = deck.timeline
    text = entries or f"nothing happened yet in the world of {deck.api_key}"
    print_result([entry.as_json() for entry in entries], text, as_json=as_json)
    warn_if_uncalled(deck)
