"""Reads of a task run per second, compared with a bare starlette route with the same answer.

Each server has its own process. One client reads from both in turn, over a kept-alive loopback
socket; the medians are compared. Bar: 0.6.

    python benchmarks/reads.py [ROUNDS]
"""

import json
import multiprocessing
import socket
import sys
import time
from contextlib import contextmanager
from statistics import median

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.serve import Server

BAR = 0.6
READS = 50  # in one round
KEY = "sk_bench"


def serve_deck(pipe):
    server = Server(WorldRegistry())
    server.run(lambda: pipe.send(server.port))


def serve_bare(pipe):
    body = pipe.recv()

    async def show(request):
        return JSONResponse(body)

    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    app = Starlette(routes=[Route("/v2/task-runs/{id}", show)])
    quiet = {"log_level": "warning", "access_log": False}
    base = {"loop": "asyncio", "http": "h11"}  # what a plain install has
    pipe.send(listening.getsockname()[1])
    uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", **base, **quiet)).run([listening])


@contextmanager
def running(serve):
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    yield ours
    process.kill()
    process.join()


class Client:
    """A minimal HTTP client, so that it takes little time itself."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request):
        """Return the head and the body of the answer."""
        self.socket.sendall(request)
        answer = self.socket.recv(65536)
        while b"\r\n\r\n" not in answer:
            answer += self.socket.recv(65536)
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self.socket.recv(65536)
        return head, body

    def call(self, method, path, data=None):
        """Return the answer as data."""
        _, body = self.send(request(method, path, data))
        return json.loads(body)

    def reads_per_second(self, path):
        """Return the rate of one round."""
        read = request("GET", path)
        began = time.perf_counter_ns()
        for _ in range(READS):
            head, _ = self.send(read)
        assert head.startswith(b"HTTP/1.1 200"), head
        return READS * 1_000_000_000 // (time.perf_counter_ns() - began)


def request(method, path, data=None):
    body = b"" if data is None else json.dumps(data).encode()
    lines = f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {KEY}"
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def ready_task(client):
    """Make what a run needs; returns the path and the body of the call that starts one."""
    website = {"type": "website", "website": {"url": "https://hotel.example"}}
    source = client.call("POST", "/v2/sources", website)["id"]
    agent = client.call("POST", "/v2/agents", {"name": "Concierge"})["id"]
    schema = {"type": "object", "properties": {"hotel": {"type": "string"}}, "required": ["hotel"]}
    body = {"name": "Read", "agent_id": agent, "output_schema": schema}
    task = client.call("POST", "/v2/tasks", body)["id"]
    body = {"source_id": source, "auth_method": "none"}
    connection = client.call("POST", "/v2/connections", body)["id"]
    client.call("POST", "/_sim/clock/advance", {"until": "idle"})
    return f"/v2/tasks/{task}/run", {"connection_id": connection}


def play_run(client):
    """Play a run to its end; returns its path and the run."""
    run = client.call("POST", *ready_task(client))["id"]
    client.call("POST", "/_sim/clock/advance", {"until": "idle"})
    path = f"/v2/task-runs/{run}"
    return path, client.call("GET", path)


def main(rounds):
    with running(serve_deck) as deck_pipe, running(serve_bare) as bare_pipe:
        deck = Client(deck_pipe.recv())
        path, run = play_run(deck)
        assert run["status"] == "completed"
        bare_pipe.send(run)
        bare = Client(bare_pipe.recv())
        return measure({"bare starlette": bare, "deck-sim": deck}, path, rounds)


def measure(clients, path, rounds):
    rates = {name: [] for name in clients}
    for number in range(rounds + 1):  # the first round only warms up
        for name, client in clients.items():
            rate = client.reads_per_second(path)
            rates[name] += [rate] if number else []
    bare, ours = (median(found) for found in rates.values())
    for name, found in rates.items():
        print(f"{name:15} {median(found):>6.0f} reads a second  ({min(found)} to {max(found)})")
    print(f"{'ratio':15} {ours / bare:>6.2f}  (bar: at least {BAR})")
    return 0 if ours >= BAR * bare else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 300))
