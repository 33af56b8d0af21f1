"""How a row is measured: the things that it compares in turn, round by round; medians, and spread.

A ratio is the last thing of a row divided by the first, or by the best other one, in each round.
Times of one process are processor time where nothing is waited for, so they are the same on a busy
machine.
"""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parents[1]
ENVIRONMENTS = ROOT / ".venv-bench"  # of programs to compare with; made once
BARE = [sys.executable, str(Path(__file__).with_name("bare.py")), "{port}", "h11"]
BARE_HTTPTOOLS = [*BARE[:-1], "httptools"]
DECK_SIM = str(Path(sys.executable).with_name("deck-sim"))
SERVE = [DECK_SIM, "serve", "--port", "{port}"]
HEALTH = "/_sim/health"

FEW = 3  # rounds of rows whose things need no warming up, each in a process of its own
Round = Callable[[], dict[str, float]]  # measures each thing once


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table."""

    name: str
    text: str
    unit: str
    prepare: Callable[[ExitStack, int], Round]  # given a count
    count: int
    smoke: int  # the count of a quick try; 0: none
    rounds: int = 5
    most: float | None = None  # the bars of the ratio
    least: float | None = None
    quiet: float | None = None  # the most that the last thing may take, on a quiet machine
    best: Callable | None = None  # min or max: the ratio is to the best other thing
    is_ratio: bool = True
    is_long: bool = False
    downloads: bool = False


ROWS: dict[str, Row] = {}


class UnavailableError(Exception):
    """A package that a row compares with cannot be installed here."""


def row(name, text, unit, count=1, smoke=1, **settings):
    """Register a function that prepares a row."""

    def register(prepare):
        ROWS[name] = Row(
            name=name, text=text, unit=unit, prepare=prepare, count=count, smoke=smoke, **settings
        )
        return prepare

    return register


def in_turn(things: dict[str, Callable[[], float]]) -> Round:
    """A round that measures each thing, in the opposite order every second time."""
    names = [*things]

    def measure():
        names.reverse()
        figures = {name: things[name]() for name in names}
        return {name: figures[name] for name in things}

    return measure


def measure(row: Row, *, smoke: bool) -> dict:
    """The figures of a row, as in the JSON file."""
    figures = {"name": row.name, "text": row.text, "unit": row.unit}
    try:
        with ExitStack() as stack:
            measure_round = row.prepare(stack, row.smoke if smoke else row.count)
            if not smoke and row.rounds > FEW:
                measure_round()  # only warms up
            rounds = [measure_round() for _ in range(1 if smoke else row.rounds)]
    except UnavailableError as error:
        return figures | {"unavailable": f"{error}"}
    things = {name: spread([round_[name] for round_ in rounds]) for name in rounds[0]}
    figures |= {"things": things, "ratio": None, "bars": []}
    *others, last = things
    if row.is_ratio:
        first = row.best(others, key=lambda name: things[name]["median"]) if row.best else others[0]
        ratio = spread([round_[last] / round_[first] for round_ in rounds])
        figures["ratio"] = ratio | {"to": first}
    figure, ours = figures["ratio"], things[last]
    for bar, value, text, sign in (
        (row.most, figure, "at most {:g}", 1),
        (row.least, figure, "at least {:g}", -1),
        (row.quiet, ours, f"at most {{:g}} {row.unit}", 1),
    ):
        if bar is not None:
            is_held = value["median"] * sign <= bar * sign
            figures["bars"].append({"text": text.format(bar), "is_held": is_held})
    return figures


def spread(values):
    """The median, and the quartiles."""
    low, _, high = quantiles(values, n=4) if len(values) > 1 else values * 3
    return {"median": median(values), "low": low, "high": high}


# Processes


def in_own_process(function, *values):
    """Call a function in a new process, so that its memory counts alone."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(function, *values).result()


