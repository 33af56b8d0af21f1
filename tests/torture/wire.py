"""HTTP/1.1 over a socket, with bytes that no client library would send.

The reader is strict: an answer that is not framed as RFC 9112 says is a `BadAnswer`.
"""

import select
import socket
import time
from dataclasses import dataclass

PATIENCE = 10.0  # seconds in which every call must be answered
_PIECE = 1 << 16


class BadAnswer(Exception):
    """The server sent bytes that are not an HTTP answer."""


class NoAnswer(Exception):
    """The server is silent, although it must answer or close."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, with the names of its headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """A connection that sends and reads at once, so that neither side waits for the other."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._unsent, self._read, self.is_closed = b"", bytearray(), False

    def send(self, data: bytes) -> None:
        """Send as soon as the socket takes it."""
        self._unsent += data
        self._exchange(0)

    def finish_sending(self) -> None:
        """Tell the server that nothing follows."""
        deadline = time.monotonic() + PATIENCE
        while self._unsent and not self.is_closed:
            self._exchange(_left(deadline))
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.is_closed = True

    def read(self, method: str, patience: float = PATIENCE) -> Answer | None:
        """The next answer; None if the server closes instead.

        Raises:
            BadAnswer: if what the server sends is no answer.
            NoAnswer: if the server is silent.

        """
        deadline = time.monotonic() + patience
        while True:
            answer = self._take(method)
            if answer is None or answer.status >= 200:
                if answer is not None or self.is_closed:
                    return answer
                self._exchange(_left(deadline))

    def read_to_end(self) -> bytes:
        """All that the server sends until it closes."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_closed:
            self._exchange(_left(deadline))
        return bytes(self._read)

    def close(self) -> None:
        """Close without waiting."""
        self._socket.close()
        self.is_closed = True

    def _exchange(self, patience: float) -> None:
        writable = [self._socket] if self._unsent else []
        readable, writable, _ = select.select([self._socket], writable, [], patience)
        try:
            if writable:
                self._unsent = self._unsent[self._socket.send(self._unsent[:_PIECE]) :]
            if readable:
                data = self._socket.recv(_PIECE)
                self._read += data
                self.is_closed = not data
        except OSError:
            self.is_closed = True

    def _take(self, method: str) -> Answer | None:
        taken = parse_answer(bytes(self._read), method, at_end=self.is_closed)
        if taken is None:
            return None
        answer, length = taken
        del self._read[:length]
        return answer


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise NoAnswer
    return left


def parse_answer(data: bytes, method: str, *, at_end: bool) -> tuple[Answer, int] | None:
    """The first answer in the data, and its length; None if it is incomplete.

    Raises:
        BadAnswer: if it cannot be one.

    """
    if not (b"HTTP/1.1 ".startswith(data[:9]) or data.startswith(b"HTTP/1.1 ")):
        raise BadAnswer(f"begins with {data[:40]!r}")
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = data[:end].decode("latin-1").split("\r\n")
    status, headers = int(first[9:12]), dict[str, str]()
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadAnswer(f"has the header {line!r}")
        if name.lower() == "content-length" and "content-length" in headers:
            raise BadAnswer("has two lengths")
        headers[name.lower()] = value.strip()
    start = end + 4
    if method == "HEAD" or status in (204, 304) or status < 200:
        return Answer(status, headers, b""), start
    if headers.get("transfer-encoding") == "chunked":
        found = _join_chunks(data, start)
        return found and (Answer(status, headers, found[0]), found[1])
    if "content-length" in headers:
        length = start + int(headers["content-length"])
        return (
            (Answer(status, headers, data[start:length]), length) if len(data) >= length else None
        )
    return (Answer(status, headers, data[start:]), len(data)) if at_end else None


def _join_chunks(data: bytes, at: int) -> tuple[bytes, int] | None:
    body = bytearray()
    while (end := data.find(b"\r\n", at)) >= 0:
        try:
            size = int(data[at:end], 16)
        except ValueError:
            raise BadAnswer(f"has a chunk of size {data[at:end]!r}") from None
        if len(data) < end + 2 + size + 2:
            return None
        body += data[end + 2 : end + 2 + size]
        at = end + 2 + size + 2
        if size == 0:
            return bytes(body), at
    return None
