"""Code that `serve`, `exec` and `explore` share: the options of a server, its log, the signal
handlers, and the environment variables for an intercepted program.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import ssl
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from deck_sim.base.errors import DeckSimError
from deck_sim.cli.options import (
    ANY_KEY,
    EDITION,
    FOLDER,
    HOST,
    KEYS,
    MODE,
    PORT,
    SPEED,
    START,
    STEP,
    open_library,
)
from deck_sim.handle.connect.address import DECK_HOST
from deck_sim.runtime.activity_log import printers
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import ON_POLL, REAL, WEBHOOK_TIMES, Settings
from deck_sim.scenario.library import WatchedFolder, shipped
from deck_sim.server.intercepting_proxy import NO_ADDRESS, Interceptor
from deck_sim.server.uvicorn_server import Server
from deck_sim.webhooks.sender import Sender
from deck_sim.webhooks.signing import secret_of

if TYPE_CHECKING:
    from deck_sim.scenario.loader import ScenarioError

Act = TypeVar("Act", bound=Callable[..., Any])

STOPS = (signal.SIGINT, signal.SIGTERM)
FORMATS = ("text", "json")
_PRELOAD = f"{Path(__file__).parent / 'preload'}"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_BUNDLES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "DENO_CERT",
)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# The modules that the first calls would import, in the order in which they need them.
_NEEDED = (
    "deck_sim.server.api.routes",
    "deck_sim.contract.editions.{edition}.bodies",
    "deck_sim.scenario.loader",
    "deck_sim.server.control_api",
    "deck_sim.operations.parameters",
    "jsonschema",
)


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


def environment_options(act: Act) -> Act:
    """Add the `--env-*` options, which name the environment variables that a command gets."""
    for option, usual, what in (
        ("--env-webhook-secret", "DECK_WEBHOOK_SECRET", "the secret that signs webhooks"),
        ("--env-api-key", "DECK_API_KEY", "the API key"),
        ("--env-base-url", "DECK_BASE_URL", "the base URL"),
    ):
        text = f"The environment variable for {what}."
        act = click.option(option, metavar="NAME", default=usual, help=text)(act)
    return act


def command_variables(server: Server, names: tuple[str, str, str]) -> dict[str, str]:
    """Set the server's webhook secret. Return base URL, API key and this secret, under `names`."""
    key = (server.worlds.keys or (ANY_KEY,))[0]
    secret = server.worlds.webhook_secret = secret_of(key)
    return dict(zip(names, (server.base_url, key, secret), strict=True))


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
    **others: Any,
) -> Server:
    new = Settings(speed=speed or 1, **others)
    for option, value, needed in (("--step", new.step, ON_POLL), ("--speed", speed, REAL)):
        if value is not None and new.mode != needed:
            text = f"{option} needs --clock {needed}; found --clock {new.mode}"
            raise click.UsageError(text)
    if intercept_hosts and not intercept:
        raise click.UsageError("--intercept-host needs --intercept")
    if not reload:
        library = open_library(folder)
    elif folder is not None:
        library = WatchedFolder(folder, shipped(), _print_reload)
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
    interceptor = Interceptor(intercept_hosts or [DECK_HOST]) if intercept else None
    try:
        return Server(worlds, host, port, interceptor, allowed_hosts)
    except OSError as error:
        text = f"cannot listen on {host}:{port}: {error.strerror}"
        fix = "use `--port 0` for a free port, or `--host 127.0.0.1` for this machine only"
        raise DeckSimError(f"{text}; {fix}") from None


def import_ahead(edition: str, seconds: float = 0) -> threading.Thread:
    """Start a thread that imports, after `seconds`, the modules that the first calls need."""

    def load() -> None:
        for name in _NEEDED:
            import_module(name.format(edition=edition))

    thread = threading.Timer(seconds, load)
    thread.daemon = True
    thread.start()
    return thread


def _print_reload(error: ScenarioError | None) -> None:
    if error is None:
        text = "deck-sim: the mistakes are fixed; the scenarios of the folder are in use again"
    else:
        text = f"{error}\ndeck-sim: the previous scenarios stay in use until the mistakes are fixed"
    click.echo(text, err=True)


@contextmanager
def handle_signals(by_signal: Mapping[signal.Signals, Any]) -> Iterator[None]:
    before = {number: signal.signal(number, act) for number, act in by_signal.items()}
    try:
        yield
    finally:
        for number, act in before.items():
            signal.signal(number, act)


_as_json = partial(json.dumps, ensure_ascii=False)


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        level = record.levelname.lower()
        return _as_json({"kind": "log", "level": level, "message": super().format(record)})


@contextmanager
def log_to_stderr(form: str, *, quiet: bool) -> Iterator[None]:
    """Log to stderr in a `with` block, as `text` or `json`. `quiet` omits calls and deliveries."""
    is_json, stream = form == "json", sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_JsonFormatter() if is_json else logging.Formatter())

    def show(line: str, data: dict[str, Any]) -> None:
        with suppress(OSError):  # nobody reads stderr any more
            stream.write(f"{_as_json(data) if is_json else line}\n")  # the newline flushes it

    log = logging.getLogger("deck_sim")
    log.addHandler(handler)
    if not quiet:
        printers.append(show)
    try:
        yield
    finally:
        log.removeHandler(handler)
        if not quiet:
            printers.remove(show)


@contextmanager
def intercepted_variables(
    server: Server, environment: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """Yield the environment variables that lead a program's calls to the server's proxy; none if
    the server does not intercept. Some variables name a file, which is deleted at the end of the
    `with` block.
    """
    interceptor = server.interceptor
    if interceptor is None:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="deck-sim-") as folder:
        # The bundle replaces the authorities that programs usually trust, so it includes them, too.
        usual = (ssl.get_default_verify_paths().cafile, *map(environment.get, _BUNDLES))
        certificates = [interceptor.certificate]
        for file in dict.fromkeys(filter(None, usual)):
            with suppress(OSError):  # programs ignore an unreadable file, too
                certificates.append(Path(file).read_bytes())
        bundle = Path(folder) / "authorities.pem"
        bundle.write_bytes(b"\n".join(certificates))
        direct = [*_LOOPBACK, urlsplit(server.url).hostname or ""]  # the address of `--host`
        # An inherited `NO_PROXY` keeps the entries that do not match an intercepted host.
        inherited = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
        for entry in map(str.strip, inherited.split(",")):
            name = entry.lstrip("*.").lower()
            if name and not any(f".{host}".endswith(f".{name}") for host in interceptor.hosts):
                direct.append(entry)
        node = f"--require {json.dumps(f'{_PRELOAD}/intercept.cjs')}"
        yield {
            **dict.fromkeys(_PROXIES, interceptor.url),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join(dict.fromkeys(direct))),
            **dict.fromkeys(_BUNDLES, f"{bundle}"),
            "NODE_USE_ENV_PROXY": "1",
            "NODE_OPTIONS": " ".join(filter(None, (environment.get("NODE_OPTIONS"), node))),
            "PYTHONPATH": os.pathsep.join(filter(None, (_PRELOAD, environment.get("PYTHONPATH")))),
            "DENO_NO_UPDATE_CHECK": "1",  # the check would call another host
            "DECK_SIM_INTERCEPT_ADDRESS": NO_ADDRESS,
            "DECK_SIM_INTERCEPT_PORT": f"{interceptor.port}",
            "DECK_SIM_INTERCEPT_HOSTS": ",".join(interceptor.hosts),
        }
