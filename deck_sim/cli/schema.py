"""`deck-sim schema`: what an editor needs to complete and check scenario and world files."""

import json

import click

from deck_sim.cli.command import Command
from deck_sim.runtime.world_file import world_schema
from deck_sim.scenario.schema import scenario_schema


@click.command(
    cls=Command,
    examples=[
        "deck-sim schema > scenario.schema.json",
        "deck-sim schema --world > world.schema.json",
    ],
)
@click.option("--world", is_flag=True, help="The schema of world files instead.")
def command(world: bool) -> None:
    """Print the JSON Schema of scenario or world files, for editors.

    An editor that knows the YAML language server reads it if a scenario begins with the line
    `# yaml-language-server: $schema=scenario.schema.json`.
    """
    schema = world_schema() if world else scenario_schema()
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))
