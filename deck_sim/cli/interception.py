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
        # Servers on loopback may need the certificates that programs trust without our variables.
        usual = (ssl.get_default_verify_paths().cafile, *map(environment.get, _BUNDLES))
        certificates = [interceptor.certificate]
        for file in dict.fromkeys(filter(None, usual)):
            with suppress(OSError):  # as programs ignore it
                certificates.append(Path(file).read_bytes())
        bundle = Path(folder) / "authorities.pem"
        bundle.write_bytes(b"\n".join(certificates))
        direct = [*_LOOPBACK, urlsplit(server.url).hostname or ""]  # which may be another address
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
            "DECK_SIM_INTERCEPT_PORT": f"{interceptor.port}",
            "DECK_SIM_INTERCEPT_HOSTS": ",".join(interceptor.hosts),
        }