def environment(name, *packages, npm=False):
    """The folder of the programs of some packages, in an environment of their own.

    Raises:
        UnavailableError: if they cannot be installed.

    """
    folder = ENVIRONMENTS / name
    programs = folder / ("node_modules/.bin" if npm else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install"]
    commands = [
        [sys.executable, "-m", "venv", "--without-pip", folder],
        [*pip, "--quiet", "--disable-pip-version-check", *packages],
    ]
    if npm:
        quiet = "--silent", "--no-audit", "--no-fund"
        commands = [["npm", "install", *quiet, "--prefix", folder, *packages]]
    if not (done := folder / "made").exists():
        print(f"Installing {', '.join(packages)} in {folder} (once) …", file=sys.stderr)
        try:
            for command in commands:
                subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            message = getattr(error, "stderr", "").strip() or f"{error}"
            raise UnavailableError(f"not installed: {message.splitlines()[-1]}") from None
        done.touch()
    return programs


@contextmanager
def serving(words, path=HEALTH, **options) -> Iterator[tuple[int, subprocess.Popen]]:
    """Run a server until the end, and wait until it answers; its port takes the place of
    `{port}`.
    """
    port = free_port()
    words = [str(word).replace("{port}", f"{port}") for word in words]
    with (
        tempfile.TemporaryFile() as output,
        subprocess.Popen(words, **{"stdout": output, "stderr": output, **options}) as process,
    ):
        try:
            while not answers(port, path):
                if process.poll() is not None:
                    output.seek(0)
                    raise UnavailableError(f"{words[0]} ended by itself: {output.read()[-300:]}")
            yield port, process
        finally:
            process.kill()


def used(*processes):
    """The processor time of processes until now, in seconds."""
    files = (Path(f"/proc/{process}/task").glob("*/schedstat") for process in processes)
    return sum(int(path.read_text().split()[0]) for path in chain(*files)) / 1e9


def first_byte_ms(words, path=HEALTH, **options):
    """The time from the start of a server to the first byte of its first answer."""
    began = time.perf_counter()
    with serving(words, path, **options):
        return (time.perf_counter() - began) * 1000


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def answers(port, path):
    """Whether a byte comes back; waits a moment after a refused connection."""
    try:
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            return bool(line.recv(1))
    except OSError:
        time.sleep(0.001)
        return False


class Client:
    """A minimal HTTP client, so that it takes little time itself; keeps its connection."""

    def __init__(self, port, *headers):
        self.port, self.headers = port, headers or ("Authorization: Bearer sk_bench",)
        self.socket = socket.socket()
        self.connect()

    def connect(self):
        """Open a new connection: a server closes one that is not used for some seconds."""
        self.socket.close()
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, method, path, data=None):
        """The bytes of a request. Data is sent as JSON, and text as a form."""
        is_form = isinstance(data, str)
        body = data if is_form else "" if data is None else json.dumps(data)
        lines = f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}", *self.headers
        lines += (f"Content-Type: application/{'x-www-form-urlencoded' if is_form else 'json'}",)
        lines += (f"Content-Length: {len(body)}",) if body else ()
        return "\r\n".join([*lines, "", body]).encode()

    def send(self, request):
        """Return the head and the body of the answer."""
        self.socket.sendall(request)
        answer = self.socket.recv(65536)
        while b"\r\n\r\n" not in answer:
            answer += self.receive()
        head, _, body = answer.partition(b"\r\n\r\n")
        lower = head.lower()
        if b"\r\ntransfer-encoding: chunked" in lower:
            while not body.endswith(b"0\r\n\r\n"):
                body += self.receive()
            body = body.partition(b"\r\n")[2].rpartition(b"\r\n0\r\n")[0]  # of one chunk
        else:
            length = int((lower.partition(b"\r\ncontent-length: ")[2] or b"0").split(b"\r\n")[0])
            while len(body) < length:
                body += self.receive()
        if b"\r\nconnection: close" in lower or head.startswith(b"HTTP/1.0"):
            self.connect()
        return head, body

    def receive(self):
        """Return more of an answer."""
        if data := self.socket.recv(65536):
            return data
        raise ConnectionError("the server closed the connection")

    def call(self, method, path, data=None):
        """Return the answer as data, or as text if it is no JSON."""
        head, body = self.send(self.request(method, path, data))
        assert head.split(b" ")[1].startswith(b"2"), (method, path, head, body[:500])
        try:
            return json.loads(body)
        except ValueError:
            return body.decode()

    def rate(self, request, times):
        """How many of a request are answered in a second, over one connection."""
        self.connect()
        began = time.perf_counter()
        for _ in range(times):
            head, _ = self.send(request)
        assert head.split(b" ")[1].startswith(b"2"), head
        return times / (time.perf_counter() - began)


# Applications in this process


async def call(app, method, path, data=None, key="sk_bench"):
    """Make a call; return the body of its answer."""
    path, _, query = path.partition("?")
    sent, body = [], b"" if data is None else json.dumps(data).encode()

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {key}".encode())]
    headers += [(b"content-type", b"application/json")]
    headers += [(b"content-length", f"{len(body)}".encode())]
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode()}
    scope |= {"query_string": query.encode(), "headers": headers, "root_path": ""}
    scope |= {"http_version": "1.1", "scheme": "http", "server": ("localhost", 80)}
    scope |= {"client": ("127.0.0.1", 1), "extensions": {}}
    await app(scope, receive, send)
    answer = b"".join(message.get("body", b"") for message in sent)
    assert sent[0]["status"] in (200, 201), answer
    return answer


async def many_us(app, times, *words):
    """The processor time of a call, the mean of many."""
    began = time.process_time()
    for _ in range(times):
        await call(app, *words)
    return (time.process_time() - began) / times * 1e6
