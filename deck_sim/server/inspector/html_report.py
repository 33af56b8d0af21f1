"""The report on a world: the inspector and a recording, in one HTML file.

The file needs no server and calls none. Its modules are `data:` URLs in an import map.
"""

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import quote

from deck_sim.base.errors import DeckSimError
from deck_sim.runtime.findings import is_needless
from deck_sim.server.inspector.serving import FILES, PAGE

Read = Callable[[str], str]  # the answer of a GET below `/_sim`; a refusal is a `DeckSimError`
Json = dict[str, Any]

_MOST = 500  # the latest resources, and as many calls, events and deliveries, have details

_FILE = re.compile(r'<(?:link|script)[^>]* (?:href|src)="ui/([^"]+)"[^>]*>(?:</script>)?')
_CHARSET = '<meta charset="utf-8" />'
_IMPORT = re.compile(r"""\b((?:from|import)\s*\(?\s*)(["'])(\.{1,2}/[^"'\n]+)\2""")
# Comments at the beginning of a line or after code, and indentation. Strings have none of these.
_LEFT_OUT = re.compile(r"/\*\*?\s(?:(?!\*/).)*\*/|^\s*//[^\n]*\n|^\s+", re.DOTALL | re.MULTILINE)
_URL_SAFE = " !$&'()*+,-./:;=?@[]^_`{|}~"  # allowed in a `data:` URL in HTML or JSON


def record_world(read: Read, caller: str = "http", failure: str = "") -> Json:
    """Return a recording of a world: its timeline, and the answers the inspector reads, by path.
    Findings are in the words for `caller`, without those that `failure` makes needless.
    """
    recording: Json = json.loads(read("/timeline?after=0"))
    kinds = {entry["id"]: entry["kind"] for entry in recording["data"] if entry["kind"] != "call"}
    calls = [entry["id"] for entry in recording["data"] if entry["kind"] == "call"]
    deliveries = [id_ for id_, kind in kinds.items() if kind == "event_delivery"]
    destinations = [id_ for id_, kind in kinds.items() if kind == "event_destination"]
    others = [id_ for id_, kind in kinds.items() if kind != "event_delivery"]
    resources = _read_all(read, "/resources/{}", others)
    findings = json.loads(read(f"/findings?caller={caller}"))["data"]
    edition, schemas = recording["world"]["edition"], json.loads(read("/schemas"))
    answers = {
        **resources,
        **_read_all(read, "/scenarios/{}", [row["scenario"] for row in resources.values()]),
        **_read_all(read, "/requests/{}", calls),
        **_read_all(read, "/events/{}", [event["id"] for event in recording["events"]]),
        **_read_all(read, "/deliveries/{}", deliveries),
        **_read_all(read, "/destinations/{}/messages", destinations),
        "/_sim/next": json.loads(read("/next")),
        "/_sim/findings": {
            "data": [row for row in findings if not is_needless(row["kind"], failure)]
        },
        "/_sim/schemas": {"editions": {edition: schemas["editions"][edition]}},
    }
    return {**recording, "next": answers["/_sim/next"], "answers": answers}


def _read_all(read: Read, path: str, ids: Iterable[str | None]) -> Json:
    answers = dict[str, Any]()
    for id_ in [*dict.fromkeys(filter(None, ids))][-_MOST:]:
        with suppress(DeckSimError):
            answer = json.loads(read(path.format(quote(id_, safe=""))))
            answers[f"/_sim{path.format(id_)}"] = answer
    return answers


def write_page(recording: Json, title: str, text: str = "") -> str:
    """Return the report as HTML; `text` says why it was made, such as the failure of a test."""
    data = json.dumps({**recording, "title": title, "text": text}, separators=(",", ":"))
    data = data.replace("<", "\\u003c")  # it could end the script element; only strings have it
    hashes: dict[str, list[str]] = {"script": [], "style": []}

    def embed(tag: str, text: str, attributes: str = "") -> str:
        digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
        hashes[tag].append(f"'sha256-{digest}'")
        return f"<{tag}{attributes}>{text}</{tag}>"

    def include(element: re.Match[str]) -> str:
        name, text = element[1], _text_of(element[1])
        if name.endswith(".svg"):
            return f'<link rel="icon" href="{_data_url("image/svg+xml", text)}" />'
        if name.endswith(".css"):
            return embed("style", text)
        if "module" not in element[0]:
            return embed("script", text)
        imports = embed("script", json.dumps({"imports": _modules()}), ' type="importmap"')
        start = embed("script", f'import "{_bare(name)}";', ' type="module"')
        recorded = f'<script type="application/json" id="recording">{data}</script>'
        return imports + recorded + start

    page = _FILE.sub(include, _text_of(PAGE))
    rules = (
        "default-src 'none'",
        f"script-src data: {' '.join(hashes['script'])}",
        f"style-src {' '.join(hashes['style'])}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    policy = f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}" />'
    return page.replace(_CHARSET, _CHARSET + policy, 1)


def _modules() -> dict[str, str]:
    """Return the inspector's modules as `data:` URLs, by the names that their imports use."""

    def rename(name: str, statement: re.Match[str]) -> str:
        target = normpath(join(dirname(name), statement[3]))
        return f"{statement[1]}{statement[2]}{_bare(target)}{statement[2]}"

    names = (name for name in FILES if name.endswith(".js"))
    texts = {name: _IMPORT.sub(partial(rename, name), _text_of(name)) for name in names}
    return {_bare(name): _data_url("text/javascript", text) for name, text in texts.items()}


def _bare(name: str) -> str:
    return f"deck-sim/{name}"


def _data_url(type_: str, text: str) -> str:
    return f"data:{type_},{quote(text, safe=_URL_SAFE)}"


def _text_of(name: str) -> str:
    text = FILES[name].read_text()
    return text if name.startswith("vendor/") else _LEFT_OUT.sub("", text)
