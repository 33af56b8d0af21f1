"""The documents against Deck's documentation. This copy of it is the independent judge."""

import pytest

from deck_sim.contract.editions import EDITIONS
from deck_sim.server.openapi.document import document

EVERY_EDITION = pytest.mark.parametrize("edition", EDITIONS)

# The calls of every edition, and of each alone.
CALLS = {
    "every": """
        GET /test
        POST /agents; GET /agents; GET /agents/{id}; PATCH /agents/{id}; DELETE /agents/{id}
        POST /sources; GET /sources; GET /sources/{id}; PATCH /sources/{id}; DELETE /sources/{id}
        POST /tasks; GET /tasks; GET /tasks/{id}; PATCH /tasks/{id}; DELETE /tasks/{id}
        POST /tasks/{id}/reset; POST /tasks/{id}/run
        GET /task-runs; GET /task-runs/{id}
        POST /task-runs/{id}/cancel; POST /task-runs/{id}/interaction
        GET /task-runs/{id}/storage; GET /storage/{id}; GET /task-runs/{id}/screenshots
        GET /events; GET /events/{id}; GET /event-types
        POST /event-destinations; GET /event-destinations; GET /event-destinations/{id}
        PATCH /event-destinations/{id}; DELETE /event-destinations/{id}
        GET /event-destinations/{id}/event-deliveries""",
    "connections": """
        POST /connections; GET /connections; GET /connections/{id}; PATCH /connections/{id}
        POST /connections/{id}/interaction; POST /connections/{id}/disconnect
        POST /connections/{id}/reopen; POST /connections/{id}/terminate""",
    "credentials": """
        POST /credentials; GET /credentials; GET /credentials/{id}; PATCH /credentials/{id}
        DELETE /credentials/{id}
        POST /sessions; GET /sessions; GET /sessions/{id}; POST /sessions/{id}/end""",
}

# The fields of each resource besides the standard ones; one with a `?` may be null.
STANDARD = "id object created_at"
# The documented lists of their fields have no `updated_at`.
UNCHANGED = ("EventDelivery", "Storage", "StorageItem")
RUN = "status task_id agent_id source_id runtime_ms output? errors interaction?"
FILE = "file_name file_type file_size url extraction task_run_id metadata?"
FIELDS = {
    "every": {
        "Agent": "name description? tasks",
        "Source": "name? type website",
        "Task": "name status agent_id description? prompt? input_schema? output_schema? storage?"
        " extraction settings",
        "EventDelivery": "status event_type event_id event_destination_id attempts delivered_at?",
    },
    "connections": {
        "Connection": "status source_id auth_method external_id? interaction?",
        "TaskRun": f"{RUN} connection_id",
        "Storage": f"{FILE} fetch_date",
        "EventDestination": "name type status config events",
    },
    "credentials": {
        "Credential": "status source_id auth_method auth_credentials? external_id?",
        "Session": "status runtime_ms task_runs",
        "TaskRun": f"{RUN} credential_id? session_id? result?",
        "Storage": f"{FILE} purpose result",
        "StorageItem": "file_name file_type file_size purpose url extraction",
        "EventDestination": "name type status events",
    },
}


def fields_of(schema):
    """The fields that a schema requires, with a `?` after those that may be null."""
    maybe = {name for name, shape in schema["properties"].items() if "anyOf" in shape}
    return {f"{name}?" if name in maybe else name for name in schema["required"]}


@EVERY_EDITION
def test_the_calls_are_as_documented(edition):
    calls = {
        f"{method.upper()} {path}"
        for path, methods in document(edition)["paths"].items()
        for method in methods
    }
    lines = f"{CALLS['every']}\n{CALLS[edition]}".replace("\n", ";").split(";")
    assert calls == {line.strip() for line in lines if line.strip()}


@EVERY_EDITION
def test_the_fields_are_as_documented(edition):
    """Only fields that can be unknown may be null."""
    schemas = document(edition)["components"]["schemas"]
    for name, fields in {**FIELDS["every"], **FIELDS[edition]}.items():
        changed = () if name in UNCHANGED else ("updated_at",)
        assert fields_of(schemas[name]) == {*STANDARD.split(), *changed, *fields.split()}, name


@EVERY_EDITION
def test_a_success_has_the_documented_status(edition):
    for path, methods in document(edition)["paths"].items():
        for method, operation in methods.items():
            makes = method == "post" and ("{id}" not in path or path.endswith("/run"))
            status = "201" if makes and path != "/sources" else "200"
            assert [s for s in operation["responses"] if s < "300"] == [status], path
