"""The inputs of the fuzzer. The seed and a number give the bytes, whatever was sent before."""

from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import deck_sim
from deck_sim.contract.editions import EDITIONS
from deck_sim.runtime.snapshot import _digest as digest_of_values
from deck_sim.scenario.library import shipped

from .breaks import BREAKS
from .calls import Call, find_calls
from .prepared import Prepared
from .values import DURATIONS, MOMENTS, ODD_TEXTS, Values, damage_text, write


class Framing(Enum):
    """How HTTP understands the bytes of an input."""

    SOUND = "one request, and the connection stays"
    LAST = "one request, after which the server closes"
    BROKEN = "no request, half of one, or several"


@dataclass(frozen=True, slots=True)
class Input:
    """The bytes of one input, and what the judges need to know."""

    number: int
    data: bytes
    method: str
    path: str
    framing: Framing


_LONGEST_BODY = 500_000  # bytes; a few inputs are longer, to be refused
_LONGEST_HEAD = 12_000  # bytes of a request line and headers that every server takes
_OF_SNAPSHOTS = "sk_fuzz_snapshots"  # of the world that damaged snapshots replace
_FORGED = 0.5  # share of the damaged snapshots that get a new digest
MAIN, SIDE = "sk_fuzz_main", "sk_fuzz_side"  # `SIDE` is for calls that replace the whole world

_FILES = [
    file.read_text()
    for file in sorted(Path(deck_sim.__file__, "../../scenarios").resolve().glob("*.yaml"))
]
_PATTERNS = [
    "POST /v2/tasks/*/run",
    "GET /v2/**",
    "**",
    "GET /v2/agents",
    "POST /v2/*",
    "PATCH /v2/sources/*",
    "DELETE /v2/x",
]


@cache
def _names(edition: str) -> dict[str, list[str]]:
    """Values for a name, besides ids."""
    durations, moments = DURATIONS[:8], MOMENTS[:2]
    scenarios = shipped().names()
    events = [*EDITIONS[edition].event_types]
    return {
        **dict.fromkeys(("by", "limit", "delay", "per", "step", "for", "timeout", "connection_idle"), durations),
        **dict.fromkeys(("to", "now", "created_at", "created_after", "created_before"), moments),
        **dict.fromkeys(("scenario", "scenarios", "default_scenario", "playlist", "name"), scenarios),
        **dict.fromkeys(("event", "events"), events),
        **dict.fromkeys(("match", "call"), _PATTERNS),
        "edition": list(EDITIONS), "mode": ["frozen", "on_poll", "real"], "webhook_time": ["wall", "world"],
        "resource": ["task_run", "connection", "session"], "until": ["idle"],
        "url": ["http://127.0.0.1:9/hook", "https://hotel.example", "http://localhost:9/"],
        "resources": ["agents", "sources", "tasks", "connections", "credentials", "sessions", "task_runs"],
        "input": ["guest", "nights"], "inputs": ["code", "answer"], "version": ["1"], "grade": ["assumed"],
        "limit_": ["1", "100", "0", "-1", "x"], "cursor": ["", "x", "MQ"], "follow": ["false"], "include": ["steps", "all"],
    }  # fmt: skip


_KINDS = {
    "agents": "agt", "sources": "src", "tasks": "task", "connections": "conn", "credentials": "cred", "sessions": "sess",
    "task-runs": "trun", "storage": "stor", "event-destinations": "evtd", "destinations": "evtd", "events": "evt",
    "deliveries": "edlv", "requests": "req", "holds": "hold", "faults": "flt", "resources": "trun",
}  # fmt: skip


class Inputs:
    """All inputs of a seed, for the worlds of an edition."""

    def __init__(self, seed: int, prepared: Prepared) -> None:
        self.seed, self.prepared = seed, prepared
        self.calls, self.schemas = find_calls(prepared.edition)
        self.weights = [call.weight for call in self.calls]
        ids = prepared.ids
        self.names = {
            **_names(prepared.edition),
            "agent_id": ids["agt"], "source_id": ids["src"], "task_id": ids["task"],
            "connection_id": ids.get("conn", []), "credential_id": ids.get("cred", []), "session_id": ids.get("sess", []),
            "id": [*ids["trun"], *ids["task"], *ids["src"]], "external_id": ["guest-1", "a+mfa_then_success@example.com"],
        }  # fmt: skip

    def make(self, number: int) -> Input:
        """The input with this number."""
        random = Random(f"{self.seed}/{number}")
        return _Maker(self, number, random).make()


