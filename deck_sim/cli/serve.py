"""`deck-sim serve`: the server in the foreground, until it is told to stop."""

from __future__ import annotations

import signal
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deck_sim import __version__
from deck_sim.cli.command import Command, CommandError
from deck_sim.cli.option_types import ANY_KEY, KEYS, MODE, MOMENT
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
from deck_sim.runtime.simulation import WEBHOOK_TIMES, Settings
from deck_sim.scenario.library import Library, WatchedFolder, shipped
from deck_sim.server.serve import Server, write_port
from deck_sim.webhooks.sender import Sender

if TYPE_CHECKING:
    from deck_sim.scenario.loader import ScenarioError

_BANNER = """\
deck-sim {version} on {url}, Deck API in its {edition} edition

export DECK_BASE_URL={base_url} DECK_API_KEY={key}

{keys}, and each has a world of its own.
{clock}
Ctrl-C stops it.
"""
_CLOCKS = {
    "real": "Time goes on by itself{pace}. Five minutes at once: deck-sim advance 5m",
    "frozen": "Time stands still. To let five minutes pass: deck-sim advance 5m",
    "on_poll": "Time jumps to what is due next when a client reads something unfinished.",
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
    help="The port; 0 takes a free one.",
)
@EDITION
@click.option(
    "--clock",
    "mode",
    type=MODE,
    default="real",
    show_default=True,
    help="How the time of each world moves.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0, 1_000_000, min_open=True),
    help="How much faster than real the real clock goes; 60 is a minute a second.",
)
@click.option(
    "--now",
    metavar="MOMENT",
    callback=MOMENT,
    help="When each world begins, like 2025-01-15T09:30:00Z.",
)
@SEED
@FOLDER
@click.option("--reload", is_flag=True, help="Read that folder again when a file in it changes.")
@click.option(
    "--world",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A world file: what each world begins with.",
)
@click.option(
    "--keys",
    metavar="KEY,...",
    callback=KEYS,
    help="The API keys to take, like sk_one,sk_two; any if omitted.",
)
@click.option(
    "--port-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file to write the port to, once requests are answered.",
)
@click.option(
    "--allow-public-webhooks",
    "allow_public",
    is_flag=True,
    help="Send webhooks to any address, not only to loopback and private ones.",
)
@click.option(
    "--webhook-time",
    type=click.Choice(WEBHOOK_TIMES),
    default="wall",
    show_default=True,
    help="Which time webhooks are signed with; receivers refuse what is five minutes off.",
)
@click.option(
    "--strict-fidelity", is_flag=True, help="Answer calls that rest on an assumption with 501."
)
@click.option(
    "--rate-limit", is_flag=True, help="Answer more than 200 calls in 10 s of a world with 429."
)
def command(
    host: str,
    port: int,
    edition: str,
    mode: str,
    speed: float | None,
    now: datetime | None,
    seed: int,
    folder: Path | None,
    reload: bool,
    file: Path | None,
    keys: tuple[str, ...] | None,
    port_file: Path | None,
    allow_public: bool,
    webhook_time: str,
    strict_fidelity: bool,
    rate_limit: bool,
) -> None:
    """Serve the simulated Deck API.

    Each API key has a world of its own, made when the key is first seen.
    """
    if speed is not None and mode != "real":
        raise click.UsageError(f"--speed is for --clock real, not --clock {mode}")
    if port_file is not None and not port_file.parent.is_dir():
        raise click.UsageError(f"--port-file: there is no folder {str(port_file.parent)!r}")
    settings = Settings(
        edition=edition,
        mode=mode,
        speed=speed or 1,
        now=now,
        seed=seed,
        webhook_time=webhook_time,
        rate_limit=rate_limit,
        strict_fidelity=strict_fidelity,
    )
    library = _watch(folder) if reload else open_library(folder)
    worlds = WorldRegistry(
        settings=settings,
        library=library,
        keys=frozenset(keys) if keys else None,
        dispatcher=Dispatcher(Sender(allow_public=allow_public)),
    )
    if file is not None:
        from deck_sim.runtime import world_file

        worlds.prepare = read_or_exit(world_file.load_world_file, file, library, edition).prepare
    server = _bind(worlds, host, port)

    def ready() -> None:
        if port_file is not None:
            write_port(port_file, server.port)
        click.echo(_banner(server, settings, keys))

    # uvicorn hands a signal on to these once it has stopped, so that is all that they need do.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop())
    server.run(ready)


def _watch(folder: Path | None) -> Library:
    if folder is None:
        raise click.UsageError("--reload is for a folder of --scenarios")
    return read_or_exit(WatchedFolder, folder, shipped(), _report)


def _report(error: ScenarioError | None) -> None:
    """Tell what is wrong with an edited scenario, or that it is mended; the server goes on."""
    if error is None:
        click.echo("deck-sim: that is mended; the scenarios are those of the folder", err=True)
        return
    print_mistakes(error)
    click.echo("deck-sim: until that is mended, the scenarios stay as they were", err=True)


def _bind(worlds: WorldRegistry, host: str, port: int) -> Server:
    try:
        return Server(worlds, host, port)
    except OSError as error:
        text = f"cannot listen on {host}:{port}: {error.strerror}; `--port 0` takes a free port"
        raise CommandError(text) from None


def _banner(server: Server, settings: Settings, keys: tuple[str, ...] | None) -> str:
    pace = "" if settings.speed == 1 else f" (x{settings.speed:g})"
    return _BANNER.format(
        version=__version__,
        edition=settings.edition,
        url=server.url,
        base_url=server.base_url,
        key=keys[0] if keys else ANY_KEY,
        keys="Only the keys that you gave will do" if keys else "Any key will do",
        clock=_CLOCKS[settings.mode].format(pace=pace),
    )
