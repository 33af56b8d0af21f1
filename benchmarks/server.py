"""Rows of a server process: its start, its rates over one kept connection, its webhooks."""

import asyncio
import json
import os
import subprocess
import tempfile
import time
from datetime import timedelta
from functools import partial

from deck_sim.runtime.advance import advance_by
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server

from .bare import bare_app
from .engine import begin, happen
from .harness import (
    BARE,
    BARE_HTTPTOOLS,
    DECK_SIM,
    SERVE,
    Client,
    first_byte_ms,
    in_turn,
    many_us,
    row,
    serving,
    used,
)

AGENT = {"name": "Concierge"}
BARE_SERVERS = {"bare route": BARE, "on httptools": BARE_HTTPTOOLS}


@row("first-byte", "`deck-sim serve` to the first byte of its first answer, beside bare starlette"
     " and uvicorn", "ms", most=1.25, rounds=15)  # fmt: skip
def first_byte(stack, count):
    ours, bare = partial(first_byte_ms, SERVE), partial(first_byte_ms, BARE)
    return in_turn({"bare server": bare, "deck-sim serve": ours})


@row("exec", "`deck-sim exec -- true` to its end, beside the first byte of a bare server", "ms",
     most=1.6, rounds=15)  # fmt: skip
def exec_true(stack, count):
    def ours():
        began = time.perf_counter()
        words = [DECK_SIM, "exec", "--", "true"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return (time.perf_counter() - began) * 1000

    return in_turn({"bare server": partial(first_byte_ms, BARE), "deck-sim exec": ours})


def ready_task(client):
    """Make what a run needs; returns the path and the body of the call that starts one."""
    website = {"type": "website", "website": {"url": "https://hotel.example"}}
    source = client.call("POST", "/v2/sources", website)["id"]
    agent = client.call("POST", "/v2/agents", AGENT)["id"]
    schema = {"type": "object", "properties": {"hotel": {"type": "string"}}, "required": ["hotel"]}
    body = {"name": "Read", "agent_id": agent, "output_schema": schema}
    task = client.call("POST", "/v2/tasks", body)["id"]
    body = {"source_id": source, "auth_method": "none"}
    connection = client.call("POST", "/v2/connections", body)["id"]
    client.call("POST", "/_sim/clock/advance", {"until": "idle"})
    return f"/v2/tasks/{task}/run", {"connection_id": connection}


def finished_run(client):
    """The path of a run that is over."""
    run = client.call("POST", *ready_task(client))["id"]
    client.call("POST", "/_sim/clock/advance", {"until": "idle"})
    return f"/v2/task-runs/{run}"


def page(client):
    """The path of a page of 20 agents."""
    for _ in range(40):
        client.call("POST", "/v2/agents", AGENT)
    return "/v2/agents"


def rate(client, server, request, count):
    """How many calls are answered in a second of processor time, of the server and the client."""
    processes = server, os.getpid()
    began = used(*processes)
    client.rate(request, count)
    return count / (used(*processes) - began)


def socket_row(name, text, method, find_path, body=None, bare_servers=BARE_SERVERS, **bars):
    """A row of a call over a socket, beside bare routes that give the same JSON."""

    def prepare(stack, count):
        port, ours = stack.enter_context(serving(SERVE))
        client = Client(port)
        path = find_path(client)
        answer = json.dumps(client.call(method, path, body))
        request = client.request(method, path, body)
        things = {}
        for parser, words in bare_servers.items():
            bare_port, bare = stack.enter_context(serving([*words, answer]))
            things[parser] = partial(rate, Client(bare_port), bare.pid, request, count)
        return in_turn({**things, "deck-sim": partial(rate, client, ours.pid, request, count)})

    row(name, f"{text}, over a socket", "a second", 50, 5, rounds=150, **bars)(prepare)


def rate_rows(name, text, method, find_path, body=None, **bars):
    """Rows of a call over a socket, and without."""

    def prepare(stack, count):
        server, loop = map(stack.enter_context, (Server(WorldRegistry()), asyncio.Runner()))
        client = Client(server.port)
        words = method, find_path(client), body
        bare = bare_app(client.call(*words))
        return in_turn(
            {
                "bare route": lambda: 1e6 / loop.run(many_us(bare, count, *words)),
                "deck-sim": lambda: (
                    1e6 / server.submit(lambda app: many_us(app, count, *words)).result()
                ),
            }
        )

    socket_row(name, text, method, find_path, body, **bars)
    row(f"{name}-in-process", "without a socket", "a second", 500, 5, rounds=20)(prepare)


rate_rows("get", "GETs of a finished run", "GET", finished_run, least=0.8)
socket_row("get-httptools", "the same beside the faster bare server", "GET", finished_run,
           bare_servers={"on httptools": BARE_HTTPTOOLS}, least=0.65)  # fmt: skip
rate_rows("page", "pages of 20 agents", "GET", page)
rate_rows("create", "creates of an agent", "POST", lambda _: "/v2/agents", AGENT)


@row("state", "creates of an agent with `--state FILE`, beside those without, in a world of a"
     " hundred runs", "a second", 50, 5, rounds=40, least=0.5)  # fmt: skip
def state(stack, count):
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    servers = {"in memory": SERVE, "with a file": [*SERVE, "--state", f"{folder}/worlds.db"]}
    things = {}
    for name, words in servers.items():
        client = Client(stack.enter_context(serving(words))[0])
        run = "POST", *ready_task(client)
        for _ in range(100):
            client.call(*run)
        client.call("POST", "/_sim/clock/advance", {"until": "idle"})
        things[name] = partial(client.rate, client.request("POST", "/v2/agents", AGENT), count)
    return in_turn(things)


@row("deliveries", "webhooks to three receivers on sockets, beside the same requests from bare"
     " asyncio", "a second", 1_000, 5, rounds=7)  # fmt: skip
def deliveries(stack, count):
    loop = stack.enter_context(asyncio.Runner())
    server = loop.run(asyncio.start_server(take, "127.0.0.1", 0, backlog=1024))
    port = server.sockets[0].getsockname()[1]

    def rate(send):
        began = time.process_time()
        loop.run(send(port, count))
        return 3 * count / (time.process_time() - began)

    return in_turn({"asyncio": partial(rate, post), "deck-sim": partial(rate, deliver)})


async def take(reader, writer):
    """Accept a webhook."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    writer.close()


async def post(port, count):
    """Send as many requests as `deliver` does, three at a time."""
    request = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 600\r\n\r\n" + b"." * 600

    async def send():
        for _ in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            await reader.read()
            writer.close()

    await asyncio.gather(send(), send(), send())


async def deliver(port, count):
    """Deliver so many events to three destinations, in one advance."""
    simulation = begin(f"http://127.0.0.1:{port}/{number}" for number in range(3))
    for _ in range(count):
        happen(simulation)
    dispatcher = Dispatcher()
    await dispatcher.drive(simulation, advance_by(simulation, timedelta(hours=1)))
    assert all(
        delivery.status == "success" for delivery in simulation.world.all("event_delivery").values()
    )
    await dispatcher.close()
