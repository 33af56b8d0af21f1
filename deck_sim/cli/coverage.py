"""`deck-sim coverage`: shows which steps of scenarios were played on a running server."""

from collections.abc import Iterable, Iterator
from typing import Any

import click

from deck_sim.cli.command import examples
from deck_sim.cli.world_command import on_server, print_result, warn_if_uncalled
from deck_sim.handle.deck import Deck


@click.command(epilog=examples("deck-sim coverage", "deck-sim coverage | grep never"))
@on_server
def command(deck: Deck, as_json: bool) -> None:
    """Show which steps and branches were played on a running server."""
    rows = deck.coverage()
    text = "\n".join(_lines(rows)) or f"no scenario was played yet in the world of {deck.api_key}"
    print_result(rows, text, as_json=as_json)
    warn_if_uncalled(deck)


def _lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield f"{row['scenario']}  {row['played']} of {row['of']} steps"
        for place, count in row["steps"].items():
            yield f"  {f'{count} x' if count else 'never':>7}  {place}"
