"""The variables with which a program reaches the interceptor, whatever it is written in."""

import json
import os
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from deck_sim.server.serve import Server

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


@contextmanager
def intercepted_variables(
    server: Server, environment: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """The variables to add to an environment, for a running server; empty if it does not intercept.

    At the end of the block the file that some of them name is deleted.
    """
    interceptor = server.interceptor
    if interceptor is None:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="deck-sim-") as folder:
        bundle = Path(folder) / "authorities.pem"
        bundle.write_bytes(b"\n".join([interceptor.certificate, *_read_bundles(environment)]))
        own = urlsplit(server.url).hostname or ""  # which may be another address
        direct = [*_LOOPBACK, own, *_direct_hosts(interceptor.hosts, environment)]
        node = f"--require {json.dumps(f'{_PRELOAD}/intercept.cjs')}"
        yield {
            **dict.fromkeys(_PROXIES, interceptor.url),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join(dict.fromkeys(direct))),
            **dict.fromkeys(_BUNDLES, f"{bundle}"),
            "NODE_USE_ENV_PROXY": "1",
            "NODE_OPTIONS": " ".join(filter(None, (environment.get("NODE_OPTIONS"), node))),
            "PYTHONPATH": os.pathsep.join(filter(None, (_PRELOAD, environment.get("PYTHONPATH")))),
            "DECK_SIM_INTERCEPT_PORT": f"{interceptor.port}",
            "DECK_SIM_INTERCEPT_HOSTS": ",".join(interceptor.hosts),
        }


def _read_bundles(environment: Mapping[str, str]) -> list[bytes]:
    """The certificates that programs trust without our variables: servers on loopback may need
    them.
    """
    named = [environment.get(name) for name in _BUNDLES]
    files = dict.fromkeys(filter(None, (ssl.get_default_verify_paths().cafile, *named)))
    found = list[bytes]()
    for file in files:
        with suppress(OSError):  # as programs ignore it
            found.append(Path(file).read_bytes())
    return found


def _direct_hosts(hosts: tuple[str, ...], environment: Mapping[str, str]) -> list[str]:
    """The entries of an inherited `NO_PROXY` that do not match an intercepted host."""
    given = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    entries = [entry for part in given.split(",") if (entry := part.strip())]
    return [
        entry
        for entry in entries
        if entry != "*"
        and not any(f".{host}".endswith(f".{entry.lstrip('*.').lower()}") for host in hosts)
    ]
