"""The OpenAPI document of each edition is valid, complete and correct."""

import re

import jsonschema_rs
import pytest
from checked import close
from openapi_spec_validator import OpenAPIV31SpecValidator

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import CATALOG, IN_RUN_ONLY
from deck_sim.contract.shapes import objects_in
from deck_sim.scenario import selection
from deck_sim.server.idempotency import HEADER
from deck_sim.server.openapi.document import document
from deck_sim.server.openapi.paths import CODES, REPLAYED, RETRY_AFTER, VERSION

EVERY_EDITION = pytest.mark.parametrize("edition", EDITIONS.values(), ids=EDITIONS)
OPERATIONS = [
    pytest.param(edition, operation, id=f"{edition.name}: {operation.call}")
    for edition in EDITIONS.values()
    for operation in edition.every_operation
]
EVERY_OPERATION = pytest.mark.parametrize(("edition", "operation"), OPERATIONS)


def shown(edition, operation):
    return document(edition.name)["paths"][operation.path][operation.method.lower()]


def contents(part):
    """Every schema of a body or an answer, with its example."""
    return [one["application/json"] for one in objects_in(part) if "application/json" in one]


@EVERY_EDITION
def test_the_document_is_openapi(edition):
    """Checked by an independent validator."""
    assert list(OpenAPIV31SpecValidator(document(edition.name)).iter_errors()) == []


@EVERY_EDITION
def test_every_example_fits_its_schema(edition):
    """Bodies, answers, errors and webhooks, with closed schemas."""
    found = document(edition.name)
    checked = [*contents(found["paths"]), *contents(found["webhooks"])]
    assert len(checked) > 100
    for content in checked:
        schema = close(content["schema"], found["components"]["schemas"])
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        assert list(validator.iter_errors(content["example"])) == []


@EVERY_EDITION
def test_every_enumeration_has_a_name(edition):
    """Generators of clients need names; no two names have the same words."""
    found = document(edition.name)
    named = [shape for shape in found["components"]["schemas"].values() if "enum" in shape]
    assert {"AuthMethod", "ErrorType"} <= found["components"]["schemas"].keys()
    assert sorted(str(one) for one in objects_in(found) if "enum" in one) == sorted(map(str, named))
    assert len({tuple(shape["enum"]) for shape in named}) == len(named)


