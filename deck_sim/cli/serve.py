"""`deck-sim serve`: runs the server in the foreground."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deck_sim.base.durations import format_duration
from deck_sim.base.version import __version__
from deck_sim.cli.command import Command, CommandError
from deck_sim.cli.option_types import ANY_KEY, KEYS, MODE, MOMENT, STEP
from deck_sim.cli.scenario_options import (
    EDITION,
    FOLDER,
    SEED,
    open_library,
    print_mistakes,
    read_or_exit,
)
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.simulation import ON_POLL, WEBHOOK_TIMES, Settings
from deck_sim.scenario.library import WatchedFolder, shipped
from deck_sim.server.serve import Server, write_port
from deck_sim.webhooks.sender import Sender

if TYPE_CHECKING:
    from deck_sim.scenario.loader import ScenarioError

_BANNER = """\
deck-sim {version} on {url} (edition {edition})

export DECK_BASE_URL={base_url} DECK_API_KEY={key}

{keys}; each key has its own world.
{clock}
Ctrl-C stops it.
"""
_CLOCKS = {
    "real": "The clock follows real time{pace}. To skip five minutes: deck-sim advance 5m",
    "frozen": "The clock is frozen. To advance it: deck-sim advance 5m",
    "on_poll": "Each read of something unfinished {read}.",
}


@click.command(
    cls=Command,
    examples=[
        "deck-sim serve",
        "deck-sim serve --clock frozen --seed 7",
        "deck-sim serve --port 0 --port-file port.txt --scenarios tests/scenarios",
        "deck-sim serve --scenarios tests/scenarios --reload --world tests/world.yaml",
    ],
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8765,
    show_default=True,
    help="The port; 0 picks a free one.",
)
@EDITION
@click.option(
    "--clock",
    "mode",
    type=MODE,
    default="real",
    show_default=True,
    help="How time moves in each world.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0, 1_000_000, min_open=True),
    help="How much faster than real time the clock runs; 60 is a minute a second.",
)
@click.option(
    "--step",
    metavar="DURATION",
    callback=STEP,
    help="How much time each read takes with --clock on_poll.",
)
@click.option(
    "--now",
    metavar="MOMENT",
    callback=MOMENT,
    help="The start time of each world, like 2025-01-15T09:30:00Z.",
)
@SEED
@FOLDER
@click.option("--reload", is_flag=True, help="Read the folder again when a file changes.")
@click.option(
    "--world",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A world file with the resources that each world starts with.",
)
@click.option(
    "--keys",
    metavar="KEY,...",
    callback=KEYS,
    help="The API keys to accept, like sk_one,sk_two.  [default: any]",
)
@click.option(
    "--port-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the port to this file once the server is ready.",
)
@click.option(
    "--allow-public-webhooks",
    "allow_public",
    is_flag=True,
    help="Send webhooks to public addresses too, not only to loopback and private ones.",
)
@click.option(
    "--webhook-time",
    type=click.Choice(WEBHOOK_TIMES),
    default="wall",
    show_default=True,
    help="The time in webhook signatures; verifiers reject what is five minutes off.",
)
@click.option(
    "--strict-fidelity", is_flag=True, help="Answer 501 to calls that rest on an assumption."
)
@click.option("--rate-limit", is_flag=True, help="Answer 429 above 200 calls in 10 s per world.")
def command(
    host: str,
    port: int,
    speed: float | None,
    folder: Path | None,
    reload: bool,
    file: Path | None,
    keys: tuple[str, ...] | None,
    port_file: Path | None,
    allow_public: bool,
    **settings: Any,
) -> None:
    """Serve the simulated Deck API.

    Each API key has its own world, made when the key is first used.
    """
    new = Settings(speed=speed or 1, **settings)
    if new.step is not None and new.mode != ON_POLL:
        raise click.UsageError(f"--step needs --clock {ON_POLL}; found --clock {new.mode}")
    if speed is not None and new.mode != "real":
        raise click.UsageError(f"--speed needs --clock real; found --clock {new.mode}")
    if port_file is not None and not port_file.parent.is_dir():
        raise click.UsageError(f"--port-file: the folder {str(port_file.parent)!r} does not exist")
    if not reload:
        library = open_library(folder)
    elif folder is not None:
        library = read_or_exit(WatchedFolder, folder, shipped(), _print_reload)
    else:
        raise click.UsageError("--reload needs --scenarios FOLDER")
    worlds = WorldRegistry(
        settings=new,
        library=library,
        keys=frozenset(keys) if keys else None,
        dispatcher=Dispatcher(Sender(allow_public=allow_public)),
    )
    if file is not None:
        from deck_sim.runtime import world_file

        worlds.prepare = read_or_exit(
            world_file.load_world_file, file, library, new.edition
        ).prepare
    try:
        server = Server(worlds, host, port)
    except OSError as error:
        text = f"cannot listen on {host}:{port}: {error.strerror}; `--port 0` picks a free port"
        raise CommandError(text) from None

    def ready() -> None:
        if port_file is not None:
            write_port(port_file, server.port)
        click.echo(_banner(server, new, keys))

    # uvicorn calls these once it has stopped, so they only have to stop our part.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop())
    server.run(ready)


def _print_reload(error: ScenarioError | None) -> None:
    """Print the mistakes of edited scenarios, or that they are fixed; the server goes on."""
    if error is None:
        click.echo("deck-sim: fixed; the scenarios of the folder are in use again", err=True)
        return
    print_mistakes(error)
    click.echo("deck-sim: the scenarios stay as they were until this is fixed", err=True)


def _banner(server: Server, settings: Settings, keys: tuple[str, ...] | None) -> str:
    pace = "" if settings.speed == 1 else f" (x{settings.speed:g})"
    step = settings.step and format_duration(settings.step)
    read = f"takes {step}" if step else "moves the clock to what it waits for"
    return _BANNER.format(
        version=__version__,
        edition=settings.edition,
        url=server.url,
        base_url=server.base_url,
        key=keys[0] if keys else ANY_KEY,
        keys="Only the given keys work" if keys else "Any key works",
        clock=_CLOCKS[settings.mode].format(pace=pace, read=read),
    )
