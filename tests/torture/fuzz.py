"""The fuzzer: odd requests over sockets. The seed and a number give the bytes of a request."""

import json
import re
import socket
from collections import Counter
from random import Random
from typing import Any

from deck_sim import Deck
from deck_sim.contract.editions import EDITIONS
from deck_sim.operations import CONTROL_OPERATIONS
from deck_sim.scenario.library import shipped
from deck_sim.server.openapi.document import document

from .process import Broken, Process

_PATIENCE = 10.0  # seconds in which every request is answered, or its connection closed
_WORLD = 100  # requests to one world
_TEXTS = (
    "", " ", "a", "x" * 5000, "é" * 300, "\x00", "\ud800", "{{ 1 / 0 }}", "{% x %}", "../..", "*", "[",
    "5m", "-5m", "P1Y", "2025-01-15T09:30:00Z", "9999-12-31", "task_run.completed", "http://127.0.0.1:9/",
    "POST /v2/tasks/*/run", "idle", "frozen", "on_poll", "0", "١٢", "null", "version: 1\nname: a\n",
)  # fmt: skip
_NUMBERS = (0, 1, -1, 0.5, 1e308, 2**63, 10**400, -0.0)
# Requests that may keep an answer back, or that move the clock far: these wait as they should.
_WAITS = re.compile("hold|delay|drip|stream|wait|speed|real")
_HEADERS = (
    "Idempotency-Key", "Content-Type", "Accept", "If-Match", "Deck-Sim-Scenario", "Deck-Sim-World", "Expect",
    "Deck-Sim-Present", "Cookie", "Range", "Origin", "X-Forwarded-For", "Content-Encoding", "Last-Event-ID",
)  # fmt: skip
_KEY = "sk_fuzz"


