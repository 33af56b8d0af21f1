"""What every command is made of: help that ends in examples, and a refusal in one line."""

from typing import Any

import click


class WithExamples(click.Command):
    """Help that ends in examples."""

    def __init__(self, *args: Any, examples: list[str], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, ready to paste."""
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"  {example}\n")


class Command(WithExamples):
    """One command: a row of the table in `app`."""


class CommandError(click.ClickException):
    """What the command line says in one line when it cannot do what it was asked; exit code 1."""
