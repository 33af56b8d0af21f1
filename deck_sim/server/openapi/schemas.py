"""The schemas of answers, bodies and events."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from deck_sim.contract import answers, shapes
from deck_sim.contract.bodies import Body
from deck_sim.contract.editions import Edition
from deck_sim.contract.operations import Operation
from deck_sim.contract.resources import Embed, Kind
from deck_sim.contract.shapes import Shape, constant, many, named, nullable, record

_REFERENCE = "#/components/schemas/{model}"


def camel(name: str) -> str:
    """The name of the schema of a kind: `TaskRun` for `task_run`."""
    return "".join(word.title() for word in name.split("_"))


def answer_name(operation: Operation) -> str:
    """The name of the schema of an operation's success answer."""
    return camel(operation.answer) + ("Page" if _is_list(operation) else "Answer")


def schemas(edition: Edition, operations: Iterable[Operation]) -> dict[str, Shape]:
    """Every schema that the operations need, by name."""
    found: dict[str, Shape] = answers.shared_schemas()
    for kind in edition.kinds.values():
        found[camel(kind.object)] = _resource(kind)
        if kind.statuses:
            found[status_name(kind)] = {"type": "string", "enum": [*kind.statuses]}
        for embed in kind.embeds.values():
            found[_embed_name(kind, embed)] = _embedded(edition, embed)
    found |= {"Event": _event(edition), **dict(_data(edition))}
    called = [*operations]
    for operation in called:
        if operation.answer in answers.OTHERS:
            found[camel(operation.answer)] = answers.OTHERS[operation.answer]
        found[answer_name(operation)] = _answer(operation)
    bodies_of = (edition.body_name(operation) for operation in called)
    found |= _bodies([edition.body(name) for name in dict.fromkeys(bodies_of) if name])
    return dict(sorted(found.items()))


def event_of(edition: Edition, type_: str) -> Shape:
    """The schema of a message to a destination, for one event type."""
    kind, _, word = type_.partition(".")
    row = edition.kinds[kind]
    data = named(_data_name(edition, row))
    machine = row.machine
    status = machine and next((s for s in machine.statuses if machine.event(s) == word), None)
    if status:
        data = {"allOf": [data, record({"status": constant(status)})]}
    shape = _envelope(constant(type_), data)
    return {"allOf": [shape, named("Answered")]} if edition.numbers_messages else shape


def status_name(kind: Kind) -> str:
    """The name of the schema of a kind's statuses."""
    return f"{camel(kind.object)}Status"


def _resource(kind: Kind) -> Shape:
    # Examples leave out attributes that need `include`.
    asked: dict[str, Shape] = {n: {**shape, "examples": []} for n, shape in kind.includes.items()}
    for name, named_by in kind.named_by.items():
        asked |= dict.fromkeys(kind.attributes[named_by]["enum"], kind.attributes[name])
    return _with_standard(kind, _shown(kind, kind.attributes), asked)


def _with_standard(
    kind: Kind, shown: Mapping[str, Shape], asked: Mapping[str, Shape] | None = None
) -> Shape:
    first = {"id": shapes.identity(kind.prefix), "object": constant(kind.object)}
    return record({**first, **shown, **shapes.STANDARD}, asked)


def _shown(kind: Kind, names: Iterable[str]) -> dict[str, Shape]:
    return {name: _attribute(kind, name) for name in names if name not in kind.named_by}


def _attribute(kind: Kind, name: str) -> Shape:
    if name == "status":
        return named(status_name(kind))
    if name in kind.embeds:
        return many(named(_embed_name(kind, kind.embeds[name])))
    return kind.attributes[name]


def _embed_name(kind: Kind, embed: Embed) -> str:
    return camel(kind.object) + camel(embed.kind)


def _embedded(edition: Edition, embed: Embed) -> Shape:
    whole = _resource(edition.kinds[embed.kind])["properties"]
    return record({shown: whole[shown] for shown in embed.shows})


def _event(edition: Edition) -> Shape:
    names = [_data_name(edition, kind) for kind in edition.kinds.values()]
    data: Shape = {"anyOf": [named(name) for name in names]}
    return _envelope(shapes.text(edition.event_types[0]), data)


def _envelope(type_: Shape, data: Shape) -> Shape:
    parts = {"id": shapes.identity("evt"), "object": constant("event"), "type": type_, "data": data}
    return record({**parts, "created_at": shapes.MOMENT})


def _data(edition: Edition) -> Iterator[tuple[str, Shape]]:
    # Only for kinds whose events differ from the resource.
    beside = record({}, {"external_id": shapes.EXTERNAL_ID})
    for kind in edition.kinds.values():
        whole = named(camel(kind.object))
        if kind.summary is not None:
            whole = _with_standard(kind, _shown(kind, kind.summary))
        shape: Shape = {"allOf": [whole, beside]} if _shows_more(edition, kind) else whole
        if _data_name(edition, kind) != camel(kind.object):
            yield _data_name(edition, kind), shape


def _data_name(edition: Edition, kind: Kind) -> str:
    differs = kind.summary is not None or _shows_more(edition, kind)
    return camel(kind.object) + ("EventData" if differs else "")


def _shows_more(edition: Edition, kind: Kind) -> bool:
    # Events show the `external_id` of the login that the resource uses.
    used = (edition.kinds[name] for name in kind.references.values())
    return any("external_id" in other.attributes for other in used)


def _is_list(operation: Operation) -> bool:
    return operation.paged or operation.whole


def _answer(operation: Operation) -> Shape:
    answered = named("Answered")
    if not _is_list(operation):
        return {"allOf": [named(camel(operation.answer)), answered]}
    data = many(named(camel(operation.answer)))
    return {"allOf": [record({"data": data, **(_MORE if operation.paged else _NO_MORE)}), answered]}


_MORE: Mapping[str, Shape] = {
    "has_more": {"type": "boolean"},
    "next_cursor": nullable(shapes.text("c3Rvcl8x")),
}
_NO_MORE: Mapping[str, Shape] = {"has_more": constant(False), "next_cursor": {"type": "null"}}


class _Untitled(GenerateJsonSchema):
    """pydantic's schemas without the titles that it makes from names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _bodies(models: Sequence[type[Body]]) -> dict[str, Shape]:
    wanted: list[tuple[type[Body], JsonSchemaMode]] = [(model, "validation") for model in models]
    _, made = models_json_schema(wanted, ref_template=_REFERENCE, schema_generator=_Untitled)
    found: dict[str, Shape] = made["$defs"]
    for name, shape in found.items():
        del shape["title"]
        for field in shape["properties"].values():
            # An omitted field of an update keeps its value; a default of null says nothing.
            if name.startswith("Update") or field.get("default") is None:
                field.pop("default", None)
    return found