def fuzz(seed: int, number: int) -> None:
    """Send that many requests to a server process.

    Raises:
        Broken: if an answer is wrong or missing, or the server prints an error.

    """
    statuses = Counter[int]()
    with Process() as process:
        for at in range(number):
            if at % _WORLD == 0:
                requests = Requests(seed, prepare(process, at // _WORLD))
                process.check()
            method, data = requests.make(at)
            try:
                statuses[judge(method, exchange(process.port, data))] += 1
            except Broken as error:
                raise Broken(f"seed {seed}, number {at}: {error}\n{data[:2000]!r}") from None
        process.check()
    print(f"fuzz: seed {seed}, {number} requests: {dict(statuses.most_common())}")


def prepare(process: Process, world: int) -> tuple[str, list[str]]:
    """Begin a world with runs in several statuses; returns its edition and its ids."""
    edition = [*EDITIONS][world % len(EDITIONS)]
    with Deck(process.url, _KEY) as deck:
        deck.delete()
        deck.reset(edition=edition)
        for scenario in ("mfa_then_success", "needs_approval", "downloads_statement"):
            deck.start_run(scenario)
        deck.advance("15s")
        text = json.dumps(
            [[dict(run) for run in deck.runs], [dict(event) for event in deck.events]]
        )
    return edition, sorted({*re.findall(r"\b[a-z]{2,5}_\w{16}\b", text)})


class Requests:
    def __init__(self, seed: int, world: tuple[str, list[str]]) -> None:
        edition, self.ids = world
        self.seed, described = seed, document(edition)
        self.calls = [(row.method, f"/_sim{row.path}") for row in CONTROL_OPERATIONS.values()]
        self.calls += [
            (method.upper(), path if path.startswith("/v2") else f"/v2{path}")
            for path, methods in described["paths"].items()
            for method in methods
        ]
        self.calls = [call for call in self.calls if not _WAITS.search(call[1])]
        names = re.findall(r'"(\w+)": \{', json.dumps(described))
        names += ["match", "event", "times", "status", "by", "to", "until", "scenarios"]
        names += ["rules", "when"]
        self.names = sorted({name for name in names if not _WAITS.search(name)})
        self.scenarios = shipped().names()

    def make(self, number: int) -> tuple[str, bytes]:
        random = Random(f"{self.seed}/{number}")
        method, path = random.choice(self.calls)
        if random.random() < 0.05:
            method = random.choice(("HEAD", "OPTIONS", "TRACE", "PATCH", "DELETE", "X", "get"))
        path = re.sub(r"\{\w+\}", lambda _: self._pick_id(random), path)
        if random.random() < 0.2:
            path += f"?{random.choice(self.names)}={random.choice(('1', '-1', 'x', '%00', '%ff'))}"
        body = self._make_body(random)
        headers = {"Host": "127.0.0.1", "Authorization": f"Bearer {_KEY}", "Connection": "close"}
        headers |= {"Content-Type": "application/json", "Content-Length": f"{len(body)}"}
        for name in random.sample(_HEADERS, random.choice((0, 0, 1, 3))):
            headers[name] = random.choice((*self.scenarios, "", "x", "1", "\xff", "a" * 3000))
        lines = [f"{method} {path} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items()), "", ""]
        data = "\r\n".join(lines).encode("latin-1") + body
        return method, damage(data, random) if random.random() < 0.1 else data

    def _pick_id(self, random: Random) -> str:
        return (
            random.choice(self.ids) if random.random() < 0.8 else random.choice(("x", "%2F", "-"))
        )

    def _make_body(self, random: Random) -> bytes:
        kind = random.random()
        if kind < 0.1:
            return b""
        if kind < 0.15:
            return b"[" * random.choice((10, 10_000)) + b"\xff"
        value = {random.choice(self.names): self._make_value(random) for _ in range(4)}
        text = json.dumps(value if kind < 0.9 else self._make_value(random))
        return (text if kind < 0.95 else text[: len(text) // 2]).encode()

    def _make_value(self, random: Random, depth: int = 0) -> Any:
        if depth < 3 and random.random() < 0.3:
            inner = (self._make_value(random, depth + 1) for _ in range(random.randint(0, 3)))
            return (
                [*inner] if random.random() < 0.5 else {random.choice(self.names): v for v in inner}
            )
        pools = (_TEXTS, _NUMBERS, self.ids, self.scenarios, (None, True, False))
        return random.choice(random.choice(pools))


def damage(data: bytes, random: Random) -> bytes:
    """Change the bytes of a request, or leave out its end."""
    at = random.randrange(len(data))
    return data[:at] + random.choice(
        (b"", b"\x00", b"\r\n", bytes([random.randrange(256)]) + data[at + 1 :])
    )


def exchange(port: int, data: bytes) -> bytes:
    """Send bytes, and all that the server sends until it closes."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), _PATIENCE) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(1 << 16):
                answer += piece
        except TimeoutError:
            raise Broken(f"no end within {_PATIENCE:.0f} s") from None
        except OSError:  # the server has closed
            pass
    return answer


def judge(method: str, answer: bytes) -> int:
    """The status of an answer; 0 if there is none.

    Raises:
        Broken: if it is no answer, or an error that nobody asked for.

    """
    if not answer:
        return 0
    match = re.match(rb"HTTP/1\.1 (\d{3}) .*?\r\n(.*?)\r\n\r\n(.*)", answer, re.DOTALL)
    if match is None:
        raise Broken(f"answered {answer[:200]!r}")
    status, head, body = int(match[1]), match[2].lower(), match[3]
    is_asked_for = b"deck-sim-fault:" in head or b"deck-sim-scenario:" in head
    if b"deck-sim itself failed" in body or (status >= 500 and not is_asked_for):
        raise Broken(f"a {status} that nobody asked for: {body[:500]!r}")
    if status < 400 or is_asked_for or b"application/json" not in head or method == "HEAD":
        return status
    errors = json.loads(body)["errors"]
    if not all(error["type"] and error["code"] and error["message"] for error in errors):
        raise Broken(f"an error without its parts: {errors}")
    return status
