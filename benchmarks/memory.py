"""The memory of a server while clients read: with one key, and with ten thousand.

The app is called without sockets, in a process for each case. Bar: from the first half of the calls
to their end the memory grows by at most a tenth.

    python benchmarks/memory.py [CALLS]
"""

import asyncio
import multiprocessing
import sys
from pathlib import Path

from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.mounts import make_app

BAR = 1.1
PAGE = 4096
ROUNDS = 20


def mebibytes():
    """The resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1024**2


async def read(app, key, path="/v2/agents"):
    """Make a GET call; return the status of its answer."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {key}".encode())]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode()}
    scope |= {"query_string": b"limit=5", "headers": headers, "root_path": "", "extensions": {}}
    scope |= {"http_version": "1.1", "scheme": "http", "server": ("localhost", 80)}
    await app({**scope, "client": ("127.0.0.1", 1)}, receive, send)
    return sent[0]["status"]


async def measure(keys, calls):
    """The memory after each round of calls, in turn for each key."""
    app, memory = make_app(WorldRegistry()), []
    for number in range(calls):
        assert await read(app, f"sk_{number % keys}") == 200
        if (number + 1) % (calls // ROUNDS) == 0:
            memory.append(mebibytes())
    return memory


def report(keys, calls):
    memory = asyncio.run(measure(keys, calls))
    grown = memory[-1] / memory[ROUNDS // 2 - 1]
    print(f"{keys:>6} keys: {' '.join(f'{one:.0f}' for one in memory)} MiB, x{grown:.2f}")
    sys.exit(grown > BAR)


def main(calls):
    code = 0
    for keys in (1, 10_000):
        process = multiprocessing.get_context("spawn").Process(target=report, args=(keys, calls))
        process.start()
        process.join()
        code |= process.exitcode
    return code


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000))
