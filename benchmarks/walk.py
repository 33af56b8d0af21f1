"""How far one `POST /v2/tasks/{id}/run` walks: our files that it enters, and moves between them.

A move is a change of file, by a call or a return. The call is warm and comes over a socket; the
clock of the event loop is left out. Bars: 40 files and 220 moves.

    python benchmarks/walk.py [-v]

-v lists the files in the order in which they are entered.
"""

import sys
from itertools import pairwise
from pathlib import Path

from reads import Client, ready_task

import deck_sim
from deck_sim.base import real_time
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.serve import Loop, Server

MOST_FILES, MOST_MOVES = 40, 220
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


def record_walk(server, client):
    """Return the walk of a call that is like one before it."""
    path, body = ready_task(client)
    walk = Walk()
    client.call("POST", path, body)

    async def profile(function):
        sys.setprofile(function)

    server.submit(lambda app: profile(walk.profile)).result()
    client.call("POST", path, body)
    server.submit(lambda app: profile(None)).result()
    return walk


def main(*options):
    with Server(WorldRegistry()) as server:
        walk = record_walk(server, Client(server.port))
    files = dict.fromkeys(walk.visited)
    if "-v" in options:
        print("\n".join(files))
    print(f"files {len(files):>4}  (bar: at most {MOST_FILES})")
    print(f"moves {walk.moves:>4}  (bar: at most {MOST_MOVES})")
    return 0 if len(files) <= MOST_FILES and walk.moves <= MOST_MOVES else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
