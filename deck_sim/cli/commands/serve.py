"""`deck-sim serve`: serves until Ctrl-C; prints the variables to export and the inspector's URL."""

import sys
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from shlex import quote
from typing import Any

import click

from deck_sim.base import __version__
from deck_sim.base.durations import format_duration
from deck_sim.cli.environment import intercepted_variables
from deck_sim.cli.import_ahead import import_ahead
from deck_sim.cli.options import ANY_KEY, FILE
from deck_sim.cli.output import echo, examples
from deck_sim.cli.server_log import log_to_stderr
from deck_sim.cli.server_options import make_server, server_options
from deck_sim.cli.signals import STOPS, handle_signals, stop_once
from deck_sim.server.inspector import inspector_url
from deck_sim.server.uvicorn_server import Server
from deck_sim.webhooks.signing import secret_of

_OPEN = (
    "deck-sim: other machines can reach this server, and any key works: they can read and change"
    " every world. --keys accepts only some keys; --host 127.0.0.1 serves only this machine."
)


@click.command(
    epilog=examples(
        "deck-sim serve",
        "deck-sim serve --clock frozen --seed 7",
        "deck-sim serve --scenarios tests/scenarios --reload --world tests/world.yaml",
        "deck-sim serve --state worlds.db",
        "deck-sim serve --intercept --clock on_poll",
    ),
)
@server_options(port=8765)
@click.option(
    "--port-file", type=FILE, help="Write the port to this file when the server is ready."
)
@click.option(
    "--state", type=FILE, help="Save all worlds in this file, and load them at the start."
)
def command(
    port_file: Path | None, state: Path | None, log_format: str, quiet: bool, **options: Any
) -> None:
    """Serve the simulated Deck API.

    Each API key has its own world, made when the key is first used. Each call of the Deck API and
    each delivery is logged in a line on standard error.
    """
    if port_file is not None:
        # The new file would replace a device such as /dev/null.
        if port_file.exists() and not port_file.is_file():
            text = f"--port-file: '{port_file}' is not a regular file; name another"
            raise click.UsageError(text)
        port_file.unlink(missing_ok=True)  # of a server that was killed
    server = make_server(**options)

    def ready() -> None:
        if port_file is not None:
            part = port_file.with_name(f"{port_file.name}.part")
            part.write_text(f"{server.port}\n")
            part.replace(port_file)  # others wait for the file and read it at once
            stack.callback(port_file.unlink, missing_ok=True)
        variables = stack.enter_context(intercepted_variables(server.interceptor, server.url))
        echo(_banner(server, variables))
        if not (server.is_local or server.worlds.keys):
            echo(_OPEN, err=True)
        # An import at once would delay the first answer to a client that waits for the server.
        server.submit(lambda app: import_ahead(server.worlds.settings.edition, 0.1))

    stop_once(server.stop)
    with closing(server), log_to_stderr(log_format, quiet=quiet), ExitStack() as stack:
        if state is not None:
            from deck_sim.state.state_file import StateFileError, keep_worlds

            # Reading a large file takes long, so here a signal exits at once.
            with handle_signals(dict.fromkeys(STOPS, lambda *_: sys.exit())):
                try:
                    stack.enter_context(keep_worlds(server.worlds, state))
                except StateFileError as error:
                    raise click.UsageError(f"--state: {error}") from None
        server.run(ready)


def _banner(server: Server, variables: Mapping[str, str]) -> str:
    settings, keys = server.worlds.settings, server.worlds.keys
    key = (keys or (ANY_KEY,))[0]
    pace = "" if settings.speed == 1 else f" (x{settings.speed:g})"
    length = "to the next change of the resource"
    if settings.step:
        length = f"by {format_duration(settings.step)}"
    clocks = {
        "real": f"The clock follows real time{pace}. To skip five minutes: deck-sim advance 5m",
        "frozen": "The clock is frozen. To advance it: deck-sim advance 5m",
        "on_poll": f"Each read of an unfinished resource moves the clock {length}.",
    }
    intercept = ""
    if server.interceptor:
        hosts = " or ".join(server.interceptor.hosts)
        exports = (f"export {name}={quote(value)}\n" for name, value in variables.items())
        intercept = f"\nA program that always calls {hosts} also needs these variables:\n"
        intercept += "".join(exports)
    return f"""\
deck-sim {__version__} on {server.url} (edition {settings.edition})

export DECK_BASE_URL={server.base_url} DECK_API_KEY={key}
export DECK_WEBHOOK_SECRET={secret_of(key)}
{intercept}
Watch it: {inspector_url(server.url, key)}
{"Only the given keys work" if keys else "Any key works"}; each key has its own world.
{clocks[settings.mode]}
Ctrl-C stops it.
"""
