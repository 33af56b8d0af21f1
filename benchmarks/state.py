"""Creates per second with a state file, compared with creates without one.

Each server has its own process. One client creates in both in turn, over a kept-alive loopback
socket; the medians are compared. Bar: at most twice the time.

    python benchmarks/state.py [ROUNDS]
"""

import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from reads import Client, ready_task, request, running, serve_deck

from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.serve import Server
from deck_sim.state.state_file import keep_worlds

BAR = 2
CREATES = 50  # in one round


def serve_kept(pipe):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(WorldRegistry())
        with keep_worlds(server.worlds, Path(folder) / "worlds.db"):
            server.run(lambda: pipe.send(server.port))


def prepare(client):
    """Make what a run needs; returns the creates to measure, by name."""
    start = ready_task(client)
    agent = client.call("POST", "/v2/agents", {"name": "Concierge"})["id"]
    return {
        "an agent": request("POST", "/v2/agents", {"name": "Concierge"}),
        "a run": request("POST", *start),
        "a read": request("GET", f"/v2/agents/{agent}"),
    }


def round_of(client, call):
    """The microseconds of a call in one round."""
    began = time.perf_counter_ns()
    for _ in range(CREATES):
        head, _ = client.send(call)
        assert head.startswith(b"HTTP/1.1 20"), head
    return (time.perf_counter_ns() - began) / CREATES / 1000


def main(rounds):
    with ExitStack() as stack:
        pipes = [stack.enter_context(running(serve)) for serve in (serve_deck, serve_kept)]
        clients = [Client(pipe.recv()) for pipe in pipes]
        calls = [prepare(client) for client in clients]
        worst = 0
        for name in calls[0]:
            took = [
                [round_of(client, mine[name]) for client, mine in zip(clients, calls, strict=True)]
                for _ in range(rounds + 1)
            ][1:]  # the first round only warms up
            without, kept = map(median, zip(*took, strict=True))
            ratio = median(kept / without for without, kept in took)
            print(f"{name:8} {without:>5.0f} µs without, {kept:>5.0f} µs with a file: {ratio:.2f}")
            worst = max(worst, ratio)
    print(f"the worst ratio: {worst:.2f} (bar: at most {BAR})")
    return 0 if worst <= BAR else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 100))
