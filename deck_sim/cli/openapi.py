"""`deck-sim openapi`: prints the OpenAPI document of an edition."""

import click

from deck_sim.cli.command import examples, print_json
from deck_sim.cli.scenario_options import EDITION
from deck_sim.server.openapi.document import document


@click.command(
    epilog=examples(
        "deck-sim openapi > openapi.json", "deck-sim openapi --edition credentials | less"
    ),
)
@EDITION
def command(edition: str) -> None:
    """Print the OpenAPI document of an edition.

    The version is OpenAPI 3.1. A running server has it at `/openapi.json`; no key is needed.
    """
    print_json(document(edition))
