"""Ways to break the bytes of a sound request."""

from random import Random
from typing import Any


def _cut(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data))]


def _change(random: Random, data: bytes) -> bytes:
    head = data.find(b"\r\n\r\n") + 4
    at = random.randrange(head)
    new = random.choice(
        [
            b"\0",
            b"\r",
            b"\n",
            b"\r\n",
            b" ",
            b"\t",
            b"\xff",
            b":",
            b"x" * 9,
            b"\r\n ",
            b"\r\n\r\n",
            random.randbytes(3),
        ]
    )
    return data[:at] + new + data[at + random.choice([0, 1, 5]) :]


def _add_line(line: bytes) -> Any:
    def add(random: Random, data: bytes) -> bytes:
        at = data.find(b"\r\n") + 2
        return data[:at] + line + b"\r\n" + data[at:]

    return add


def _first_line(line: bytes) -> Any:
    def change(random: Random, data: bytes) -> bytes:
        return line + data[data.find(b"\r\n") :]

    return change


def _body_of(tail: bytes) -> Any:
    """A chunked request with this in place of its chunks."""
    head = b"POST /v2/agents HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_fuzz_side\r\nTransfer-Encoding: chunked\r\n\r\n"
    return lambda random, data: head + tail


BREAKS = [
    _cut, _cut, _cut, _change, _change, _change, _change,
    lambda random, data: random.randbytes(random.randrange(1, 300)),
    lambda random, data: data * 2,
    lambda random, data: data + b"GET / HTTP/1.1\r\n",
    lambda random, data: b"\r\n" * random.randrange(1, 50) + data,
    lambda random, data: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + random.randbytes(40),
    lambda random, data: b"\x16\x03\x01" + random.randbytes(60),
    lambda random, data: data.replace(b"HTTP/1.1", random.choice([b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/1.10", b"http/1.1", b"", b"HTTP"]), 1),
    lambda random, data: data.replace(b"\r\n", b"\n"),
    lambda random, data: data.replace(b"Host:", b"Hos:", 1),
    lambda random, data: data.replace(b": ", b" : ", 1),
    lambda random, data: data.replace(b"Content-Length: ", b"Content-Length: " + random.choice([b"+", b"-", b"0x", b"1,", b"9" * 30, b" "]), 1),
    *map(_add_line, (
        b"Content-Length: 5", b"Content-Length: 5\r\nContent-Length: 6", b"Content-Length: 0", b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: identity", b"Transfer-Encoding: xchunked", b"Transfer-Encoding:\x0bchunked",
        b" folded: 1", b"\xe9: 1", b": no name", b"no colon", b"X: a\r\n folded", b"X: \0", b"X: a\rb", b"Host: a", b"Host: a, b", b"X Y: 1",
        b"X: " + b"y" * 70_000, b"\r\n".join(b"X%d: y" % n for n in range(2000)), b"Connection: close\r\nConnection: keep-alive",
        b"Expect: 200-ok", b"Expect: 100-continue\r\nContent-Length: 3", b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x",
    )),
    *map(_first_line, (
        b"", b"GET", b"GET /", b"GET  / HTTP/1.1", b"GET / HTTP/1.1 ", b"G\0T / HTTP/1.1", b"GET /\xe9 HTTP/1.1", b"GET http:// HTTP/1.1",
        b"GET * HTTP/1.1", b"OPTIONS * HTTP/1.1", b"CONNECT api.deck.co:443 HTTP/1.1", b"CONNECT / HTTP/1.1", b"GET //[::1/ HTTP/1.1",
        b"GET http://[::1/ HTTP/1.1", b"GET /" + b"a" * 70_000 + b" HTTP/1.1", b"GET /v2/agents?" + b"a=1&" * 9000 + b" HTTP/1.1",
        b"GET /v2/../_sim/world HTTP/1.1", b"GET /%2e%2e/ HTTP/1.1", b"GET ?x HTTP/1.1", b"GET #x HTTP/1.1", b"GET agents HTTP/1.1",
        b"GET /_sim/stream HTTP/1.1", b"POST /_sim/stream HTTP/1.1",
    )),
    *map(_body_of, (
        b"", b"\r\n", b"x\r\n", b"-1\r\nx\r\n", b"5\r\nab", b"2\r\nabc\r\n0\r\n\r\n", b"ffffffffffffffffff\r\n", b"0x2\r\nab\r\n0\r\n\r\n",
        b"2;" + b"x" * 70_000 + b"\r\nab\r\n0\r\n\r\n", b"2\nab\n0\n\n", b"2 \r\nab\r\n0\r\n\r\n", b"0\r\n" + b"T: x\r\n" * 5000 + b"\r\n", b"0\r\nbad trailer\r\n\r\n",
        b"2\r\n{}\r\n0\r\n\r\nGET /_sim/health HTTP/1.1\r\nHost: localhost\r\n\r\n", b"1\r\n{\r\n" * 3000, b"0" * 5000 + b"\r\n\r\n",
    )),
]  # fmt: skip
