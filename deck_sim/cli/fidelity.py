"""`deck-sim fidelity`: prints the fidelity ledger."""

import click

from deck_sim.cli.command import JSON, examples, print_json
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.fidelity import GRADES, Grade
from deck_sim.contract.ledger import rows_of


@click.command(
    epilog=examples(
        "deck-sim fidelity --grade assumed",
        "deck-sim fidelity --edition credentials | grep cancel",
    ),
)
@click.option("--edition", type=click.Choice(list(EDITIONS)), help="Only rows of this edition.")
@click.option("--grade", type=click.Choice(GRADES), help="Only rows of this grade.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Lines for people, or JSON for programs.",
)
@JSON
def command(edition: str | None, grade: Grade | None, shape: str, as_json: bool) -> None:
    """Print the fidelity ledger: what is documented, observed and assumed.

    Each imitated behaviour has a row: Deck documents it, somebody observed it, or nothing public
    says so and deck-sim assumes it.
    """
    rows = rows_of(edition, grade)
    if as_json or shape == "json":
        print_json([row.as_json() for row in rows])
        return
    for row in rows:
        only = f" ({row.edition})" if row.edition else ""
        click.echo(f"{row.grade:<10}  {row.name}{only}: {row.what} [{row.source}; {row.date}]")
