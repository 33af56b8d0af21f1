"""The fuzzer: sends inputs over sockets, and judges every answer.

Inputs come in chapters. A chapter begins with a prepared world, so that an input can be sent again,
alone (`--only N`) or after those of its chapter (`--only N --after-all`).
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from random import Random

from .inputs import MAIN, SIDE, Framing, Input, Inputs, explain
from .judges import digest_of_world, judge
from .prepared import EDITIONS, prepare
from .simulator import Client, Simulator, read_options
from .wire import PATIENCE, Answer, BadAnswer, Connection, NoAnswer, parse_answer

CHAPTER = 400  # inputs to one world
_SLICE = 8_000  # inputs for continuous integration
_REPORTED = 125 * CHAPTER  # inputs between two lines of progress
_PIPELINE = 12  # the most inputs that are sent without waiting for an answer
_EVERY = 61  # each such input is sent alone, and if it is refused, the world must be as before
_SLOW = {"delay", "drip"}  # faults that may keep a client waiting
_SOON = 1.0  # seconds after which it looks for a hold or a fault that delays an answer


class Finding(Exception):
    """A wrong answer, with the number of the input that got it."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(text)
        self.number = number


class Fuzzer:
    """Sends the inputs of a seed to a server."""

    def __init__(self, simulator: Client, seed: int) -> None:
        self.simulator, self.seed = simulator, seed
        self.inputs = [Inputs(seed, prepare(simulator, edition)) for edition in EDITIONS]
        self.statuses = Counter[int]()
        self.longest = (0.0, 0)
        self._connection: Connection | None = None
        self._last: Answer | None = None
        self._has_interfered = False  # whether it changed the world, to get an answer

    def inputs_of(self, chapter: int) -> Inputs:
        """The inputs of a chapter; its number selects the edition."""
        return self.inputs[chapter % len(self.inputs)]

    def begin(self, chapter: int) -> None:
        """Prepare the world of a chapter."""
        snapshot = self.inputs_of(chapter).prepared.snapshot
        for key in (MAIN, SIDE):
            self.simulator.do(key, "DELETE", "/_sim/world")
            self.simulator.do(key, "PUT", "/_sim/snapshot", snapshot)
        mode = ("frozen", "frozen", "on_poll", "real")[chapter // len(EDITIONS) % 4]
        self.simulator.do(MAIN, "PUT", "/_sim/clock", {"mode": mode})

    def run(self, numbers: range) -> None:
        """Send inputs; each chapter begins with a new world.

        Raises:
            Finding: at the first input after which something does not hold.

        """
        at = numbers.start
        try:
            while at < numbers.stop:
                chapter = at // CHAPTER
                stop = min(numbers.stop, (chapter + 1) * CHAPTER)
                self._send_chapter(chapter, range(at, stop))
                at = stop
                if at % _REPORTED == 0:
                    print(f"fuzz: seed {self.seed}, up to number {at:,}", flush=True)
        finally:
            self._close()

    def run_one(self, number: int, *, after_all: bool) -> None:
        """Send one input, to a new world or after those that came before it in its chapter."""
        chapter = number // CHAPTER
        before = range(chapter * CHAPTER if after_all else number, number)
        try:
            self._send_chapter(chapter, before)
            self._send([self.inputs_of(chapter).make(number)])
        finally:
            self._close()

    def _send_chapter(self, chapter: int, numbers: range) -> None:
        self.begin(chapter)
        for group in self._groups(chapter, numbers):
            self._send(group)

    def _groups(self, chapter: int, numbers: range) -> Iterator[list[Input]]:
        """Inputs that are sent without waiting for answers."""
        group, inputs = list[Input](), self.inputs_of(chapter)
        for number in numbers:
            given = inputs.make(number)
            alone = given.framing is Framing.BROKEN or number % _EVERY == 0
            if group and (alone or len(group) >= Random(number).randint(1, _PIPELINE)):
                yield group
                group = []
            group.append(given)
            if alone or given.framing is Framing.LAST:
                yield group
                group = []
        if group:
            yield group

    def _send(self, group: list[Input]) -> None:
        started, last = time.monotonic(), group[-1]
        try:
            if last.framing is Framing.BROKEN:
                self._send_broken(last)
            elif last.number % _EVERY == 0:
                self._send_compared(last)
            else:
                self._send_sound(group)
        except BadAnswer as error:
            raise Finding(last.number, f"what was answered {error}") from None
        except NoAnswer:
            raise Finding(last.number, f"no answer within {PATIENCE:.0f} s") from None
        self.longest = max(self.longest, (time.monotonic() - started, last.number))
        if alarm := self.simulator.find_alarm():
            raise Finding(last.number, alarm)

    def _send_sound(self, group: list[Input]) -> None:
        """Send requests at once. Each gets its answer, in their order."""
        while group:
            connection = self._connect()
            canary = f"canary_{group[-1].number}"
            tail = b"" if group[-1].framing is Framing.LAST else _canary(canary)
            connection.send(b"".join(given.data for given in group) + tail)
            for given in [*group]:
                answer, group = self._read(connection, given), group[1:]
                if answer is not None:
                    self._judge(given, answer)
                if answer is None or (group and answer.headers.get("connection") == "close"):
                    self._close()  # it has not read the others, which are sent again
                    break
            else:
                self._end_group(connection, given, canary)

    def _end_group(self, connection: Connection, last: Input, canary: str) -> None:
        """After the last answer the connection must be closed, or answer the next request."""
        if last.framing is Framing.LAST:
            if rest := connection.read_to_end():
                raise Finding(last.number, f"after the last answer came {rest[:200]!r}")
            self._close()
            return
        answer = connection.read("GET")
        if answer is None:  # it closed after an answer, as it said or as a fault made it
            self._close()
        elif canary.encode() not in answer.body:
            raise Finding(last.number, f"the next request got {answer}")

    def _send_compared(self, given: Input) -> None:
        """Send one request; if it is refused, check that it has changed nothing."""
        before, self._last, self._has_interfered = self._digest(), None, False
        self._send_sound([given])
        answer = self._last
        if before is None or answer is None or answer.status < 400 or self._has_interfered:
            return
        if given.path == "/_sim/clock/advance":  # without its event it has moved the clock
            return
        if b"Deck-Sim-Present:" in given.data:  # the world notes it, whatever the answer is
            return
        if "deck-sim-fault" not in answer.headers and self._digest() not in (before, None):
            raise Finding(
                given.number, f"it was refused with {answer.status}, and changed the world"
            )

    def _digest(self) -> int | None:
        if self.simulator.get(MAIN, "/_sim/clock")["mode"] != "frozen":
            return None  # time passes between two calls
        answer = self.simulator.call(MAIN, "GET", "/_sim/snapshot")
        return digest_of_world(json.loads(answer.body)) if answer.status == 200 else None

    def _send_broken(self, given: Input) -> None:
        """Send an input on its own connection. The server answers or closes."""
        connection = Connection(self.simulator.port)
        try:
            connection.send(given.data)
            if given.number % 3 == 0:  # the client leaves
                return
            connection.finish_sending()
            self._judge_bytes(given, connection.read_to_end())
        finally:
            connection.close()
        if self.simulator.call("", "GET", "/_sim/health").status != 200:
            raise Finding(given.number, "the server is not healthy")

    def _judge_bytes(self, given: Input, data: bytes) -> None:
        if b"HEAD" in given.data[:80]:  # it is not known which of the answers have a body
            data = data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if data else b""
        while data:
            taken = parse_answer(data, "GET", at_end=True)
            if taken is None:  # incomplete, since the client has closed its half
                return
            answer, length = taken
            self.statuses[answer.status] += 1
            if answer.status >= 500 and (wrong := judge(given, answer)):
                raise Finding(given.number, wrong)
            data = data[length:]

    def _judge(self, given: Input, answer: Answer) -> None:
        self._last = answer
        self.statuses[answer.status] += 1
        if wrong := judge(given, answer):
            text = f"{wrong}\n{answer.status} {answer.headers}\n{answer.body[:2000]!r}"
            raise Finding(given.number, text)

    def _read(self, connection: Connection, given: Input) -> Answer | None:
        """The next answer; None if the server closes instead, for a reason.

        An answer that a hold keeps back is released. One that a fault delays is not waited for.
        """
        try:
            answer = connection.read(given.method, _SOON)
        except NoAnswer:
            self._has_interfered = True
            if self._is_delayed():
                return None
            self._release()
            try:
                answer = connection.read(given.method)
            except NoAnswer:
                raise Finding(given.number, f"no answer within {PATIENCE:.0f} s") from None
        if answer is None:
            self._explain_silence(given)
        return answer

    def _is_delayed(self) -> bool:
        faults = self.simulator.get(MAIN, "/_sim/faults")["data"]
        self.simulator.do(MAIN, "DELETE", "/_sim/faults")
        return any(fault["fired"] and _SLOW & fault.keys() for fault in faults)

    def _release(self) -> None:
        for hold in self.simulator.get(MAIN, "/_sim/holds")["data"]:
            self.simulator.do(MAIN, "DELETE", f"/_sim/holds/{hold['id']}")

    def _explain_silence(self, given: Input) -> None:
        """A connection that ends without an answer needs a reason in the journal."""
        calls = self.simulator.get(MAIN, "/_sim/requests")["data"][-_PIPELINE:]
        if not any(call["fault"] or call["unanswered"] for call in calls):
            raise Finding(given.number, "the connection was closed without an answer")

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.is_closed:
            self._connection = Connection(self.simulator.port)
        return self._connection

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


def _canary(name: str) -> bytes:
    return (
        f"GET /_sim/resources/{name} HTTP/1.1\r\nHost: localhost\r\n"
        "Authorization: Bearer sk_canary\r\n\r\n"
    ).encode()


def fuzz(seed: int, numbers: range, options: list[str]) -> int:
    """Send inputs to a new server, and print what was found; 0 if nothing was."""
    with Simulator("--clock", "frozen", *options) as simulator:
        fuzzer = Fuzzer(simulator, seed)
        started = time.monotonic()
        try:
            fuzzer.run(numbers)
        except Finding as finding:
            return _report(fuzzer, finding)
        seconds, memory = time.monotonic() - started, simulator.resident_mib()
    slowest, number = fuzzer.longest
    print(
        f"fuzz: {len(numbers):,} inputs of seed {seed} in {seconds:.0f} s"
        f" ({len(numbers) / seconds:,.0f} a second), nothing found; slowest {slowest:.2f} s"
        f" (number {number}), {memory:.0f} MiB\n"
        f"      answers: {', '.join(f'{s}: {n:,}' for s, n in sorted(fuzzer.statuses.items()))}"
    )
    return 0


def _report(fuzzer: Fuzzer, finding: Finding) -> int:
    number, alarm = finding.number, fuzzer.simulator.find_alarm()
    given = fuzzer.inputs_of(number // CHAPTER).make(number)
    print(f"fuzz: seed {fuzzer.seed}, number {number}: {finding}")
    if alarm:
        print(alarm)
    print(f"sent: {explain(given.data)}")
    print(f"again: scripts/torture fuzz --seed {fuzzer.seed} --only {number} [--after-all]")
    return 1


def main(arguments: list[str]) -> int:
    """Run the fuzzer; returns 1 if it found something."""
    parser = argparse.ArgumentParser(prog="scripts/torture fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many (1,000,000)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first (0)")
    parser.add_argument("--only", type=int, metavar="N", help="send input N alone")
    parser.add_argument("--after-all", action="store_true", help="... after those of its chapter")
    parser.add_argument("options", nargs="*", metavar="-- OPTION", help="options of `serve`")
    given = read_options(parser, arguments)
    if given.only is None:
        count = _SLICE if given.slice else given.inputs
        return fuzz(given.seed, range(given.first, given.first + count), given.options)
    with Simulator("--clock", "frozen", *given.options) as simulator:
        fuzzer = Fuzzer(simulator, given.seed)
        print(f"sent: {explain(fuzzer.inputs_of(given.only // CHAPTER).make(given.only).data)}")
        try:
            fuzzer.run_one(given.only, after_all=given.after_all)
        except Finding as finding:
            return _report(fuzzer, finding)
        print(f"nothing found; answers: {dict(fuzzer.statuses)}")
        sys.stdout.write(simulator.read_log()[-2000:])
    return 0
