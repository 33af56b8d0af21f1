"""Leads the calls of an intercepted Python program to the proxy, whichever client it uses.

PYTHONPATH makes each Python process of the program import this module. Most clients look up the
host. The lookup of an intercepted host returns a public address, because some clients refuse
private ones; a socket to this address is connected to the proxy, which answers as this host. The
lookup of another host for port 80 or 443 fails, unless NO_PROXY names it.

httpx reads HTTPS_PROXY. requests and urllib would, too, but urllib3 takes a broken connection for
the proxy's failure, and repeats calls that it would not repeat otherwise; so they bypass the proxy.
aiohttp can have another lookup, so it is made to read HTTPS_PROXY. uvloop gets these lookups, too.

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


class _PatchAfterImport:
    """Imports each module of `_PATCHES` as usual, then calls its function with the module."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        patch = _PATCHES.pop(name, None)
        if patch is None:
            return None
        from importlib.util import find_spec

        spec: Any = find_spec(name)
        execute = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            patch(module)

        spec.loader.exec_module = exec_module
        return spec


def _bypass_proxy(urllib_request: Any) -> None:
    usual = urllib_request.proxy_bypass

    def proxy_bypass(host: str, *others: Any) -> Any:
        # gevent and eventlet replace what leads a socket to the proxy.
        is_led = (socket.getaddrinfo, socket.socket) == (_getaddrinfo, _Socket)
        return (is_led and host.lower().partition(":")[0] in _hosts) or usual(host, *others)

    proxy_bypass.usual = usual  # type: ignore[attr-defined]
    urllib_request.proxy_bypass = proxy_bypass


def _use_proxy_in_aiohttp(client: Any) -> None:
    client.ClientSession.__init__.__kwdefaults__["trust_env"] = True
    helpers: Any = sys.modules["aiohttp.helpers"]
    helpers.proxy_bypass = helpers.proxy_bypass.usual


def _lead_uvloop(uvloop: Any) -> None:
    connect = uvloop.Loop.create_connection

    async def getaddrinfo(self: Any, host: Any, port: Any, **options: Any) -> Any:
        return await self.run_in_executor(None, lambda: _getaddrinfo(host, port, **options))

    async def create_connection(
        self: Any, protocol: Any, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        if host and (await self.getaddrinfo(host, port))[0][4][0] == _address:
            if options.get("ssl"):
                options.setdefault("server_hostname", host)
            host, port = "127.0.0.1", int(_port)
        return await connect(self, protocol, host, port, **options)

    uvloop.Loop.getaddrinfo, uvloop.Loop.create_connection = getaddrinfo, create_connection


_PATCHES = {
    "urllib.request": _bypass_proxy,
    "aiohttp.client": _use_proxy_in_aiohttp,
    "uvloop": _lead_uvloop,
}

if "DECK_SIM_INTERCEPT_PORT" in os.environ:
    _port = os.environ["DECK_SIM_INTERCEPT_PORT"]
    _address = os.environ["DECK_SIM_INTERCEPT_ADDRESS"]
    _hosts = os.environ["DECK_SIM_INTERCEPT_HOSTS"].split(",")
    _direct = tuple(f".{name}" for name in os.environ.get("NO_PROXY", "").split(",") if name)
    _Socket = socket.socket
    _resolve, socket.getaddrinfo = socket.getaddrinfo, _getaddrinfo
    _find, socket.gethostbyname = socket.gethostbyname, _gethostbyname
    for _name in ("connect", "connect_ex"):
        _lead_to_proxy(_name)
    sys.meta_path.insert(0, _PatchAfterImport())

# Run the `sitecustomize` that this one hides, if there is one.
_this_module, _here = sys.modules.pop("sitecustomize"), os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [folder for folder in sys.path if folder != _here]
with suppress(ModuleNotFoundError):
    import_module("sitecustomize")
sys.modules.setdefault("sitecustomize", _this_module)  # Python's import of this module needs it
