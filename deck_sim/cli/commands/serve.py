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

_BANNER = """\
deck-sim {version} on {url} (edition {edition})

export DECK_BASE_URL={base_url} DECK_API_KEY={key}
export DECK_WEBHOOK_SECRET={secret}
{intercept}
Watch it: {inspector}
{keys}; each key has its own world.
{clock}
Ctrl-C stops it.
"""
_INTERCEPT = """
A program that always calls {hosts} also needs these variables:
{exports}
"""
_OPEN = (
    "deck-sim: other machines can reach this server, and any key works: they can read and change"
    " every world. --keys accepts only some keys; --host 127.0.0.1 serves only this machine."
)
_CLOCKS = {
    "real": "The clock follows real time{pace}. To skip five minutes: deck-sim advance 5m",
    "frozen": "The clock is frozen. To advance it: deck-sim advance 5m",
    "on_poll": "Each read of an unfinished resource moves the clock {how}.",
}


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
    if port_file is not None and port_file.exists() and not port_file.is_file():
        # The new file would replace a device such as /dev/null.
        raise click.UsageError(f"--port-file: '{port_file}' is not a regular file; name another")
    if port_file is not None:
        port_file.unlink(missing_ok=True)  # of a server that was killed
    server = make_server(**options)

    def ready() -> None:
        if port_file is not None:
            part = port_file.with_name(f"{port_file.name}.part")
            part.write_text(f"{server.port}\n")
            part.replace(port_file)  # others wait for the file and read it at once
            stack.callback(port_file.unlink, missing_ok=True)
        variables = stack.enter_context(intercepted_variables(server))
        echo(_banner(server, variables))
        if not (server.is_local or server.worlds.keys):
            echo(_OPEN, err=True)
        # An import at once would delay the first answer to a client that waits for the server.
        server.submit(lambda app: import_ahead(server.worlds.settings.edition, 0.1))

    stop_once(server.stop)
    with (
        closing(server),
        log_to_stderr(log_format, quiet=quiet),
        ExitStack() as stack,
    ):
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
    settings = server.worlds.settings
    pace = "" if settings.speed == 1 else f" (x{settings.speed:g})"
    step = settings.step and format_duration(settings.step)
    how = f"by {step}" if step else "to the next change of the resource"
    key = (server.worlds.keys or (ANY_KEY,))[0]
    exports = "\n".join(f"export {name}={quote(value)}" for name, value in variables.items())
    hosts = " or ".join(server.interceptor.hosts) if server.interceptor else ""
    return _BANNER.format(
        version=__version__,
        edition=settings.edition,
        url=server.url,
        base_url=server.base_url,
        key=key,
        secret=secret_of(key),
        intercept=_INTERCEPT.format(hosts=hosts, exports=exports) if exports else "",
        inspector=inspector_url(server.url, key),
        keys="Only the given keys work" if server.worlds.keys else "Any key works",
        clock=_CLOCKS[settings.mode].format(pace=pace, how=how),
    )
