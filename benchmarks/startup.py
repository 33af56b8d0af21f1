"""The time of `deck-sim serve` to its first answer, compared with a bare starlette and uvicorn.

Both are started in turn; the medians are compared. Bar: a ratio of 1.25.

    python benchmarks/startup.py [ROUNDS]
"""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

BAR = 1.25
HELLO = """\
import sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

async def hello(request):
    return PlainTextResponse("hello")

app = Starlette(routes=[Route("/_sim/health", hello)])
quiet = {"log_level": "warning", "access_log": False}
base = {"loop": "asyncio", "http": "h11"}  # what a plain install has
uvicorn.run(app, port=int(sys.argv[1]), lifespan="off", ws="none", **base, **quiet)
"""
SERVERS = {
    "bare hello": [sys.executable, "-c", HELLO, "{port}"],
    "deck-sim serve": [
        f"{Path(sys.executable).with_name('deck-sim')}",
        "serve",
        "--port",
        "{port}",
    ],
}


def first_byte_ns(command):
    """Return the time from the start of the process to the first byte of its first answer."""
    port = free_port()
    words = [word.replace("{port}", port) for word in command]
    began = time.perf_counter_ns()
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        try:
            while not answers(int(port)):
                if process.poll() is not None:
                    raise SystemExit(f"it ended by itself: {words}")
            return time.perf_counter_ns() - began
        finally:
            process.kill()


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return str(listening.getsockname()[1])


def answers(port):
    """Whether a byte comes back; waits a moment after a refused connection."""
    try:
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(b"GET /_sim/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return bool(line.recv(1))
    except OSError:
        time.sleep(0.001)
        return False


def main(rounds):
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed server has bytecode
    first_byte_ns(SERVERS["deck-sim serve"])
    took = {name: [] for name in SERVERS}
    for _ in range(rounds):
        for name, command in SERVERS.items():
            took[name].append(first_byte_ns(command))
    medians = {name: median(times) for name, times in took.items()}
    for name, nanoseconds in medians.items():
        print(f"{name:<16} {nanoseconds / 1e6:7.1f} ms")
    bare, ours = medians.values()
    print(f"{'ratio':<16} {ours / bare:7.2f}    (bar: {BAR}, {rounds} rounds)")
    return 0 if ours <= BAR * bare else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 15))
