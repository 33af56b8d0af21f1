"""Code that all commands share: their base class, their error, and printing JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")

GIVEN_WORDS = "deck_sim.given_words"  # of a command, in the `meta` of its context


def check_folder(option: str, file: Path | None) -> None:
    """Refuse an output file in a folder that does not exist."""
    if file is not None and not file.parent.is_dir():
        raise click.UsageError(f"{option}: the folder {str(file.parent)!r} does not exist")


def print_json(data: Any) -> None:
    """Print data as JSON of several lines."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


class Command(click.Command):
    """A command whose help ends with examples."""

    def __init__(self, *args: Any, examples: list[str], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.examples = examples

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; the error about a wrong one suggests a right one."""
        given = ctx.meta[GIVEN_WORDS] = [*args]
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            name, near = error.option_name, sorted(error.possibilities or ())
            text = f"No such option {name!r}.{f' Did you mean {near[0]!r}?' if near else ''}"
            raise click.UsageError(f"{text}{self._explain(ctx, name)}", ctx) from None
        except click.UsageError as error:
            meant = [f"; did you mean {one!r}?" for one in self._options_of(given)]
            if isinstance(error, click.BadParameter) or not meant:
                raise
            raise click.UsageError(f"{error.format_message()}{meant[0]}", ctx) from None

    def _explain(self, ctx: click.Context, name: str) -> str:
        if ctx.parent is None:
            return f" Options of a command come after its name: deck-sim COMMAND {name}"
        long = [n for one in self.params for n in one.opts if n.startswith(f"-{name}")]
        return f" Options are written in full: {', '.join(long)}" if long else ""

    def _options_of(self, words: list[str]) -> Iterator[str]:
        """The options that have a word as their name or as one of their values."""
        for word in words:
            for one in self.params:
                if f"--{word}" in one.opts:
                    yield f"--{word}"
                elif isinstance(one.type, click.Choice) and word in one.type.choices:
                    yield f"{one.opts[0]} {word}"

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
