"""How far two calls walk: the files of ours that they enter, and moves between them.

1. `POST /v2/tasks/{id}/run`, over a socket. Bars: 40 files and 220 moves. A move is a change of
   file, by a call or a return.
2. `deck.advance("5m")`, in process, with three webhooks to an application. Bar: 40 files.

Both are warm, and the clock of the event loop is left out.

    python benchmarks/walk.py [-v]

-v lists the files in the order in which they are entered.
"""

import sys
from itertools import pairwise
from pathlib import Path

from reads import Client, ready_task

import deck_sim
from deck_sim import Deck
from deck_sim.base import real_time
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.serve import Loop, Server

MOST_FILES, MOST_MOVES = 40, 220
WEBHOOKS = 3
ROOT = str(Path(deck_sim.__file__).parent)
CLOCK = (Loop.time.__code__, real_time.monotonic.__code__)


class Walk:
    """The files that code of ours ran in, in order."""

    def __init__(self):
        self.visited, self._stack = [], []

    def profile(self, frame, event, _):
        """Note the file that is entered by a call, or by a return to a caller of ours."""
        code = frame.f_code
        if not code.co_filename.startswith(ROOT) or code in CLOCK:
            return
        if event == "call":
            self._stack.append(code.co_filename.removeprefix(f"{ROOT}/"))
        elif event == "return":
            del self._stack[-1:]
        self.visited += self._stack[-1:]

    @property
    def moves(self):
        """The changes of file."""
        return sum(one != next_ for one, next_ in pairwise(self.visited))


async def receive(scope, receive, send):
    """An ASGI application that accepts every webhook."""
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def record_walk(server, call):
    """Return the walk of a call, on this thread and on the server's."""
    walk = Walk()

    async def profile(function):
        sys.setprofile(function)

    server.submit(lambda app: profile(walk.profile)).result()
    sys.setprofile(walk.profile)
    call()
    sys.setprofile(None)
    server.submit(lambda app: profile(None)).result()
    return walk


def start_run(server):
    """Return the walk of a run call that is like one before it."""
    client = Client(server.port)
    path, body = ready_task(client)
    client.call("POST", path, body)
    return record_walk(server, lambda: client.call("POST", path, body))


def advance(server):
    """Return the walk of an advance that is like one before it."""
    with Deck(server.url, "sk_advance") as deck:
        deck.deliver_to(receive)
        deck.start_run("success")
        deck.advance("5m")
        deck.start_run("success")
        sent = sum(one["attempts"] for one in deck.deliveries)
        walk = record_walk(server, lambda: deck.advance("5m"))
        assert sum(one["attempts"] for one in deck.deliveries) - sent == WEBHOOKS
    return walk


def main(*options):
    with Server(WorldRegistry()) as server:
        run, advanced = start_run(server), advance(server)
    run_files, advance_files = dict.fromkeys(run.visited), dict.fromkeys(advanced.visited)
    for name, files in (("run call", run_files), ("advance", advance_files)):
        print(f"{name}: files {len(files):>4}  (bar: at most {MOST_FILES})")
        if "-v" in options:
            print("\n".join(files))
    print(f"run call: moves {run.moves:>4}  (bar: at most {MOST_MOVES})")
    is_short = max(len(run_files), len(advance_files)) <= MOST_FILES and run.moves <= MOST_MOVES
    return 0 if is_short else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
