"""The base class of commands, and the error that they raise."""

import json
from typing import Any

import click

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def print_json(data: Any) -> None:
    """Print data as JSON of several lines."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


class Command(click.Command):
    """A command whose help ends with examples."""

    def __init__(self, *args: Any, examples: list[str], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples below the options."""
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"  {example}\n")


class CommandError(click.ClickException):
    """An error that ends the program with one line on stderr and an exit code."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # a class variable of click's