@EVERY_EDITION
def test_every_example_of_a_part_fits_it(edition):
    """Fields, parameters and headers."""
    found = document(edition.name)
    parts = [part for part in objects_in(found) if "examples" in part]
    assert len(parts) > 50
    for shape in parts:
        schema = {**shape, "components": found["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        for example in shape["examples"]:
            assert list(validator.iter_errors(example)) == []


@EVERY_OPERATION
def test_every_operation_is_shown(edition, operation):
    """With a verb_noun name, a summary and a tag."""
    found = shown(edition, operation)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", found["operationId"])
    assert found["summary"]
    assert found["tags"] == [operation.path.split("/")[1]]


@EVERY_EDITION
def test_names_of_operations_are_unique(edition):
    """Within an edition."""
    names = [operation.name for operation in edition.every_operation]
    assert len(set(names)) == len(names)


@EVERY_OPERATION
def test_every_error_code_is_listed_under_its_status(edition, operation):
    """The statuses are those of the catalog."""
    responses = shown(edition, operation)["responses"]
    errors = {int(status): answer[CODES] for status, answer in responses.items() if CODES in answer}
    assert {401, 429, 500} <= set(errors)
    assert all(CATALOG[name].status == status for status, names in errors.items() for name in names)
    assert IN_RUN_ONLY not in errors


@EVERY_OPERATION
def test_calls_take_an_idempotency_key_as_the_edition_says(edition, operation):
    """Only they can be replayed and have its errors."""
    found = shown(edition, operation)
    keyed = edition.idempotency.covers(operation.method, creates=operation.creates)
    assert (HEADER in [one["name"] for one in found.get("parameters", [])]) == keyed
    codes = {name for answer in found["responses"].values() for name in answer.get(CODES, [])}
    assert ("idempotency/idempotency_error" in codes) == keyed
    assert ("idempotency/idempotency_key_error" in codes) == keyed
    done = found["responses"][f"{operation.status}"]["headers"]
    assert (REPLAYED in done) == keyed


@EVERY_EDITION
def test_stored_answers_are_those_that_the_edition_stores(edition):
    """By the statuses of the answers to a create."""
    responses = document(edition.name)["paths"]["/agents"]["post"]["responses"]
    replayed = {int(status) for status, one in responses.items() if REPLAYED in one["headers"]}
    assert replayed == {201, 400, 409} & {*edition.idempotency.kept}


@EVERY_OPERATION
def test_every_answer_has_its_headers(edition, operation):
    """The version always, the scenario if one is chosen, `Retry-After` on 429."""
    found = shown(edition, operation)["responses"]
    assert all(VERSION in answer["headers"] for answer in found.values())
    assert [status for status, one in found.items() if RETRY_AFTER in one["headers"]] == ["429"]
    chosen = [status for status, one in found.items() if selection.HEADER in one["headers"]]
    assert chosen == ([f"{operation.status}"] if operation.plays else [])


@EVERY_OPERATION
def test_the_schema_of_a_body_has_the_fields_of_its_model(edition, operation):
    """All of them and no others."""
    name = edition.body_name(operation)
    sent = shown(edition, operation).get("requestBody")
    assert (sent is None) == (name is None)
    if name:
        schemas = document(edition.name)["components"]["schemas"]
        names = [one["$ref"].rpartition("/")[2] for one in schemas[name].get("oneOf", [])]
        for schema in [schemas[variant] for variant in names or [name]]:
            assert set(schema["properties"]) == set(edition.body(name).model_fields)
            assert schema["additionalProperties"] is False


@EVERY_EDITION
def test_every_schema_exists_and_is_used(edition):
    """References and schemas are the same set."""
    found = document(edition.name)
    names = re.findall(r"#/components/schemas/(\w+)", f"{found}")
    assert set(names) == set(found["components"]["schemas"])


@EVERY_EDITION
def test_every_event_type_has_a_webhook(edition):
    """Its example has the status of the event type."""
    found = document(edition.name)["webhooks"]
    assert list(found) == list(edition.event_types)
    for type_, hook in found.items():
        example = hook["post"]["requestBody"]["content"]["application/json"]["example"]
        kind, _, word = type_.partition(".")
        assert (example["type"], example["data"]["object"]) == (type_, kind)
        if word in edition.kinds[kind].statuses:
            assert example["data"]["status"] == word


@EVERY_EDITION
def test_a_create_links_to_the_calls_with_its_id(edition):
    """With the id as the parameter."""
    created = document(edition.name)["paths"]["/agents"]["post"]["responses"]["201"]
    assert created["links"]["get_agent"] == {
        "operationId": "get_agent",
        "parameters": {"id": "$response.body#/id"},
    }
    assert set(created["links"]) == {"get_agent", "update_agent", "delete_agent"}


@EVERY_EDITION
def test_generated_types_require_only_required_fields(edition):
    """openapi-typescript takes a field with a `default` for required."""
    schemas = document(edition.name)["components"]["schemas"]
    assert not [schema for schema in objects_in(schemas) if "default" in schema]
    (seconds,) = schemas["TaskSettings"]["properties"].values()
    assert seconds["description"] == "`1800` if left out."


@EVERY_EDITION
def test_generated_types_have_no_object_without_fields(edition):
    """openapi-typescript reads an object that does not say what it may have as an empty one."""
    for schema in objects_in(document(edition.name)):
        if schema.get("type") == "object":
            assert schema.keys() & {"properties", "additionalProperties"}, schema


@EVERY_EDITION
def test_no_field_of_a_body_has_the_type_null_alone(edition):
    """openapi-fetch removes such a field from the type of a body, and then no body fits it."""
    for schema in document(edition.name)["components"]["schemas"].values():
        if schema.get("additionalProperties") is False:
            assert {"type": "null"} not in schema["properties"].values()


@EVERY_EDITION
def test_items_of_lists_do_not_take_the_name_of_a_resource(edition):
    """Generators of clients would name constrained items of `events` `Event`."""
    schemas = document(edition.name)["components"]["schemas"]
    fields = [field for one in objects_in(schemas) for field in one.get("properties", {}).items()]
    found = [(name, field["items"]) for name, field in fields if "items" in field]
    assert ("events", {"type": "string"}) in found
    for name, items in found:
        plain = items.keys() <= {"type"} or "$ref" in items
        assert plain or name.removesuffix("s").title() not in schemas
