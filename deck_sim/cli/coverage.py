"""`deck-sim coverage`: shows which steps of scenarios were played on a running server."""

from typing import Any

import click

from deck_sim.cli.command import JSON, Command, print_json
from deck_sim.cli.world_command import on_server, print_lines, warn_if_uncalled
from deck_sim.handle.deck import Deck


@click.command(cls=Command, examples=["deck-sim coverage", "deck-sim coverage | grep never"])
@JSON
@on_server
def command(deck: Deck, as_json: bool) -> None:
    """Show which steps and branches were played on a running server."""
    rows = deck.coverage()
    if as_json:
        print_json(rows)
    else:
        _print_rows(rows, deck.api_key)
    warn_if_uncalled(deck)


def _print_rows(rows: list[dict[str, Any]], key: str) -> None:
    for row in rows:
        print_lines(f"{row['scenario']}  {row['played']} of {row['of']} steps")
        for place, count in row["steps"].items():
            print_lines(f"  {f'{count} x' if count else 'never':>7}  {place}")
    if not rows:
        print_lines(f"no scenario was played yet in the world of {key}")
