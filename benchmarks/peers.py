"""Rows of other test doubles, doing the same kind of work on the same machine in the same run.

Each is installed once, in an environment of its own. One that cannot be is left out, with a line.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count as numbers
from pathlib import Path
from subprocess import PIPE

from .harness import (
    HEALTH,
    ROOT,
    Client,
    UnavailableError,
    environment,
    first_byte_ms,
    in_turn,
    row,
    serving,
)
from .peer_programs import EMULATE, HTTPSERVER, MOCKOON, OURS, PRISM, RESPX, RUN
from .server import finished_run

STRIPE = "Authorization: Bearer sk_test_12345"
S3 = (
    "Authorization: AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/s3/aws4_request,"
    " SignedHeaders=host, Signature=x"
)


@dataclass(frozen=True)
class Peer:
    """How one of them is installed, started, filled and emptied.

    `fill` makes a resource, and returns its path. `clean` makes the state clean, and returns the
    path of a first read.
    """

    name: str
    packages: tuple[str, ...]
    words: str  # that start its server
    fill: Callable[[Client], str]
    clean: Callable[[Client, subprocess.Popen], str] | None = None
    health: str = "/"
    headers: tuple[str, ...] = ()
    npm: bool = False
    cleaner: str = ""  # starts a server that cleans its state when it reads a line
    file: tuple[str, str] = ("", "")  # the name and the text of one that it needs

    def install(self):
        """Return the folder of its programs, and the folder that holds all of it."""
        programs = Path(sys.executable).parent
        if self.packages:
            programs = environment(self.name, *self.packages, npm=self.npm)
        return programs, programs.parents[self.npm]

    def command(self, words):
        """Return the words that run one of its programs, and options of the process."""
        programs, folder = self.install()
        name, text = self.file
        if name:
            (folder / name).write_text(text)
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        options = {"cwd": folder, "env": {**os.environ, "PATH": path}}
        options |= {"stdin": PIPE, "stdout": PIPE}
        return f"{programs / words}".split(), options

    def serve(self, stack, words):
        """Start a server; return a client of it, and its process."""
        words, options = self.command(words)
        port, process = stack.enter_context(serving(words, self.health, **options))
        return Client(port, *self.headers), process


def new_customer(client):
    """The path of a new customer of Stripe."""
    return f"/v1/customers/{client.call('POST', '/v1/customers', 'name=Alex')['id']}"


def new_object(client):
    """The path of a new object of S3."""
    client.call("PUT", "/bench")
    client.call("PUT", "/bench/one", json.loads(RUN))
    return "/bench/one"


def new_run(client):
    """The path of a new run in Mockoon."""
    client.call("POST", "/runs", json.loads(RUN))
    return "/runs/one"


def clean_by_call(method, path, then):
    def clean(client, process):
        client.call(method, path)
        return then

    return clean


def clean_by_line(then):
    def clean(client, process):
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()
        return then

    return clean


def take_new_key(client, process):
    """A new key is a new world."""
    client.headers = (f"Authorization: Bearer sk_{next(_keys)}",)
    return "/v2/task-runs"


_keys = numbers()
PEERS = (
    Peer(
        "pytest-httpserver",
        ("pytest-httpserver",),
        "python server.py {port}",
        fill=lambda client: "/runs/one",
        clean=clean_by_line("/runs/one"),
        file=("server.py", HTTPSERVER),
    ),
    Peer(
        "localstripe",
        ("localstripe",),
        "localstripe --from-scratch --port {port}",
        fill=new_customer,
        clean=clean_by_call("DELETE", "/_config/data", "/v1/customers"),
        headers=(STRIPE,),
    ),
    Peer(
        "moto",
        ("moto[server]",),
        "moto_server -p {port}",
        fill=new_object,
        clean=clean_by_call("POST", "/moto-api/reset", "/"),
        headers=(S3,),
    ),
    Peer(
        "emulate",
        ("emulate@0.12", "node@24"),
        "emulate start --service stripe --port {port}",
        fill=new_customer,
        clean=clean_by_line("/v1/customers"),
        headers=(STRIPE,),
        npm=True,
        cleaner="node server.mjs {port}",
        file=("server.mjs", EMULATE),
    ),
    Peer(
        "mockoon",
        ("@mockoon/cli",),
        "mockoon-cli start -r -X -d runs.json -p {port} --admin-api-token one",
        fill=new_run,
        clean=clean_by_call("POST", "/mockoon-admin/data-buckets/purge", "/runs"),
        headers=("Authorization: Bearer one",),
        npm=True,
        file=("runs.json", json.dumps(MOCKOON)),
    ),
    Peer(
        "prism",
        ("@stoplight/prism-cli",),
        "prism mock openapi.json -p {port}",
        fill=lambda client: "/runs/one",  # it keeps no state: the example of its document
        npm=True,
        file=("openapi.json", json.dumps(PRISM)),
    ),
    Peer(
        "deck-sim",
        (),  # of this tree
        "deck-sim serve --port {port}",
        fill=finished_run,
        clean=take_new_key,
        health=HEALTH,
        headers=("Authorization: Bearer sk_bench",),
    ),
)
CLEANED = [peer for peer in PEERS if peer.clean]
RESPX_PEER = Peer("respx", ("respx",), "", fill=str)
INSTALLED = (*PEERS[:-1], RESPX_PEER, Peer("deck-sim", (f"{ROOT}",), "", fill=str))


def peer_row(name, text, unit, rounds, peers=PEERS, best=min, **bar):
    """A row with a thing for each peer; its ratio is deck-sim's to the best of the others."""

    def register(prepare_one):
        def prepare(stack, count):
            things = {}
            for peer in peers:
                try:
                    things[peer.name] = prepare_one(stack, count, peer)
                except UnavailableError as error:
                    print(f"{peer.name}: {error}", file=sys.stderr)
            if [*things] == ["deck-sim"]:
                raise UnavailableError("none of the others can be installed")
            return in_turn(things)

        row(name, text, unit, 50, 2, rounds=rounds, downloads=True, best=best, **bar)(prepare)

    return register


