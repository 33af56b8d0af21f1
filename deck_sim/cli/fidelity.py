"""`deck-sim fidelity`: prints the fidelity ledger."""

from collections.abc import Iterator
from itertools import groupby

import click

from deck_sim.cli.command import JSON, Command, print_json
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.fidelity import GRADES, Behaviour, Grade
from deck_sim.contract.ledger import rows_of


@click.command(
    cls=Command,
    examples=[
        "deck-sim fidelity --grade assumed",
        "deck-sim fidelity --edition credentials | grep cancel",
        "deck-sim fidelity --json",
        "deck-sim fidelity --format markdown",
    ],
)
@click.option("--edition", type=click.Choice(list(EDITIONS)), help="Only rows of this edition.")
@click.option("--grade", type=click.Choice(GRADES), help="Only rows of this grade.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="Lines for people, JSON for programs, or Markdown tables.",
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
    else:
        click.echo("\n".join(_as_text(rows) if shape == "text" else _as_markdown(rows)))


def _as_text(rows: list[Behaviour]) -> Iterator[str]:
    for row in rows:
        edition = f" ({row.edition})" if row.edition else ""
        yield f"{row.grade:<10}  {row.name}{edition}: {row.what} [{row.source}; {row.date}]"


def _as_markdown(rows: list[Behaviour]) -> Iterator[str]:
    for topic, found in groupby(rows, lambda row: row.topic):
        yield f"## {topic}\n"
        yield "| name | what | edition | grade | where from | date | answers |"
        yield "|---|---|---|---|---|---|---|"
        for row in found:
            last = row.grade, row.source, row.date, _ANSWERS[row.mark]
            cells = (f"`{row.name}`", row.what, row.edition or "both", *last)
            yield f"| {' | '.join(cells)} |"
        yield ""


_ANSWERS = {"none": "", "header": "name it in a header", "strict": "name it, or are refused"}
