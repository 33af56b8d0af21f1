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
    by_name = answers.shared_schemas()
    for kind in edition.kinds.values():
        name = camel(kind.object)
        by_name[name] = _resource(kind)
        if kind.statuses:
            by_name[f"{name}Status"] = choice(*kind.statuses)
        for embed in kind.embeds.values():
            whole = _resource(edition.kinds[embed.kind])["properties"]
            by_name[name + camel(embed.kind)] = record(
                {field: whole[field] for field in embed.shows}
            )
        if (data_name := _data_name(edition, kind)) != name:
            data = named(name)
            if kind.summary is not None:
                data = record({field: by_name[name]["properties"][field] for field in kind.summary})
            if _shows_external_id(edition, kind):
                data = {"allOf": [data, record({}, {"external_id": shapes.EXTERNAL_ID})]}
            by_name[data_name] = data
    any_data = [named(_data_name(edition, kind)) for kind in edition.kinds.values()]
    types = (*edition.event_names, ALL)
    by_name["WantedEventType"] = choice(*types)
    alone: Shape = {"if": {"contains": {"const": ALL}}, "then": {"maxItems": 1}}
    by_name["EventTypes"] = {**many(named("WantedEventType")), "minItems": 1, **alone}
    by_name["Event"] = _envelope(shapes.text(edition.event_types[0]), {"anyOf": any_data})
    models = dict[str, None]()
    for operation in edition.every_operation:
        shape = named(camel(operation.answer))
        if operation.answer in answers.OTHERS:
            by_name[camel(operation.answer)] = answers.OTHERS[operation.answer]
        if operation.paged or operation.whole:
            cursor = nullable(shapes.text("c3Rvcl8x"))
            more: Shape = {"has_more": {"type": "boolean"}, "next_cursor": cursor}
            shape = record({"data": many(shape), **more})
        by_name[answer_name(operation)] = {"allOf": [shape, named("Answered")]}
        if body := edition.body_name(operation):
            models[body] = None
    return dict(sorted({**by_name, **_bodies(edition, models)}.items()))


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
    on_request = {**kind.includes}
    for named_by in kind.named_by.values():  # the settings of a destination, named after its type
        types = kind.attributes[named_by]["enum"]
        on_request |= {type_: destination_settings(type_) for type_ in types}
    attributes = {"id": shapes.identity(kind.prefix), "object": constant(kind.object)}
    for name in kind.attributes:
        if name == "status":
            attributes[name] = named(f"{camel(kind.object)}Status")
        elif name in kind.embeds:
            attributes[name] = many(named(camel(kind.object) + camel(kind.embeds[name].kind)))
        elif name not in kind.named_by:
            attributes[name] = kind.attributes[name]
    return record({**attributes, **dict.fromkeys(kind.moments, shapes.MOMENT)}, on_request)


def _envelope(type_: Shape, data: Shape) -> Shape:
    parts = {"id": shapes.identity("evt"), "object": constant("event"), "type": type_, "data": data}
    return record({**parts, "created_at": shapes.MOMENT})


def _data_name(edition: Edition, kind: Kind) -> str:
    differs = kind.summary is not None or _shows_external_id(edition, kind)
    return camel(kind.object) + ("EventData" if differs else "")


def _shows_external_id(edition: Edition, kind: Kind) -> bool:
    # Events show the `external_id` of the login that the resource uses; a file, of its run's.
    user = edition.kinds["task_run"] if "task_run_id" in kind.attributes else kind
    used = (edition.kinds[name] for name in user.references.values())
    return any("external_id" in other.attributes for other in used)


class _BodySchemas(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def dict_schema(self, schema: Any) -> Shape:
        shape: Shape = super().dict_schema(schema)
        for pattern, values in shape.pop("patternProperties", {}).items():
            # pydantic refuses keys that do not match, but its own schema would allow them.
            shape |= {"propertyNames": {"pattern": pattern}, "additionalProperties": values}
        return shape


def _bodies(edition: Edition, names: Iterable[str]) -> dict[str, Shape]:
    by_name = dict[str, Shape]()
    for name in names:
        body = edition.body(name)
        if "type" not in body.model_fields or not body.by_type:
            by_name |= _of_model(body, name)
            continue
        by_type = {f"{camel(type_)}Destination": type_ for type_ in body.by_type}
        for typed, type_ in by_type.items():
            by_name |= _of_model(body.of_type(type_), typed)
            _narrow(by_name[typed], type_, body.by_type[type_], by_name)
        by_name[name] = {"oneOf": [*map(named, by_type)]}
    for name, shape in by_name.items():
        for field in shape.get("properties", {}).values():
            if "title" in field:  # pydantic cannot refer to schemas that it did not make
                field |= named(field.pop("title"))
            default = field.pop("default", None)
            # An omitted field of an update keeps its value.
            if default is not None and not name.startswith("Update"):
                # As text: generators of TypeScript make a field with a `default` required.
                field["description"] = f"`{json.dumps(default)}` if left out."
    return by_name


def _of_model(model: type[Body], name: str) -> dict[str, Shape]:
    schema = model.model_json_schema(
        ref_template="#/components/schemas/{model}", schema_generator=_BodySchemas
    )
    parts: dict[str, Shape] = schema.pop("$defs", {})
    by_name = {**parts, name: schema}
    for shape in by_name.values():
        del shape["title"]
    return by_name


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
