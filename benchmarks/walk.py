"""Rows that count how far two calls walk: files of ours that they enter, and moves between them.

A move is a change of file, by a call or a return. Both calls are warm, and the clock of the event
loop is left out.
"""

import sys
from itertools import pairwise
from pathlib import Path

import deck_sim
from deck_sim import Deck
from deck_sim.base import real_time
from deck_sim.base.loops import Loop
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server

from .harness import Client, row
from .server import ready_task
from .suites import accept

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
        return sum(file != next_ for file, next_ in pairwise(self.visited))


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
        deck.deliver_to(accept)
        deck.start_run("success")
        deck.advance("5m")
        deck.start_run("success")
        sent = sum(delivery["attempts"] for delivery in deck.deliveries)
        walk = record_walk(server, lambda: deck.advance("5m"))
        assert sum(delivery["attempts"] for delivery in deck.deliveries) - sent == WEBHOOKS
    return walk


def walk_row(name, text, record, unit, read, most):
    def prepare(stack, count):
        walk = record(stack.enter_context(Server(WorldRegistry())))
        return lambda: {"deck-sim": read(walk)}

    row(name, text, unit, rounds=1, is_ratio=False, quiet=most)(prepare)


def count_files(walk):
    return len({*walk.visited})


walk_row(
    "run-files", "`POST /v2/tasks/{id}/run`: files of ours", start_run, "files", count_files, 35
)
walk_row("run-moves", "moves between them", start_run, "moves", lambda walk: walk.moves, 200)
walk_row("advance-files", "`deck.advance` with three webhooks", advance, "files", count_files, 38)
