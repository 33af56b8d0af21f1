import re
from pathlib import Path

import pytest

from deck_sim.base.errors import listed
from deck_sim.contract.answers import OTHERS
from deck_sim.contract.editions import EDITIONS
from deck_sim.server.openapi.components import camel, schemas

PAGE = Path(__file__).parents[2].joinpath("docs/endpoints.md").read_text(encoding="utf-8")
_TABLE = re.compile(r"(<!-- (\w+): (\w+) -->\n)(.*?)(<!-- /table -->)", re.DOTALL)


def resolve(shape, components):
    """The shape behind a reference, null or a list, with the fields of all of its parts."""
    ways = [way for way in shape.get("anyOf", ()) if way != {"type": "null"}]
    if len(ways) == 1:
        return resolve(ways[0], components)
    if "$ref" in shape:
        return resolve(components[shape["$ref"].rpartition("/")[2]], components)
    if "items" in shape:
        return resolve(shape["items"], components)
    parts = [shape, *(resolve(part, components) for part in shape.get("allOf", ()))]
    fields = {name: field for part in parts for name, field in part.get("properties", {}).items()}
    required = {name for part in parts for name in part.get("required", ())}
    return {**shape, "properties": fields, "required": required}


def list_fields(shape, components, marks, objects=(), prefix=""):
    """The names of fields; those of an object behind a dot, unless its fields are in `objects`.

    `marks` are what stands around a required name, and around another one.
    """
    words, resolved = [], resolve(shape, components)
    for name, field in resolved["properties"].items():
        inner, mark = resolve(field, components), marks[name not in resolved["required"]]
        values = inner.get("enum", [inner.get("const")]) if not prefix and name != "object" else ()
        allowed = ", ".join(f"`{value}`" for value in values if isinstance(value, str))
        nested = []
        if inner["properties"] not in objects:
            parts = marks if mark == marks[0] else marks[1:] * 2
            nested = list_fields(inner, components, parts, objects, f"{prefix}{name}.")
        words += nested or [mark.format(f"`{prefix}{name}`") + (allowed and f" ({allowed})")]
    return words


def table_of_calls(edition, components):
    rows = []
    for operation in edition.every_operation:
        takes, name = [f"`?{name}`" for name in operation.filters], edition.body_name(operation)
        if operation.includes:
            takes.append(f"`?include` ({', '.join(f'`{word}`' for word in operation.includes)})")
        if name:
            body = edition.body(name).model_json_schema()
            takes += list_fields(body, body.get("$defs", {}), ("**{}**", "{}"))
        fields_of_kind = resolve(components[camel(operation.kind)], components)["properties"]
        fields = resolve(components[camel(operation.answer)], components)["properties"]
        extra = fields.keys() - fields_of_kind.keys()
        answer = " with ".join(f"`{part}`" for part in (operation.kind, *extra))
        list_of = "list of " * (operation.paged or operation.whole)
        rows.append(f"| `{operation.call}` | {', '.join(takes)} | {list_of}{answer} |\n")
    return "".join(["| call | takes | answer |\n|---|---|---|\n", *rows])


def table_of_conflicts(edition, components):
    rows = []
    for operation in edition.every_operation:
        if "request/state_invalid" not in operation.errors:
            continue
        if operation.of == "task":
            needs = ["no task has or had the `id`"]
        else:
            needs = [
                f"the {edition.kinds[kind].noun} is {listed(allowed, last='or')}"
                for kind, allowed in statuses_for(operation, edition)
            ]
        rows.append(f"| `{operation.call}` | {'; '.join(needs)} |\n")
    return "".join(["| call | 409 unless |\n|---|---|\n", *rows])


def statuses_for(operation, edition):
    """The kinds of resources whose statuses a call needs, each with these statuses."""
    *_, command = operation.path.split("/")
    if operation.plays and command != "reopen":
        kinds = edition.used_by_runs.values()
        return [
            (kind, edition.machine(kind).commands["run"].allowed)
            for kind in kinds
            if kind != operation.kind
        ]
    if operation.answers:
        command = "answer"
    elif operation.method == "PATCH":
        command = "update"
    elif command == "disconnect":
        command = "terminate"
    return [(operation.kind, edition.machine(operation.kind).commands[command].allowed)]


def table_of_objects(edition, components):
    names = [*edition.kinds, "event", "interaction", *OTHERS]
    names = [
        name for name in names if camel(name) in components and not name.startswith("created_")
    ]
    objects = [resolve(components[camel(name)], components)["properties"] for name in names]
    rows = []
    for name in names:
        fields = list_fields(components[camel(name)], components, ("{}", "{}?"), objects)
        rows.append(f"| `{name}` | {', '.join(fields)} |\n")
    return "".join(["| object | fields |\n|---|---|\n", *rows])


def table_of_events(edition, components):
    words = {kind: [] for kind in edition.kinds}
    for type_ in edition.event_types:
        kind = type_.partition(".")[0]
        names = [f"`{name.removeprefix(f'{kind}.')}`" for name in edition.names_of(type_)]
        words[kind].append(" or ".join(names))
    rows = [f"| `{kind}` | {', '.join(names)} |\n" for kind, names in words.items() if names]
    return "".join(["| events of | |\n|---|---|\n", *rows])


MAKERS = {
    "calls": table_of_calls,
    "conflicts": table_of_conflicts,
    "objects": table_of_objects,
    "events": table_of_events,
}


def fill_table(match):
    edition = EDITIONS[match[3]]
    return f"{match[1]}{MAKERS[match[2]](edition, schemas(edition))}{match[5]}"


def write_page(text):
    return _TABLE.sub(fill_table, text)


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_edition_has_all_its_tables(edition):
    tables = _TABLE.findall(PAGE)
    assert [table[1] for table in tables if table[2] == edition] == [*MAKERS]
