"""The schemas in the OpenAPI document's `components`: answers, bodies and events."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from deck_sim.contract import answers, shapes
from deck_sim.contract.bodies import Body
from deck_sim.contract.editions import Edition
from deck_sim.contract.endpoints import Operation
from deck_sim.contract.kinds import Kind, destination_settings
from deck_sim.contract.shapes import Shape, choice, constant, many, named, nullable, record
from deck_sim.engine.world import ALL


def camel(name: str) -> str:
    """Return a name as the schemas spell it: `TaskRun` for `task_run`."""
    return "".join(word.title() for word in name.split("_"))


def answer_name(operation: Operation) -> str:
    is_list = operation.paged or operation.whole
    return camel(operation.answer) + ("Page" if is_list else "Answer")


def schemas(edition: Edition) -> dict[str, Shape]:
    found = answers.shared_schemas()
    for kind in edition.kinds.values():
        name = camel(kind.object)
        found[name] = _resource(kind)
        if kind.statuses:
            found[f"{name}Status"] = choice(*kind.statuses)
        for embed in kind.embeds.values():
            whole = _resource(edition.kinds[embed.kind])["properties"]
            found[name + camel(embed.kind)] = record({shown: whole[shown] for shown in embed.shows})
        if (data_name := _data_name(edition, kind)) != name:
            data = named(name)
            if kind.summary is not None:
                data = record({each: found[name]["properties"][each] for each in kind.summary})
            if _shows_external_id(edition, kind):
                data = {"allOf": [data, record({}, {"external_id": shapes.EXTERNAL_ID})]}
            found[data_name] = data
    any_data = [named(_data_name(edition, kind)) for kind in edition.kinds.values()]
    wanted = (*edition.event_names, ALL)
    found["WantedEventType"] = choice(*wanted)
    alone: Shape = {"if": {"contains": {"const": ALL}}, "then": {"maxItems": 1}}
    found["EventTypes"] = {**many(named("WantedEventType")), "minItems": 1, **alone}
    found["Event"] = _envelope(shapes.text(edition.event_types[0]), {"anyOf": any_data})
    models = dict[str, None]()
    for operation in edition.every_operation:
        shape = named(camel(operation.answer))
        if operation.answer in answers.OTHERS:
            found[camel(operation.answer)] = answers.OTHERS[operation.answer]
        if operation.paged or operation.whole:
            cursor = nullable(shapes.text("c3Rvcl8x"))
            more: Shape = {"has_more": {"type": "boolean"}, "next_cursor": cursor}
            shape = record({"data": many(shape), **more})
        found[answer_name(operation)] = {"allOf": [shape, named("Answered")]}
        if body := edition.body_name(operation):
            models[body] = None
    return dict(sorted({**found, **_bodies(edition, models)}.items()))


def message_shape(edition: Edition, type_: str) -> Shape:
    object_, _, word = type_.partition(".")
    kind = edition.kinds[object_]
    data, machine = named(_data_name(edition, kind)), kind.machine
    status = machine and next((s for s in machine.statuses if machine.events[s] == word), None)
    if status:
        data = {"allOf": [data, record({"status": constant(status)})]}
    shape = _envelope(constant(type_), data)
    return {"allOf": [shape, named("Answered")]} if edition.numbers_messages else shape


def _resource(kind: Kind) -> Shape:
    asked = {**kind.includes}
    for named_by in kind.named_by.values():  # the settings of a destination, named after its type
        types = kind.attributes[named_by]["enum"]
        asked |= {type_: destination_settings(type_) for type_ in types}
    shown = {"id": shapes.identity(kind.prefix), "object": constant(kind.object)}
    for name in kind.attributes:
        if name == "status":
            shown[name] = named(f"{camel(kind.object)}Status")
        elif name in kind.embeds:
            shown[name] = many(named(camel(kind.object) + camel(kind.embeds[name].kind)))
        elif name not in kind.named_by:
            shown[name] = kind.attributes[name]
    return record({**shown, **dict.fromkeys(kind.moments, shapes.MOMENT)}, asked)


def _envelope(type_: Shape, data: Shape) -> Shape:
    parts = {"id": shapes.identity("evt"), "object": constant("event"), "type": type_, "data": data}
    return record({**parts, "created_at": shapes.MOMENT})


def _data_name(edition: Edition, kind: Kind) -> str:
    differs = kind.summary is not None or _shows_external_id(edition, kind)
    return camel(kind.object) + ("EventData" if differs else "")


def _shows_external_id(edition: Edition, kind: Kind) -> bool:
    # Events show the `external_id` of the login that the resource uses.
    used = (edition.kinds[name] for name in kind.references.values())
    return any("external_id" in other.attributes for other in used)


class _BodySchemas(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def dict_schema(self, schema: Any) -> Shape:
        made: Shape = super().dict_schema(schema)
        for pattern, values in made.pop("patternProperties", {}).items():
            # pydantic refuses keys that do not match, but its own schema would allow them.
            made |= {"propertyNames": {"pattern": pattern}, "additionalProperties": values}
        return made


def _bodies(edition: Edition, names: Iterable[str]) -> dict[str, Shape]:
    found = dict[str, Shape]()
    for name in names:
        body = edition.body(name)
        if "type" not in body.model_fields or not body.by_type:
            found |= _of_model(body, name)
            continue
        by_type = {f"{camel(type_)}Destination": type_ for type_ in body.by_type}
        for typed, type_ in by_type.items():
            found |= _of_model(body.of_type(type_), typed)
            _narrow(found[typed], type_, body.by_type[type_], found)
        found[name] = {"oneOf": [*map(named, by_type)]}
    for name, shape in found.items():
        for field in shape.get("properties", {}).values():
            if "title" in field:  # pydantic cannot refer to schemas that it did not make
                field |= named(field.pop("title"))
            default = field.pop("default", None)
            # An omitted field of an update keeps its value.
            if default is not None and not name.startswith("Update"):
                # As text: generators of TypeScript make a field with a `default` required.
                field["description"] = f"`{json.dumps(default)}` if left out."
    return found


def _of_model(model: type[Body], name: str) -> dict[str, Shape]:
    made = model.model_json_schema(
        ref_template="#/components/schemas/{model}", schema_generator=_BodySchemas
    )
    parts: dict[str, Shape] = made.pop("$defs", {})
    found = {**parts, name: made}
    for shape in found.values():
        del shape["title"]
    return found


def _narrow(shape: Shape, type_: str, names: Iterable[str], schemas: Mapping[str, Shape]) -> None:
    """Change a body's schema to one for this type. If a field of `names` with the default {} is
    null or absent, {} is read: so it becomes nullable, or required if {} lacks required fields.
    """
    fields = shape["properties"]
    if fields["type"].pop("default", None) != type_:
        shape["required"] = [*dict.fromkeys([*shape["required"], "type"])]
    fields["type"] = constant(type_)
    for name in names:
        if fields[name].get("default") == {}:  # absent or null counts as {}
            if "required" in schemas[fields[name]["$ref"].rpartition("/")[2]]:
                del fields[name]["default"]
                shape["required"].append(name)
            else:
                fields[name] = {**nullable(fields[name]), "default": fields[name].pop("default")}
