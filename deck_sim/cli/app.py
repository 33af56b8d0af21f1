"""The program: its table of commands, its help and its error output.

A command's module is imported when the command is called; `--help` and `--version` import none.
"""

import errno
import io
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

from deck_sim.base.errors import nearest
from deck_sim.base.version import __version__
from deck_sim.cli import INTERRUPTED, importing
from deck_sim.cli.command import Command

# A new command is a row here and a module of that name, which defines `command`.
COMMANDS = {
    "init": "Write a scenarios folder and a first test, which passes, into a project.",
    "serve": "Serve the simulated Deck API.",
    "exec": "Run a command against a server of its own.",
    "demo": "Play several stories over real HTTP, with a small client.",
    "play": "Play one scenario in virtual time and print its timeline.",
    "scenarios": "List the scenarios, or show one with its branches.",
    "check": "Validate scenario files, world files and folders of them.",
    "schema": "Print the JSON Schema of scenario or world files, for editors.",
    "openapi": "Print the OpenAPI document of an edition.",
    "fidelity": "Print the fidelity ledger: what is documented, observed and assumed.",
    "clock": "Show the clock of a running server, or set it.",
    "advance": "Advance the clock of a running server.",
    "timeline": "Show what happened on a running server.",
    "coverage": "Show which steps and branches were played on a running server.",
    "reset": "Replace the world of a running server by a new one.",
}
# Names that other programs have for a command.
_SYNONYMS = {
    "run": "exec",
    "test": "exec",
    "start": "serve",
    "up": "serve",
    "validate": "check",
    "list": "scenarios",
}
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class CommandLine(Command, click.Group):
    """The program: looks up commands in the table and prints errors in one line."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None if the name is unknown."""
        if cmd_name not in COMMANDS:
            return None
        with importing():
            found: Command = import_module(f"deck_sim.cli.{cmd_name}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` start with; an unknown name gets the nearest spelling."""
        # `help` is `--help`, and `help play` is `play --help`; not while a shell completes.
        if args[0] == "help" and not ctx.resilient_parsing:
            if not args[1:]:
                click.echo(ctx.get_help())
                ctx.exit()
            args = [args[1], "--help"]
        if args[0] not in COMMANDS and not ctx.resilient_parsing:  # set by shell completion
            meant = _SYNONYMS.get(args[0], args[0])
            close = nearest(meant, COMMANDS) or "; see `deck-sim --help`"
            raise click.UsageError(f"unknown command {args[0]!r}{close}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command, without importing any, or an option."""
        found = [CompletionItem(n, help=h) for n, h in COMMANDS.items() if n.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run the command line and exit with its code."""
        output = sys.stdout
        for stream in (output, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # some consoles cannot show an arrow
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except SystemExit:  # click ends so if the reader of a pipe has left, and is silent then
            if sys.stdout is output:
                raise
            sys.stdout = output
            _discard_output()
            code = 0
        except OSError as error:
            if error.errno not in _FULL:
                raise
            click.echo(f"deck-sim: cannot write the output: {error.strerror}", err=True)
            _discard_output()
            code = 1
        except click.ClickException as error:
            click.echo(f"deck-sim: {' '.join(error.format_message().split())}", err=True)
            code = error.exit_code
        except click.Abort:
            code = INTERRUPTED
        sys.exit(code or 0)


def _discard_output() -> None:
    """Send what is still buffered nowhere, or Python complains at its end."""
    with suppress(AttributeError, io.UnsupportedOperation, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


@click.group(
    cls=CommandLine,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    examples=["deck-sim demo", "deck-sim serve", "deck-sim play mfa_then_success"],
)
@click.version_option(__version__, prog_name="deck-sim", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """A local test double of the Deck API.

    Plays scripted logins and task runs on a clock that your test controls.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
