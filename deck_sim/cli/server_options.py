"""The options of a server, and the server that they make."""

from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import click

from deck_sim.base.errors import DeckSimError
from deck_sim.cli.options import EDITION, FOLDER, MODE, SPEED, STEP, Value
from deck_sim.cli.output import echo
from deck_sim.cli.server_log import FORMATS
from deck_sim.handle.connect.address import DECK_HOST, read_host
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.moment_text import read_start
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import ON_POLL, REAL, WEBHOOK_TIMES, Settings
from deck_sim.scenario.library import WatchedFolder, read_folder
from deck_sim.server.intercepting_proxy import FOUND_ADDRESS, Interceptor
from deck_sim.server.uvicorn_server import Server
from deck_sim.webhooks.sender import Sender


def _read_keys(text: str) -> tuple[str, ...]:
    keys = tuple(filter(None, map(str.strip, text.split(","))))
    if not keys:  # such as from an unset variable; without keys the server would accept any
        raise ValueError(f"{text!r} has no key; write keys like `sk_one,sk_two`")
    return keys


_PORT, _HOST = click.IntRange(0, 65_535), Value("HOST", read_host)
_KEYS = Value("KEY,...", _read_keys)
_ADDRESS = Value("ADDRESS", lambda text: f"{IPv4Address(text)}")
_START = Value("MOMENT", lambda text: read_start(text, "MOMENT"))


def server_options(port: int) -> Callable[[Callable[..., Any]], Any]:
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    options = (
        click.option("--host", default="127.0.0.1", help="The address to listen on."),
        click.option("--port", type=_PORT, default=port, help="The port; 0 picks a free one."),
        EDITION,
        click.option("--clock", "mode", type=MODE, default=REAL, help="How time moves."),
        SPEED,
        STEP,
        click.option("--now", type=_START, help="A world's start time, like 2025-01-15T09:30:00Z."),
        click.option("--seed", type=int, help="The seed of all worlds.  [default: each key's own]"),
        FOLDER,
        click.option("--reload", is_flag=True, help="Read --scenarios again when a file changes."),
        click.option("--world", "file", type=file, help="A world file that fills every new world."),
        click.option("--keys", type=_KEYS, help="The API keys to accept.  [default: any]"),
        click.option(
            "--intercept",
            is_flag=True,
            help=f"Start a proxy that answers calls to https://{DECK_HOST}.",
        ),
        click.option(
            "--intercept-host",
            "intercept_hosts",
            multiple=True,
            type=_HOST,
            help=f"A host to intercept; can be repeated.  [default: {DECK_HOST}]",
        ),
        click.option(
            "--intercept-address",
            type=_ADDRESS,
            help=f"The address that programs find for these hosts.  [default: {FOUND_ADDRESS}]",
        ),
        click.option(
            "--allow-host",
            "allowed_hosts",
            multiple=True,
            metavar="NAME",
            type=_HOST,
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

    def add(act: Callable[..., Any]) -> Any:
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


def _print_reload(error: Exception | None) -> None:
    text = "the mistakes are fixed; the scenarios of the folder are in use again"
    if error is not None:
        echo(f"{error}", err=True)
        text = "the previous scenarios stay in use until the mistakes are fixed"
    echo(f"deck-sim: {text}", err=True)