class _Maker:
    def __init__(self, inputs: Inputs, number: int, random: Random) -> None:
        self.inputs, self.number, self.random = inputs, number, random
        self.values = Values(random, inputs.names, inputs.schemas)

    def make(self) -> Input:
        random = self.random
        call = random.choices(self.inputs.calls, self.inputs.weights)[0]
        sound = self._request(call)
        return self._break(sound) if random.random() < 0.12 else sound

    def _request(self, call: Call) -> Input:
        random = self.random
        method = call.method if random.random() < 0.97 else random.choice(_METHODS)
        path, target = call.path, self._target(call)
        body, type_ = self._body(call)
        lines = [f"Host: {self._host()}", *self._key(call), *self._odd_headers()]
        if type_ is not None:
            lines.append(f"Content-Type: {type_}")
        framing = Framing.SOUND
        if random.random() < 0.03 or path == "/_sim/stream":  # the server closes after a stream
            framing = Framing.LAST
            lines.append("Connection: close")
        data = body
        if body and random.random() < 0.1:
            lines.append("Transfer-Encoding: chunked")
            data = _chunk(random, body)
        elif body or method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(body)}")
        random.shuffle(lines)
        head = "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""])
        if len(head) > _LONGEST_HEAD:
            framing = Framing.BROKEN
        return Input(self.number, head.encode("latin-1") + data, method, path, framing)

    def _target(self, call: Call) -> str:
        random, parts = self.random, []
        before = ""
        for part in call.path.split("/"):
            parts.append(part if not part.startswith("{") else self._id(before))
            before = part
        path = "/".join(parts)
        if random.random() < 0.03:
            path = random.choice(
                [
                    path + "/",
                    "/" + path,
                    path.upper(),
                    path + "/x",
                    path + "%00",
                    path + ";x",
                    path.replace("/v2", ""),
                ]
            )
        if random.random() < 0.02:
            path = f"http://127.0.0.1{path}"
        if call.path == "/_sim/stream":  # it would never end
            return f"{path}?follow=false"
        names = [*call.query, *random.choices(("x", "limit[]", "status[]", "a", "%00", ""), k=1)]
        pairs = [
            self._parameter(random.choice(names))
            for _ in range(random.choice([0, 0, 0, 1, 1, 2, 5]))
        ]
        return f"{path}?{'&'.join(pairs)}" if pairs else path or "/"

    def _parameter(self, name: str) -> str:
        random = self.random
        pool = self.inputs.names.get(name, ["completed", "1", "100"])
        value = random.choice([*pool, "1", "0", "-1", *random.choices(ODD_TEXTS, k=3), "9" * 5000])
        text = quote(value[:6000], safe="", errors="surrogatepass")
        return random.choice(
            [f"{name}={text}"] * 8 + [name, f"{name}[]={text}", f"{name}=%zz", f"{name}=%ff"]
        )

    def _id(self, before: str) -> str:
        random = self.random
        known = self.inputs.prepared.ids.get(_KINDS.get(before, ""), [])
        if known and random.random() < 0.85:
            return random.choice(known)
        if before == "scenarios":
            return random.choice(["mine", "success", "mine2"])
        others = random.choice([*self.inputs.prepared.ids.values(), ["x"]])
        odd = random.choice(ODD_TEXTS)[:3000] or "x"
        return random.choice([random.choice(others), quote(odd, safe="", errors="surrogatepass")])

    def _body(self, call: Call) -> tuple[bytes, str | None]:
        random = self.random
        type_ = random.choices(_TYPES, _TYPE_WEIGHTS)[0]
        if call.path == "/_sim/snapshot" and call.method == "PUT":
            return write(random, self._snapshot()), "application/json"
        if call.path == "/_sim/scenarios/{name}" and call.method == "PUT" and random.random() < 0.5:
            return self._yaml(), random.choice([None, "text/yaml", "application/yaml"])
        if call.body is None:
            if random.random() < 0.8:
                return b"", None
            return random.choice([b"{}", b"[]", b"null", b"x" * 3000]), type_
        value = self.values.make(call.body)
        for _ in range(random.choice([0, 0, 1, 1, 1, 2, 6])):
            value = self.values.damage(value)
        text = write(random, value)[:_LONGEST_BODY]
        if random.random() < 0.06:
            text = damage_text(random, text)
        if random.random() < 0.0003:
            text = b'{"name": "' + b"x" * 11_000_000 + b'"}'
        return text, type_

    def _snapshot(self) -> Any:
        snapshot = self.inputs.prepared.snapshot
        for _ in range(self.random.choice([0, 1, 1, 1, 3])):
            snapshot = self.values.damage(snapshot)
        if isinstance(snapshot, dict) and "values" in snapshot and self.random.random() < _FORGED:
            try:
                return {**snapshot, "digest": digest_of_values(snapshot["values"])}
            except (TypeError, ValueError):
                return snapshot
        return snapshot

    def _yaml(self) -> bytes:
        random = self.random
        lines = random.choice(_FILES).split("\n")
        for _ in range(random.choice([0, 1, 1, 2, 5])):
            at = random.randrange(len(lines))
            line = lines[at]
            lines[at : at + 1] = random.choice(
                [
                    [], [line, line], [f"  {line}"], [line.strip()], [line, *random.choices(lines, k=3)], [f"\t{line}"],
                    [line.replace(":", ": &a", 1)], [line.replace(": ", ": *a ", 1)], [line.replace(": ", ": !!python/object:os.system ", 1)],
                    [line + ": x"], [line.replace("task_run", "session")], ["? " + line], ["---", line], ["...", line], ["%YAML 9.9", line],
                    ["x: &x [a, a]", *[f"x{n}: &x{n} [*x{n - 1 if n else ''}, *x{n - 1 if n else ''}]" for n in range(12)], line],
                    [random.choice(ODD_TEXTS)], [line.split(":")[0] + ": " + random.choice(ODD_TEXTS)], ["<<: *a"], [line.replace("- ", "- - - ")],
                    ["  - completed: {output: {a: '{{ " + random.choice(_EXPRESSIONS) + " }}'}}"],
                ]
            )  # fmt: skip
        text = "\n".join(lines).encode("utf-8", "surrogatepass")
        return damage_text(random, text) if random.random() < 0.1 else text

    def _host(self) -> str:
        if self.random.random() < 0.97:
            return "127.0.0.1"
        return self.random.choice(
            [
                "localhost:1",
                "evil.example",
                "[::1]",
                "[::1",
                "",
                "127.0.0.1:x",
                "a" * 300,
                "localhost.",
            ]
        )

    def _key(self, call: Call) -> list[str]:
        random = self.random
        key = SIDE if call.isolated else MAIN
        if call.path == "/_sim/snapshot" and call.method == "PUT":
            key = _OF_SNAPSHOTS
        stops_answers = call.path in ("/_sim/holds", "/_sim/faults")  # the fuzzer must release them
        if stops_answers or random.random() < 0.97:
            return [f"Authorization: Bearer {key}"]
        return random.choice(
            [
                [], ["Authorization:"], ["Authorization: Bearer"], [f"Authorization: Basic {key}"], ["Authorization: Bearer \xe9"],
                [f"authorization: bearer  {SIDE} "], [f"Authorization: Bearer {SIDE}"] * 2, ["Authorization: Bearer " + "k" * 3000],
                [f"Deck-Sim-World: {'0' * 16}"], ["Deck-Sim-World: \xff"],
            ]
        )  # fmt: skip

    def _odd_headers(self) -> list[str]:
        random = self.random
        found = [] if random.random() < 0.9 else [random.choice(_HEADERS)]
        if random.random() < 0.15:
            key = random.choice(
                [
                    "a",
                    "b",
                    f"k{random.randrange(30)}",
                    "",
                    " ",
                    "x" * 256,
                    "x" * 257,
                    "\xe9",
                    '"',
                    "a,b",
                ]
            )
            found.append(f"Idempotency-Key: {key}")
        if random.random() < 0.1:
            name = random.choice(
                [
                    *self.inputs.names["scenario"],
                    "nothing",
                    "",
                    "success; x",
                    "\xff",
                    "sucess",
                    "x" * 2000,
                ]
            )
            found.append(f"Deck-Sim-Scenario: {name}")
        return found

    def _break(self, sound: Input) -> Input:
        data = self.random.choice(BREAKS)(self.random, sound.data)
        return replace(sound, data=data, framing=Framing.BROKEN)


