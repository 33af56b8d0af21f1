"""Leads the calls of an intercepted Python program to the proxy, whichever client it uses.

PYTHONPATH makes each Python process of the program import this module. httpx, requests and urllib
need no help: they read HTTPS_PROXY. Other clients, such as http.client and urllib3, look up the
host. The lookup of an intercepted host returns a public address, because some clients refuse
private ones; a socket to this address is connected to the proxy, which answers as this host. The
lookup of another host for port 80 or 443 fails, unless NO_PROXY names it. aiohttp can have
another lookup, so it is made to read HTTPS_PROXY.

The program may run on an older Python than deck-sim, so only the standard library is used here.
"""

import os
import re
import socket
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

_WEB = ("80", "443", "http", "https")
_LOOPBACK = re.compile(r"127(\.\d+){3}|::1|localhost")


def _getaddrinfo(
    host: Any,
    port: Any,
    family: int = 0,
    type: int = 0,  # noqa: A002 - the names are those of the original
    proto: int = 0,
    flags: int = 0,
) -> Any:
    name = (host.decode() if isinstance(host, bytes) else f"{host or ''}").lower()
    if name in (*_hosts, _address):
        return _resolve(_address, port, socket.AF_INET, type, proto)
    is_direct = not name or _LOOPBACK.fullmatch(name) or f".{name}".endswith(_direct)
    if f"{port}" in _WEB and not is_direct:
        with suppress(OSError), socket.socket() as proxy:  # the proxy counts the refused call
            proxy.settimeout(5)
            proxy.connect(("127.0.0.1", int(_port)))
            proxy.sendall(f"CONNECT {name}:{port} HTTP/1.1\r\n\r\n".encode())
            proxy.recv(1)
        options = " ".join(f"--intercept-host {host}" for host in (*_hosts, name))
        text = f"deck-sim refuses {name}; to intercept it: {options}"
        raise socket.gaierror(socket.EAI_FAIL, text)
    return _resolve(host, port, family, type, proto, flags)


def _gethostbyname(name: str) -> str:
    return _address if name.lower() in _hosts else _find(name)


def _lead_to_proxy(name: str) -> None:
    connect = getattr(socket.socket, name)

    def replaced(self: socket.socket, address: Any) -> Any:
        to_proxy = address[:1] == (_address,)
        return connect(self, ("127.0.0.1", int(_port)) if to_proxy else address)

    setattr(socket.socket, name, replaced)


class _TrustEnvironment:
    """Imports aiohttp as usual, and makes its sessions read the proxy variables by default."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "aiohttp.client":
            return None
        from importlib.util import find_spec

        sys.meta_path.remove(self)
        spec: Any = find_spec(name)
        execute = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            module.ClientSession.__init__.__kwdefaults__["trust_env"] = True

        spec.loader.exec_module = exec_module
        return spec


if "DECK_SIM_INTERCEPT_PORT" in os.environ:
    _port = os.environ["DECK_SIM_INTERCEPT_PORT"]
    _address = os.environ["DECK_SIM_INTERCEPT_ADDRESS"]
    _hosts = os.environ["DECK_SIM_INTERCEPT_HOSTS"].split(",")
    _direct = tuple(f".{name}" for name in os.environ.get("NO_PROXY", "").split(",") if name)
    _resolve, socket.getaddrinfo = socket.getaddrinfo, _getaddrinfo
    _find, socket.gethostbyname = socket.gethostbyname, _gethostbyname
    for _name in ("connect", "connect_ex"):
        _lead_to_proxy(_name)
    sys.meta_path.insert(0, _TrustEnvironment())

# Run the `sitecustomize` that this one hides, if there is one.
_this_module, _here = sys.modules.pop("sitecustomize"), os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [folder for folder in sys.path if folder != _here]
with suppress(ModuleNotFoundError):
    import_module("sitecustomize")
sys.modules.setdefault("sitecustomize", _this_module)  # Python's import of this module needs it
