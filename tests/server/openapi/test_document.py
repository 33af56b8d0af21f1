import re

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import CATALOG, IN_RUN_ONLY
from deck_sim.server.idempotency import KEY_HEADER
from deck_sim.server.openapi.document import CODES, document

IDS = ("src_1", "agt_1", f"src_{'1' * 252}")
pytestmark = pytest.mark.parametrize("edition", EDITIONS.values(), ids=EDITIONS)


def operations(edition):
    paths = document(edition.name)["paths"]
    return [
        (operation, paths[operation.path][operation.method.lower()])
        for operation in edition.every_operation
    ]


def objects_in(part):
    """Every object in a part of a document, without those in examples."""
    if isinstance(part, dict):
        yield part
        part = [inner for key, inner in part.items() if key != "examples"]
    for inner in part if isinstance(part, list) else ():
        yield from objects_in(inner)


def test_the_document_is_openapi(edition):
    """Checked by an independent validator."""
    assert list(OpenAPIV31SpecValidator(document(edition.name)).iter_errors()) == []


def test_every_example_of_a_part_fits_it(edition):
    whole = document(edition.name)
    parts = [part for part in objects_in(whole) if "examples" in part]
    assert len(parts) > 50
    for shape in parts:
        schema = {**shape, "components": whole["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        assert [example for example in shape["examples"] if not validator.is_valid(example)] == []


def test_every_operation_has_a_verb_noun_name_and_a_summary(edition):
    """The validator of OpenAPI checks that names are unique."""
    for _, described in operations(edition):
        name = described["operationId"]
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name), f"{name}: name it verb_noun"
        assert described["summary"]
        assert described["tags"]


def test_every_error_code_is_listed_under_its_status(edition):
    for operation, described in operations(edition):
        answers = described["responses"].items()
        errors = {int(status): answer[CODES] for status, answer in answers if CODES in answer}
        assert {401, 429, 500} <= set(errors), operation.call
        assert IN_RUN_ONLY not in errors
        headers = {status for status, answer in answers if "headers" in answer}
        assert headers == {"429"}, operation.call
        for status, names in errors.items():
            assert {CATALOG[name].status for name in names} == {status}, operation.call


def test_calls_take_an_idempotency_key_as_the_edition_says(edition):
    """Only they have its errors. It is no parameter: generated calls would share one value."""
    for operation, described in operations(edition):
        keyed = edition.idempotency.covers(operation)
        answers = described["responses"].values()
        codes = {name for answer in answers for name in answer.get(CODES, [])}
        marks = {
            KEY_HEADER in described.get("description", ""),
            "idempotency/idempotency_error" in codes,
            "idempotency/idempotency_key_error" in codes,
        }
        assert marks == {keyed}, operation.call


def test_the_schema_of_a_body_has_the_fields_of_its_model(edition):
    schemas = document(edition.name)["components"]["schemas"]
    for operation, described in operations(edition):
        name = edition.body_name(operation)
        assert ("requestBody" in described) == (name is not None), operation.call
        if name:
            variants = schemas[name].get("oneOf", [{"$ref": name}])
            for variant in variants:
                schema = schemas[variant["$ref"].rpartition("/")[2]]
                assert set(schema["properties"]) == set(edition.body(name).model_fields)
                assert schema["additionalProperties"] is False


def test_a_body_has_a_pattern_for_an_id_whose_wrong_prefix_is_refused(edition):
    """That of a source. Any other wrong id is one that names nothing."""
    schemas = document(edition.name)["components"]["schemas"].values()
    bodies = [body["properties"] for body in schemas if body.get("additionalProperties") is False]
    shapes = [body["source_id"] for body in bodies if "source_id" in body]
    tried = [[jsonschema_rs.is_valid(shape, id_) for id_ in IDS] for shape in shapes]
    assert tried == [[True, False, False]] * len(shapes) != []


def test_every_schema_exists_and_is_used(edition):
    whole = document(edition.name)
    names = re.findall(r"#/components/schemas/(\w+)", f"{whole}")
    assert set(names) == set(whole["components"]["schemas"])


def test_every_event_type_has_a_webhook(edition):
    assert list(document(edition.name)["webhooks"]) == list(edition.event_types)


def test_generators_of_clients_can_read_the_schemas(edition):
    """openapi-typescript takes a field with a `default` for required, and an object that does not
    say what it may have for an empty one. openapi-fetch removes fields of a body that can only be
    null, and then no body fits.
    """
    schemas = document(edition.name)["components"]["schemas"]
    (seconds,) = schemas["TaskSettings"]["properties"].values()
    assert seconds["description"] == "`1800` if left out."
    for schema in objects_in(document(edition.name)["components"]["schemas"]):
        assert "default" not in schema
        if schema.get("type") == "object":
            assert schema.keys() & {"properties", "additionalProperties"}, schema
        if schema.get("additionalProperties") is False:
            assert {"type": "null"} not in schema["properties"].values()


def test_items_of_lists_do_not_take_the_name_of_a_resource(edition):
    """Generators of clients would name constrained items of `events` `Event`."""
    schemas = document(edition.name)["components"]["schemas"]
    fields = [field for part in objects_in(schemas) for field in part.get("properties", {}).items()]
    arrays = [(name, field["items"]) for name, field in fields if "items" in field]
    assert ("events", {"type": "string"}) in arrays
    for name, items in arrays:
        plain = items.keys() <= {"type"} or "$ref" in items
        assert plain or name.removesuffix("s").title() not in schemas
