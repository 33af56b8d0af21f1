import json
import re
import shlex
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

from deck_sim.engine.world_values import Options
from deck_sim.operations import CONTROL_OPERATIONS

PAGE = Path(__file__).parents[2].joinpath("docs/control.md").read_text(encoding="utf-8")
TABLE = re.compile(r"(<!-- table: ([\w ]+) -->\n).*?(<!-- /table -->)", re.DOTALL)
EXAMPLE = re.compile(r"^\$ (deck .*?)\n(\{.*?)\n(?=\$ |```)", re.MULTILINE | re.DOTALL)
MORE = "…"


# Of the options, and of the operations of each module: the words of each.
TABLES = {"options": {row.name: row.metadata["description"] for row in fields(Options)}}
TABLES["worlds"] = {"GET /_sim/health": "Show the version of the server. Needs no key."}
for row in CONTROL_OPERATIONS.values():
    name = f"{row.method} /_sim{re.sub('{(.*?)}', lambda match: match[1].upper(), row.path)}"
    module = getattr(row.function, "func", row.function).__module__.rpartition(".")[2]
    TABLES.setdefault(module, {})[name] = row.words


def write_page(text):
    """The page, with the rows of the tables that each marker names."""

    def fill_table(match):
        rows = {name: words for table in match[2].split() for name, words in TABLES[table].items()}
        head = f"| {'field' if 'options' in match[2] else 'call'} | |\n|---|---|\n"
        lines = "".join(f"| `{name}` | {words} |\n" for name, words in rows.items())
        return f"{match[1]}{head}{lines}{match[3]}"

    return TABLE.sub(fill_table, text)


def test_every_table_is_on_the_page():
    on_page = [name for _, names, _ in TABLE.findall(PAGE) for name in names.split()]
    assert sorted(on_page) == sorted(TABLES)


def test_every_example_answers_as_shown(server, api):
    """The examples run from top to bottom in one world."""
    examples = EXAMPLE.findall(PAGE)
    assert examples
    for command, output in examples:
        method, path, request = _read(command)
        answer = api.request(method, f"{server.url}{path}", **request).json()
        answer.pop("request_id", None)
        assert _shorten(answer, json.loads(output)) == json.loads(output), command


def _read(command):
    _, *words = shlex.split(command.replace("\\\n", " "))
    method, request = "GET", {"headers": {}}
    for option, value in pairwise(words):
        if option == "-X":
            method = value
        elif option == "-d":
            request["content"] = value.encode()
        elif option == "-H":
            name, _, text = value.partition(": ")
            request["headers"][name] = text
    (url,) = (word for word in words if word.startswith("$"))
    return method, url.replace("$SIM", "/_sim").replace("$API", "/v2"), request


def _shorten(answer, example):
    """The answer, cut where the page has `…`: more keys, more items, more text."""
    match answer, example:
        case dict(), dict():
            fields = {k: v for k, v in answer.items() if k in example or MORE not in example}
            cut = {MORE: MORE} if MORE in example else {}
            return {name: _shorten(v, example.get(name)) for name, v in fields.items()} | cut
        case _, [*items, str(last)] if last == MORE:
            return [*map(_shorten, answer[: len(items)], items), MORE]
        case list(), list():
            return [_shorten(*pair) for pair in zip(answer, example, strict=True)]
        case _, str() if example.endswith(MORE):
            return answer[: len(example) - 1] + MORE
    return answer