_METHODS = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "get",
    "QUERY",
    "X" * 40,
    "PROPFIND",
    "M-SEARCH",
]
_TYPES = [
    "application/json", None, "text/plain", "application/json; charset=utf-16", "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x", "application/json; charset=nothing", ";", "\xff", "text/yaml", "x" * 1000,
]  # fmt: skip
_TYPE_WEIGHTS = [80, 5, *[1] * 9]
_EXPRESSIONS = [
    "input",
    "input.x.y",
    "1/0",
    "range(10**9)",
    "'x' * 10**9",
    "[].append",
    "input | tojson",
    "now",
    "''.join",
    "cycler",
    "x",
]
_HEADERS = [
    "Expect: 100-continue", "Upgrade: websocket", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "Origin: http://evil.example",
    "Origin: null", "Deck-Sim-Present: 2031-01-01T00:00:00Z", "Deck-Sim-Present: x", "Deck-Sim-Present: 9999-12-31T23:59:59Z",
    "Deck-Sim-Present:", "Deck-Sim-Process: 1", "Last-Event-ID: 0", "Last-Event-ID: x/1/2/3", "Last-Event-ID: \xff", "Deck-Sim-Scenaro: x",
    "Deck-Sim-Strict: 1", "X-HTTP-Method-Override: DELETE", "Content-Encoding: gzip", "Accept: */*", "Accept-Encoding: gzip, br",
    "Range: bytes=0-1", "If-None-Match: *", "Cookie: a=b", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https", "TE: trailers",
    "X: " + "y" * 8000, "X-Empty:", "X-Latin: \xe4\xf6", "Forwarded: for=_x", "Via: 1.0 a", "Max-Forwards: 0", "Proxy-Connection: close",
]  # fmt: skip


def _chunk(random: Random, body: bytes) -> bytes:
    size = random.choice([1, 7, 100, 4096]) if len(body) < 2000 else 4096
    extension = random.choice([b"", b"", b";x=1", b';x="y"'])
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)
    return chunks + random.choice([b"0\r\n\r\n", b"000\r\n\r\n", b"0\r\nX-Trailer: 1\r\n\r\n"])


def explain(data: bytes) -> str:
    """The bytes as a Python literal; many are cut."""
    return repr(data) if len(data) <= 1000 else f"{data[:1000]!r}… ({len(data)} bytes)"
