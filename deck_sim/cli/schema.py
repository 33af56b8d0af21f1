"""`deck-sim schema`: prints the JSON Schema of scenario or world files."""

import click

from deck_sim.cli.command import examples, print_json
from deck_sim.runtime.world_file import world_schema
from deck_sim.scenario.schema import scenario_schema


@click.command(
    epilog=examples(
        "deck-sim schema > scenario.schema.json",
        "deck-sim schema --world > world.schema.json",
    ),
)
@click.option("--world", is_flag=True, help="Print the schema of world files.")
def command(world: bool) -> None:
    """Print the JSON Schema of scenario or world files, for editors.

    Editors with the YAML language server use it if a scenario starts with the line
    `# yaml-language-server: $schema=scenario.schema.json`.
    """
    print_json(world_schema() if world else scenario_schema())