@peer_row("peers-first-byte", "the first byte of a server", "ms", 7, most=1)
def first_byte(stack, count, peer):
    words, options = peer.command(peer.words)
    return partial(first_byte_ms, words, peer.health, **options)


@peer_row("peers-get", "GETs of one resource over a socket", "a second", 40, best=max, least=1)
def get(stack, count, peer):
    client, _ = peer.serve(stack, peer.words)
    return partial(client.rate, client.request("GET", peer.fill(client)), count)


@peer_row("peers-clean", "a clean state and its first answer", "ms", 40, CLEANED, most=1)
def clean(stack, count, peer):
    client, process = peer.serve(stack, peer.cleaner or peer.words)

    def measure():
        client.connect()
        peer.fill(client)
        began = time.perf_counter()
        path = peer.clean(client, process)
        client.call("GET", path)
        return (time.perf_counter() - began) * 1000

    return measure


@peer_row("peers-size", "the install, without Python or Node", "MB", 1, INSTALLED, is_ratio=False)
def size(stack, count, peer):
    _, folder = peer.install()
    files = [
        file.stat().st_size
        for file in folder.rglob("*")
        if file.is_file() and not file.is_symlink() and "node_modules/node/" not in f"{file}"
    ]
    return lambda: sum(files) / 1e6


def in_process_row(name, text, unit, place, **bar):
    def prepare(stack, count):
        def run(python, script):
            printed = subprocess.check_output([python, "-c", script, f"{count}"], text=True)
            return float(printed.split()[place])

        respx = RESPX_PEER.install()[0] / "python"
        return in_turn(
            {"respx": partial(run, respx, RESPX), "deck-sim": partial(run, sys.executable, OURS)}
        )

    row(name, text, unit, 500, 5, rounds=5, downloads=True, **bar)(prepare)


in_process_row("peers-get-in-process", "GETs without a socket", "a second", 0)
in_process_row("peers-clean-in-process", "a clean state and the first answer", "ms", 1, most=1)
