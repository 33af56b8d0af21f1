"""The table of the commands of `deck-sim`, and how their errors are printed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from importlib import import_module
from typing import Any, NoReturn

import click

from deck_sim.base import __version__
from deck_sim.base.errors import DeckSimError, in_python, nearest
from deck_sim.cli.output import drop_output, echo, examples
from deck_sim.cli.signals import INTERRUPTED

# The commands that control a running server share a module.
_ON_SERVER = {
    "clock": "Show or set the clock of a world of a running server.",
    "advance": "Advance the clock of a world of a running server, and print what happened.",
    "timeline": "Show what happened in a world of a running server.",
    "coverage": "Show which steps and branches were played in a world of a running server.",
    "register-webhook": "Register a URL that gets the webhooks of a world of a running server.",
    "reset": "Empty a world of a running server, and give it the server's settings.",
    "health": "Say whether a server answers, as the health check of a container does.",
}
# Every other command is a row here, and a module of its name defines `command`. A shared module
# defines each of its commands under the command's name.
COMMANDS = {
    "init": "Write a scenarios folder and a first test, which passes, into a project.",
    "serve": "Serve the simulated Deck API.",
    "exec": "Run a command against a new server, and print a summary.",
    "explore": "Run a command again for each thing that can go wrong.",
    "record": "Record the calls of a program to a real Deck, without its secrets.",
    "demo": "Play several scenarios over real HTTP, with a small client.",
    "play": "Play one scenario in virtual time and print its timeline.",
    "scenarios": "List the scenarios, or show one with its branches.",
    "check": "Validate scenario files, world files and folders of them.",
    "schema": "Print the JSON Schema of scenario or world files, for editors.",
    "openapi": "Print the OpenAPI document of an edition.",
    "doctor": "Find what is wrong with the installation, the settings and a server.",
    "fidelity": "Print the fidelity ledger: which behaviour is documented, observed or assumed.",
    **_ON_SERVER,
}
_MODULES = {
    **dict.fromkeys(("schema", "openapi", "fidelity"), "documents"),
    **dict.fromkeys(_ON_SERVER, "remote_world"),
}


@contextmanager
def _quiet_help() -> Iterator[None]:
    """End in silence if the reader of what click prints by itself has left."""
    try:
        yield
    except BrokenPipeError:
        drop_output(sys.stdout)
        raise click.exceptions.Exit from None


class Program(click.Group):
    """The group of commands, which imports a command's module when the command is called.

    Errors of click and of the system, and every `DeckSimError`, are printed without a traceback.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            text = f"there is no command '{cmd_name}'{nearest(cmd_name, COMMANDS)}"
            return None if ctx.resilient_parsing else ctx.fail(text)
        module = import_module(f"deck_sim.cli.commands.{_MODULES.get(cmd_name, cmd_name)}")
        function = cmd_name.replace("-", "_") if cmd_name in _MODULES else "command"
        command: click.Command = getattr(module, function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands for the help, without importing their modules."""
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with _quiet_help():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _quiet_help():
            return super().invoke(ctx)

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        for stream in (sys.stdout, sys.stderr):
            # Some consoles cannot show an arrow, and some streams have no `reconfigure`.
            getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
        try:
            context = copy_context()
            context.run(in_python.set, False)
            code: Any = context.run(super().main, *args, **{**extra, "standalone_mode": False})
        except click.ClickException as error:
            echo(f"deck-sim: {' '.join(error.format_message().split())}", err=True)
            code = error.exit_code
        except click.Abort:
            code = INTERRUPTED
        except (DeckSimError, OSError) as error:  # OSError: such as a full disk
            echo(f"{error}" if hasattr(error, "mistakes") else f"deck-sim: {error}", err=True)
            code = 1
        sys.exit(code or 0)


@click.group(
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog=examples("deck-sim demo", "deck-sim serve", "deck-sim play mfa_then_success"),
)
@click.version_option(
    __version__,
    prog_name="deck-sim",
    message=f"%(prog)s %(version)s, Python {sys.version.partition(' ')[0]}, {sys.platform}",
)
@click.pass_context
def main(context: click.Context) -> None:
    """A local test double of the Deck API.

    Plays scripted logins and task runs on a clock that your test controls.
    """
    if context.invoked_subcommand is None:
        echo(context.get_help())
