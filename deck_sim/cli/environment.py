"""The environment variables of a command that calls a server, intercepted or not."""

import json
import os
import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from deck_sim.cli.options import ANY_KEY, VARIABLE
from deck_sim.server.intercepting_proxy import Interceptor
from deck_sim.server.uvicorn_server import Server
from deck_sim.webhooks.signing import secret_of

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


def environment_options(act: Callable[..., Any]) -> Callable[..., Any]:
    """Add the `--env-*` options, which name the environment variables that a command gets."""
    for option, usual, what in (
        ("--env-webhook-secret", "DECK_WEBHOOK_SECRET", "the secret that signs webhooks"),
        ("--env-api-key", "DECK_API_KEY", "the API key"),
        ("--env-base-url", "DECK_BASE_URL", "the base URL"),
    ):
        text = f"The environment variable for {what}."
        act = click.option(option, type=VARIABLE, default=usual, help=text)(act)
    return act


@contextmanager
def command_environment(server: Server, names: tuple[str, str, str]) -> Iterator[dict[str, str]]:
    """Set the server's webhook secret. Yield the environment of a command that calls the server,
    with base URL, API key and this secret under `names`.
    """
    key = (server.worlds.keys or (ANY_KEY,))[0]
    secret = server.worlds.webhook_secret = secret_of(key)
    variables = dict(zip(names, (server.base_url, key, secret), strict=True))
    with intercepted_variables(server.interceptor, server.url) as intercepted:
        yield {**os.environ, **variables, **intercepted}


@contextmanager
def intercepted_variables(interceptor: Interceptor | None, url: str) -> Iterator[dict[str, str]]:
    """Yield the environment variables that lead a program's calls to the proxy of the server at
    `url`; none if there is no proxy. Some variables name a file, which is deleted at the end of the
    `with` block.
    """
    if interceptor is None:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="deck-sim-") as folder:
        # The bundle replaces the authorities that programs usually trust, so it includes them, too.
        usual = (ssl.get_default_verify_paths().cafile, *map(os.environ.get, _BUNDLES))
        certificates = [interceptor.certificate]
        for file in dict.fromkeys(filter(None, usual)):
            with suppress(OSError):  # programs ignore an unreadable file, too
                certificates.append(Path(file).read_bytes())
        bundle = Path(folder) / "authorities.pem"
        bundle.write_bytes(b"\n".join(certificates))
        direct = [*_LOOPBACK, urlsplit(url).hostname or ""]  # the address of `--host`
        # An inherited `NO_PROXY` keeps the entries that do not match an intercepted host.
        inherited = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
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
            "NODE_OPTIONS": " ".join(filter(None, (os.environ.get("NODE_OPTIONS"), node))),
            "PYTHONPATH": os.pathsep.join(filter(None, (_PRELOAD, os.environ.get("PYTHONPATH")))),
            "DENO_NO_UPDATE_CHECK": "1",  # the check would call another host
            "DECK_SIM_INTERCEPT_ADDRESS": interceptor.address,
            "DECK_SIM_INTERCEPT_PORT": f"{interceptor.port}",
            "DECK_SIM_INTERCEPT_HOSTS": ",".join(interceptor.hosts),
        }
