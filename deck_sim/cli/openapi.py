"""`deck-sim openapi`: prints the OpenAPI document of an edition."""

import json

import click

from deck_sim.cli.command import Command
from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS
from deck_sim.server.openapi.document import document


@click.command(
    cls=Command,
    examples=["deck-sim openapi > openapi.json", "deck-sim openapi --edition credentials | less"],
)
@click.option(
    "--edition",
    type=click.Choice([*EDITIONS]),
    default=DEFAULT_EDITION,
    show_default=True,
    help="The edition of the Deck API.",
)
def command(edition: str) -> None:
    """Print the OpenAPI document of an edition.

    The version is OpenAPI 3.1. A running server has it at `/openapi.json`; no key is needed.
    """
    click.echo(json.dumps(document(edition), indent=2, ensure_ascii=False))
