"""`deck-sim coverage`: shows which steps of scenarios were played on a running server."""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from deck_sim.cli.command import Command
from deck_sim.cli.world_command import on_server, print_lines
from deck_sim.handle.deck import Deck


@click.command(cls=Command, examples=["deck-sim coverage", "deck-sim coverage | grep never"])
@on_server
def command(deck: Deck) -> None:
    """Show which steps and branches were played on a running server."""
    lines = [line for row in deck.coverage() for line in _lines(row)]
    print_lines("\n".join(lines) or f"no scenario was played yet in the world of {deck.api_key}")


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    yield f"{row['scenario']}  {row['played']} of {row['of']} steps"
    for place, count in row["steps"].items():
        times = f"{count} x" if count else "never"
        yield f"  {times:>7}  {place}"
