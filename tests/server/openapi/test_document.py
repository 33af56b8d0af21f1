"""The OpenAPI document of each edition: valid, complete, and true of what serves it."""

import re

import jsonschema_rs
import pytest
from checked import close
from openapi_spec_validator import OpenAPIV31SpecValidator

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import CATALOG, IN_RUN_ONLY
from deck_sim.scenario import selection
from deck_sim.server.api.app import routes_of
from deck_sim.server.idempotency import HEADER
from deck_sim.server.openapi.document import document
from deck_sim.server.openapi.headers import REPLAYED, RETRY_AFTER, VERSION
from deck_sim.server.openapi.paths import described
from deck_sim.server.openapi.refusals import CODES
from deck_sim.server.routing import Route

EVERY_EDITION = pytest.mark.parametrize("edition", EDITIONS.values(), ids=EDITIONS)
ROUTES = [
    pytest.param(edition, route, id=f"{edition.name}: {route.method} {route.path}")
    for edition in EDITIONS.values()
    for route in routes_of(edition)
]
EVERY_ROUTE = pytest.mark.parametrize(("edition", "route"), ROUTES)


def operation(edition, route):
    return document(edition.name)["paths"][route.path][route.method.lower()]


def contents(part):
    """Every schema of a body or an answer, with its example."""
    if isinstance(part, dict):
        yield from (part["application/json"],) if "application/json" in part else ()
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, dict | list):
            yield from contents(inner)


@EVERY_EDITION
def test_the_document_is_openapi(edition):
    """An independent validator finds nothing wrong with it."""
    assert list(OpenAPIV31SpecValidator(document(edition.name)).iter_errors()) == []


@EVERY_EDITION
def test_every_example_fits_its_schema(edition):
    """Bodies, answers, errors and webhooks: no example has more, or less, than is said."""
    found = document(edition.name)
    checked = [*contents(found["paths"]), *contents(found["webhooks"])]
    assert len(checked) > 100
    for content in checked:
        schema = close(content["schema"], found["components"]["schemas"])
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        assert list(validator.iter_errors(content["example"])) == []


def enumerations_in(part):
    """Every enumeration below a part of a document."""
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, dict | list):
            yield from [inner] if "enum" in inner else enumerations_in(inner)


@EVERY_EDITION
def test_every_enumeration_has_a_name(edition):
    """Whoever generates a client need not call it `Type1`; and no two names are for the same."""
    found = document(edition.name)
    named = [shape for shape in found["components"]["schemas"].values() if "enum" in shape]
    assert {"AuthMethod", "ErrorType"} <= found["components"]["schemas"].keys()
    assert sorted(map(str, enumerations_in(found))) == sorted(map(str, named))
    assert len({tuple(shape["enum"]) for shape in named}) == len(named)


def schemas_in(part):
    """Every schema with examples of its own, wherever it stands."""
    if isinstance(part, dict) and isinstance(part.get("examples"), list):
        yield part
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, dict | list):
            yield from schemas_in(inner)


