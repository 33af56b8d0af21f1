"""The documents against the contract: what is left out of the tables that the product has is left
out of its answers and of its documents alike, so the contract is written down here a second time.
"""

import pytest

from deck_sim.server.openapi.document import document

EVERY_EDITION = pytest.mark.parametrize("edition", ["connections", "credentials"])

# Section 2: the calls of both editions, and of each alone.
CALLS = {
    "both": """
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

# The fields of each resource beside the standard ones; one with a `?` may be null.
STANDARD = "id object created_at updated_at"
RUN = "status task_id agent_id source_id runtime_ms? output? errors interaction?"
FILE = "file_name file_type file_size url extraction task_run_id"
FIELDS = {
    "both": {
        "Agent": "name description? tasks",
        "Source": "name? type website",
        "Task": "name status agent_id description? prompt? input_schema? output_schema? storage?"
        " extraction? settings",
        "EventDelivery": "status event_type event_id event_destination_id attempts delivered_at?",
    },
    "connections": {
        "Connection": "status source_id auth_method external_id? interaction?",
        "TaskRun": f"{RUN} connection_id",
        "Storage": FILE,
        "EventDestination": "name type status config events",
    },
    "credentials": {
        "Credential": "status source_id auth_method external_id?",
        "Session": "status credential_id? source_id",
        "TaskRun": f"{RUN} credential_id? session_id? result?",
        "Storage": f"{FILE} result",
        "EventDestination": "name type status events",
    },
}

# Sections 2, 3, 4 and 6: every word that a status or a result can be.
WORDS = {
    "both": {
        "Task": "learning test live",
        "EventDestination": "pending_verification active inactive",
        "EventDelivery": "pending success failure",
    },
    "connections": {
        "Connection": "connecting connected interaction_required invalid disconnected terminated",
        "TaskRun": "queued running pending interaction_required completed failed canceled",
    },
    "credentials": {
        "Credential": "unverified verified invalid deleted",
        "Session": "queued running idle completing completed failed",
        "TaskRun": "queued running review_required cancelling interaction_required completed failed"
        " canceled",
    },
}


def told(schema):
    """The fields that a schema requires, with a `?` after those that may be null."""
    maybe = {name for name, shape in schema["properties"].items() if "anyOf" in shape}
    return {f"{name}?" if name in maybe else name for name in schema["required"]}


@EVERY_EDITION
def test_the_calls_are_those_of_the_contract(edition):
    """There is each call of the edition, and no other."""
    found = {
        f"{method.upper()} {path}"
        for path, methods in document(edition)["paths"].items()
        for method in methods
    }
    lines = f"{CALLS['both']}\n{CALLS[edition]}".replace("\n", ";").split(";")
    assert found == {line.strip() for line in lines if line.strip()}


@EVERY_EDITION
def test_the_fields_are_those_of_the_contract(edition):
    """Each resource has its fields, and only those may be null that can be unknown."""
    schemas = document(edition)["components"]["schemas"]
    for name, fields in {**FIELDS["both"], **FIELDS[edition]}.items():
        assert told(schemas[name]) == {*STANDARD.split(), *fields.split()}, name


@EVERY_EDITION
def test_the_words_are_those_of_the_contract(edition):
    """Each status is one of these, and so is the result of a run."""
    schemas = document(edition)["components"]["schemas"]
    for name, words in {**WORDS["both"], **WORDS[edition]}.items():
        assert set(schemas[f"{name}Status"]["enum"]) == set(words.split()), name
        assert schemas[name]["properties"]["status"]["$ref"].endswith(f"/{name}Status")
    result = schemas["TaskRun"]["properties"].get("result")
    assert not result or result["anyOf"][0]["$ref"].endswith("/TaskRunResult")
    words = result and set(schemas["TaskRunResult"]["enum"])
    assert words == (None if edition == "connections" else {"success", "failure", "unknown"})


@EVERY_EDITION
def test_a_call_succeeds_with_the_status_of_the_contract(edition):
    """A create answers 201, but for that of a source; all else answers 200."""
    for path, methods in document(edition)["paths"].items():
        for method, operation in methods.items():
            makes = method == "post" and ("{id}" not in path or path.endswith("/run"))
            status = "201" if makes and path != "/sources" else "200"
            assert [s for s in operation["responses"] if s < "300"] == [status], path
