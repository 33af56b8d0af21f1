"""`deck-sim schema`: what an editor needs to complete and check scenario files."""

import json

import click

from deck_sim.cli.command import Command
from deck_sim.scenario.schema import scenario_schema


@click.command(
    cls=Command,
    examples=["deck-sim schema > scenario.schema.json", "deck-sim schema | less"],
)
def command() -> None:
    """Print the JSON Schema of scenario files, for editors.

    An editor that knows the YAML language server reads it if a scenario begins with the line
    `# yaml-language-server: $schema=scenario.schema.json`.
    """
    click.echo(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))