@EVERY_EDITION
def test_every_example_of_a_part_fits_it(edition):
    """Fields, parameters and headers: what they show as an example is one."""
    found = document(edition.name)
    shown = [*schemas_in(found)]
    assert len(shown) > 50
    for shape in shown:
        schema = {**shape, "components": found["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        for example in shape["examples"]:
            assert list(validator.iter_errors(example)) == []


@EVERY_ROUTE
def test_every_route_is_an_operation(edition, route):
    """Each method of each path is described, under its verb and noun."""
    found = operation(edition, route)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", found["operationId"])
    assert found["summary"]
    assert found["tags"] == [route.path.split("/")[1]]


@EVERY_EDITION
def test_operations_have_names_of_their_own(edition):
    """No two calls of an edition have one name."""
    names = [route.operation.name for route in routes_of(edition)]
    assert len(set(names)) == len(names)


@EVERY_ROUTE
def test_every_code_stands_with_its_status(edition, route):
    """The responses of a call that are errors are those of the catalog."""
    responses = operation(edition, route)["responses"]
    errors = {int(status): answer[CODES] for status, answer in responses.items() if CODES in answer}
    assert {401, 429, 500} <= set(errors)
    assert all(CATALOG[name].status == status for status, names in errors.items() for name in names)
    assert IN_RUN_ONLY not in errors


@EVERY_ROUTE
def test_calls_that_can_be_repeated_take_a_key(edition, route):
    """The rule of the edition says which; they, and no others, can break it and be replayed."""
    found = operation(edition, route)
    keyed = edition.idempotency.covers(route.method, creates=route.creates)
    assert (HEADER in [one["name"] for one in found.get("parameters", [])]) == keyed
    codes = {name for answer in found["responses"].values() for name in answer.get(CODES, [])}
    assert ("idempotency/idempotency_error" in codes) == keyed
    assert ("idempotency/idempotency_key_error" in codes) == keyed
    done = found["responses"][f"{route.operation.status}"]["headers"]
    assert (REPLAYED in done) == keyed


@EVERY_EDITION
def test_what_the_door_refuses_is_never_a_replay(edition):
    """Of the answers to a create, those that may be kept are those that the edition keeps."""
    responses = document(edition.name)["paths"]["/agents"]["post"]["responses"]
    replayed = {int(status) for status, one in responses.items() if REPLAYED in one["headers"]}
    assert replayed == {201, 400, 409} & {*edition.idempotency.kept}


@EVERY_ROUTE
def test_every_answer_has_its_headers(edition, route):
    """The version stands on all, the scenario where one is chosen, and when to come back on 429."""
    found = operation(edition, route)["responses"]
    assert all(VERSION in answer["headers"] for answer in found.values())
    assert [status for status, one in found.items() if RETRY_AFTER in one["headers"]] == ["429"]
    shown = [status for status, one in found.items() if selection.HEADER in one["headers"]]
    assert shown == ([f"{route.operation.status}"] if route.operation.plays else [])


@EVERY_ROUTE
def test_a_body_is_the_model_that_reads_it(edition, route):
    """The schema of a body has the fields of its model, all of them and no others."""
    name = edition.body_name(route.operation)
    sent = operation(edition, route).get("requestBody")
    assert (sent is None) == (name is None)
    if name:
        schema = document(edition.name)["components"]["schemas"][name]
        assert set(schema["properties"]) == set(edition.body(name).model_fields)
        assert schema["additionalProperties"] is False


@EVERY_EDITION
def test_every_reference_leads_somewhere_and_nothing_is_left_over(edition):
    """Each schema is used, and each that is used is there."""
    found = document(edition.name)
    names = re.findall(r"#/components/schemas/(\w+)", f"{found}")
    assert set(names) == set(found["components"]["schemas"])


@EVERY_EDITION
def test_there_is_a_webhook_for_each_type_of_event(edition):
    """A webhook shows the resource in the status that it is named after."""
    found = document(edition.name)["webhooks"]
    assert list(found) == list(edition.event_types)
    for type_, hook in found.items():
        example = hook["post"]["requestBody"]["content"]["application/json"]["example"]
        kind, _, word = type_.partition(".")
        assert (example["type"], example["data"]["object"]) == (type_, kind)
        if word in edition.kinds[kind].statuses:
            assert example["data"]["status"] == word


@EVERY_EDITION
def test_what_is_made_links_to_what_can_be_done_with_it(edition):
    """The answer to a create names the calls that take its id."""
    created = document(edition.name)["paths"]["/agents"]["post"]["responses"]["201"]
    assert created["links"]["get_agent"] == {
        "operationId": "get_agent",
        "parameters": {"id": "$response.body#/id"},
    }
    assert set(created["links"]) == {"get_agent", "update_agent", "delete_agent"}


def test_a_route_that_says_nothing_of_itself_is_found_out():
    """A route without an operation is a bug, and the message names it."""
    with pytest.raises(AssertionError, match="GET /new has no operation"):
        described(Route("GET", "/new", lambda request: None))


def lists(part):
    """Every list of a schema, with its name."""
    for name, inner in part.get("properties", {}).items():
        yield from [(name, inner)] if "items" in inner else []
    for inner in part.values():
        yield from lists(inner) if isinstance(inner, dict) else ()


@EVERY_EDITION
def test_no_item_of_a_list_takes_the_name_of_a_resource(edition):
    """Generators of clients call the items of `events` an `Event`, if they are more than texts."""
    schemas = document(edition.name)["components"]["schemas"]
    found = [(name, inner["items"]) for name, inner in lists({"schemas": schemas})]
    assert ("events", {"type": "string"}) in found
    for name, items in found:
        plain = items.keys() <= {"type"} or "$ref" in items
        assert plain or name.removesuffix("s").title() not in schemas
