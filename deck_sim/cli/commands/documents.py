"""`deck-sim schema`, `openapi` and `fidelity`: print schemas, API documents and the ledger."""

import sys

import click

from deck_sim.cli.options import EDITION, EDITION_NAME, FORMAT, JSON
from deck_sim.cli.output import echo, examples, print_json, wrap
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import GRADES, Grade
from deck_sim.contract.ledger import rows_of
from deck_sim.runtime.world_file import world_schema
from deck_sim.scenario.model import scenario_schema
from deck_sim.server.openapi.document import document


@click.command(
    epilog=examples(
        "deck-sim schema > scenario.schema.json",
        "deck-sim schema --world > world.schema.json",
    ),
)
@click.option("--world", is_flag=True, help="Print the schema of world files.")
def schema(world: bool) -> None:
    """Print the JSON Schema of scenario or world files, for editors.

    Editors with the YAML language server use the schema if a scenario starts with the line
    `# yaml-language-server: $schema=scenario.schema.json`.
    """
    print_json(world_schema() if world else scenario_schema())


@click.command(
    epilog=examples(
        "deck-sim openapi > openapi.json", "deck-sim openapi --edition credentials | less"
    ),
)
@EDITION
def openapi(edition: str) -> None:
    """Print the OpenAPI document of an edition.

    The version is OpenAPI 3.1. A running server has the document at `/openapi.json`.
    """
    print_json(document(edition))


@click.command(
    epilog=examples(
        "deck-sim fidelity --grade assumed",
        "deck-sim fidelity --edition credentials | grep cancel",
    ),
)
@click.option("--edition", type=EDITION_NAME, help="Print only the rows of this edition.")
@click.option("--grade", type=click.Choice(GRADES), help="Print only the rows of this grade.")
@FORMAT
@JSON
def fidelity(edition: str | None, grade: Grade | None, shape: str, as_json: bool) -> None:
    """Print the fidelity ledger: which behaviour is documented, observed or assumed.

    Each imitated behaviour is a row: documented by Deck, observed by somebody, or assumed by
    deck-sim if there is no public source. On a terminal the rows are grouped by grade.
    """
    rows = rows_of(edition, grade)
    if as_json or shape == "json":
        print_json([row.as_json() for row in rows])
        return
    is_terminal, counts = sys.stdout.isatty(), list[str]()
    for name in GRADES:
        of_grade = [row for row in rows if row.grade == name]
        if is_terminal and of_grade:
            echo(f"{name}\n")
            counts.append(f"{len(of_grade)} {name}")
        for row in of_grade:
            only = "" if len(row.editions) == len(EDITIONS) else f" ({', '.join(row.editions)})"
            line = f"{row.name}{only}: {row.what} [{row.source}; {row.date}]"
            echo(f"{wrap(line, 4)}\n" if is_terminal else f"{name:<10}  {line}")
    if counts:
        echo(", ".join(counts))
