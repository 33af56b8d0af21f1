"""The options of a server, and the server that they make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from deck_sim.base.errors import DeckSimError
from deck_sim.cli.options import (
    ADDRESS,
    EDITION,
    FOLDER,
    HOST,
    KEYS,
    MODE,
    PORT,
    SPEED,
    START,
    STEP,
)
from deck_sim.cli.output import echo
from deck_sim.cli.server_log import FORMATS
from deck_sim.handle.connect.address import DECK_HOST
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import ON_POLL, REAL, WEBHOOK_TIMES, Settings
from deck_sim.scenario.library import WatchedFolder, read_folder
from deck_sim.server.intercepting_proxy import FOUND_ADDRESS, Interceptor
from deck_sim.server.uvicorn_server import Server
from deck_sim.webhooks.sender import Sender

if TYPE_CHECKING:
    from deck_sim.scenario.loader import ScenarioError

Act = TypeVar("Act", bound=Callable[..., Any])


def server_options(port: int) -> Callable[[Act], Act]:
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    options = (
        click.option("--host", default="127.0.0.1", help="The address to listen on."),
        click.option("--port", type=PORT, default=port, help="The port; 0 picks a free one."),
        EDITION,
        click.option("--clock", "mode", type=MODE, default=REAL, help="How time moves."),
        SPEED,
        STEP,
        click.option("--now", type=START, help="A world's start time, like 2025-01-15T09:30:00Z."),
        click.option("--seed", type=int, help="The seed of all worlds.  [default: each key's own]"),
        FOLDER,
        click.option("--reload", is_flag=True, help="Read --scenarios again when a file changes."),
        click.option("--world", "file", type=file, help="A world file that fills every new world."),
        click.option("--keys", type=KEYS, help="The API keys to accept.  [default: any]"),
        click.option(
            "--intercept",
            is_flag=True,
            help=f"Start a proxy that answers calls to https://{DECK_HOST}.",
        ),
        click.option(
            "--intercept-host",
            "intercept_hosts",
            multiple=True,
            type=HOST,
            help=f"A host to intercept; can be repeated.  [default: {DECK_HOST}]",
        ),
        click.option(
            "--intercept-address",
            type=ADDRESS,
            help=f"The address that programs find for these hosts.  [default: {FOUND_ADDRESS}]",
        ),
        click.option(
            "--allow-host",
            "allowed_hosts",
            multiple=True,
            metavar="NAME",
            type=HOST,
            help="A name that the `Host` header may have on a loopback server; can be repeated.",
        ),
        click.option(
            "--allow-public-webhooks",
            "allow_public",
            is_flag=True,
            help="Send webhooks to public addresses too, not only to loopback and private ones.",
        ),
        click.option(
            "--webhook-time",
            type=click.Choice(WEBHOOK_TIMES),
            default="wall",
            help="The clock of webhook timestamps; `wall` is real time. Receivers refuse timestamps"
            " more than 5 minutes off.",
        ),
        click.option("--rate-limit", is_flag=True, help="Allow 200 calls in 10 s; more get 429."),
        click.option(
            "--log-format",
            type=click.Choice(FORMATS),
            default=FORMATS[0],
            help="Lines for people, or JSON for programs.",
        ),
        click.option("--quiet", is_flag=True, help="Do not log calls and deliveries."),
    )

    def add(act: Act) -> Act:
        for option in reversed(options):
            act = option(act)
        return act

    return add


def make_server(
    *,
    host: str,
    port: int,
    speed: float | None,
    folder: Path | None,
    reload: bool,
    file: Path | None,
    keys: tuple[str, ...] | None,
    allowed_hosts: tuple[str, ...],
    allow_public: bool,
    intercept: bool,
    intercept_hosts: tuple[str, ...],
    intercept_address: str | None,
    **others: Any,
) -> Server:
    new = Settings(speed=speed or 1, **others)
    for option, value, needed in (("--step", new.step, ON_POLL), ("--speed", speed, REAL)):
        if value is not None and new.mode != needed:
            text = f"{option} needs --clock {needed}; found --clock {new.mode}"
            raise click.UsageError(text)
    if (intercept_hosts or intercept_address) and not intercept:
        option = "--intercept-host" if intercept_hosts else "--intercept-address"
        raise click.UsageError(f"{option} needs --intercept")
    if not reload:
        library = read_folder(folder)
    elif folder is not None:
        library = WatchedFolder(folder, _print_reload)
    else:
        raise click.UsageError("--reload needs --scenarios FOLDER")
    worlds = WorldRegistry(
        settings=new,
        library=library,
        keys=keys,
        dispatcher=Dispatcher(Sender(allow_public=allow_public)),
    )
    if file is not None:
        from deck_sim.runtime.world_file import load_world_file

        worlds.prepare = load_world_file(file, library, new.edition).prepare
    hosts, address = intercept_hosts or [DECK_HOST], intercept_address or FOUND_ADDRESS
    interceptor = Interceptor(hosts, address) if intercept else None
    try:
        return Server(worlds, host, port, interceptor, allowed_hosts)
    except OSError as error:
        text = f"cannot listen on {host}:{port}: {error.strerror}"
        fix = "use `--port 0` for a free port, or `--host 127.0.0.1` for this machine only"
        raise DeckSimError(f"{text}; {fix}") from None


def _print_reload(error: ScenarioError | None) -> None:
    text = "the mistakes are fixed; the scenarios of the folder are in use again"
    if error is not None:
        echo(f"{error}", err=True)
        text = "the previous scenarios stay in use until the mistakes are fixed"
    echo(f"deck-sim: {text}", err=True)
