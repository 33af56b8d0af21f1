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

_PRELOAD = Path(__file__).parent / "preload"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY")
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
        direct = ",".join(
            dict.fromkeys([*_LOOPBACK, own, *_direct_hosts(interceptor.hosts, environment)])
        )
        node = f"--require {json.dumps(str(_PRELOAD / 'intercept.cjs'))}"
        yield {
            **dict.fromkeys(_both_cases(*_PROXIES), interceptor.url),
            **dict.fromkeys(_both_cases("NO_PROXY"), direct),
            **dict.fromkeys(_BUNDLES, f"{bundle}"),
            "NODE_USE_ENV_PROXY": "1",
            "NODE_OPTIONS": _join(" ", environment.get("NODE_OPTIONS"), node),
            "PYTHONPATH": _join(os.pathsep, str(_PRELOAD), environment.get("PYTHONPATH")),
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


def _both_cases(*names: str) -> list[str]:
    return [*names, *map(str.lower, names)]


def _join(separator: str, *parts: str | None) -> str:
    return separator.join(filter(None, parts))
