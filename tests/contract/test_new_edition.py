"""An edition is one package of rows: a small one, made up here, is registered and removed."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from deck_sim.contract import resources
from deck_sim.contract.bodies import Body, JsonObject, Text, partial
from deck_sim.contract.editions import EDITIONS, connections, register
from deck_sim.contract.editions.edition import Edition, Idempotency
from deck_sim.contract.error_catalog import CATALOG, read_errors
from deck_sim.contract.ledger import rows_of
from deck_sim.contract.operations import CONFLICT, Operation
from deck_sim.contract.resources import Kind
from deck_sim.contract.shapes import text
from deck_sim.contract.statuses import Command, Machine
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import Settings
from deck_sim.scenario.library import shipped
from deck_sim.scenario.loader import ScenarioError, read_scenario
from deck_sim.server.openapi.document import document
from deck_sim.server.serve import Server


class CreateDesk(Body):
    """`POST /desks`: a kind of resource that no other edition has."""

    name: Text


class Reply(Body):
    """`POST /task-runs/{id}/interaction`."""

    replies: JsonObject


RUN = Machine(
    initial="queued",
    follows={
        "queued": ("running",),
        "running": ("interaction_required", "review_required", "completed", "failed"),
        "interaction_required": ("running", "failed"),
        "review_required": ("completed", "failed"),
        "completed": (),
        "failed": (),
    },
    commands={
        "answer": Command(("interaction_required",)),
        "cancel": Command((), "failed"),
        "approve": Command(("review_required",)),
        "reject": Command(("review_required",)),
    },
    settled=frozenset({"completed", "failed"}),
    is_run=True,
    timed_from="running",
    spelled={"review_required": "reviewing"},
)
DESK = Kind(
    object="desk",
    prefix="desk",
    path="desks",
    attributes={"name": text("Front desk")},
    create="CreateDesk",
    update="UpdateDesk",
    lifecycle=("created",),
)
KIOSK = Edition(
    name="kiosk",
    kinds=resources.by_name(
        *(kind for name, kind in connections.EDITION.kinds.items() if name != "task_run"),
        replace(connections.TASK_RUN, machine=RUN, summary=("id", "object", "status", "task_id")),
        DESK,
    ),
    bodies=lambda: SimpleNamespace(
        **vars(connections.EDITION.bodies()),
        CreateDesk=CreateDesk,
        UpdateDesk=partial(CreateDesk, "name"),
        Reply=Reply,
    ),
    operations=(
        *connections.OPERATIONS,
        Operation(
            "close_connection",
            "POST /connections/{id}/close",
            "Close a connection",
            "connection",
            endpoint="terminate_connection",
            errors=CONFLICT,
        ),
    ),
    errors=(
        *connections.ERRORS,
        *read_errors("""
request/desk_not_found 404 (assumed): No desk has the id `{id}`.
    source: nothing public; like other codes
desk/closed 503 (assumed): The desk is closed.
    source: nothing public; desks close at night"""),
    ),
    login="connection",
    login_status="connected",
    answer_key="replies",
    answer_body="Reply",
    numbers_messages=False,
    idempotency=Idempotency(("POST",), creates_only=False, kept=range(200, 300)),
)
STORY = """
version: 1
name: at_the_desk
edition: kiosk
task_run:
  - queued: 1s
  - running: 1s
  - interaction_required: {type: mfa, accept: {code: "123"}}
  - running: 1s
  - review_required: 1m
  - completed
"""


@pytest.fixture
def kiosk():
    """The edition, registered while the test runs."""
    errors = dict(CATALOG)
    register(KIOSK)
    shipped.cache_clear()  # a scenario that is loaded keeps the editions that it is legal in
    yield KIOSK
    shipped.cache_clear()
    del EDITIONS["kiosk"], CATALOG["desk/closed"], CATALOG["request/desk_not_found"]
    assert errors == CATALOG


@pytest.fixture
def server(checked, kiosk):
    """A server whose worlds have the edition."""
    with Server(WorldRegistry(settings=Settings("kiosk"))) as server:
        yield server


def test_a_run_of_a_new_edition_plays_from_prompt_to_webhook(kiosk, api, sim, advance, run_task):
    """Its own statuses, answer body, event types and summaries take effect."""
    hook = {"config": {"url": "http://127.0.0.1:9/"}, "events": ["task_run.reviewing"]}
    assert api.post("/event-destinations", json={**hook, "name": "H", "type": "webhook"}).is_success
    assert sim.put("/scenarios/at_the_desk", content=STORY).status_code == 200
    run = run_task("at_the_desk")
    advance("2s")
    answered = api.post(f"/task-runs/{run['id']}/interaction", json={"replies": {"code": "123"}})
    assert answered.json()["status"] == "running"
    advance("1h")
    assert api.get(f"/task-runs/{run['id']}").json()["status"] == "completed"
    (event,) = [e for e in api.get("/events").json()["data"] if e["type"] == "task_run.reviewing"]
    assert [*event["data"]] == ["id", "object", "status", "task_id"]
    (delivery,) = sim.get("/deliveries").json()["data"]
    assert delivery["event_type"] == "task_run.reviewing"


def test_calls_that_only_a_new_edition_has_are_served(kiosk, api, connection):
    """A kind has the usual verbs; an operation names the function that answers it."""
    desk = api.post("/desks", json={"name": "A"})
    assert (desk.status_code, desk.json()["object"]) == (201, "desk")
    assert api.patch(f"/desks/{desk.json()['id']}", json={"name": "B"}).json()["name"] == "B"
    assert api.get("/desks/desk_1").json()["errors"][0]["code"] == "desk_not_found"
    closed = api.post(f"/connections/{connection['id']}/close")
    assert closed.json()["status"] == "terminated"


def test_the_document_and_the_ledger_of_a_new_edition_follow_from_its_rows(kiosk):
    """The OpenAPI document is valid and has the edition's calls, events and bodies."""
    found = document("kiosk")
    assert list(OpenAPIV31SpecValidator(found).iter_errors()) == []
    assert {"/desks/{id}", "/connections/{id}/close"} <= found["paths"].keys()
    assert {"desk.created", "task_run.reviewing"} <= found["webhooks"].keys()
    assert {"Reply", "Desk"} <= found["components"]["schemas"].keys()
    names = {row.name for row in rows_of("kiosk")}
    assert {"closed", "desk_not_found"} <= names


def test_a_scenario_for_a_new_edition_is_checked_against_its_statuses(kiosk):
    """The check knows what may follow in the edition, and which errors it has."""
    assert read_scenario(STORY).editions == ("kiosk",)
    with pytest.raises(ScenarioError, match="desk/closed"):
        read_scenario(STORY.replace("- completed", "- failed: desk/close"))
    with pytest.raises(ScenarioError, match="pending"):
        read_scenario(STORY.replace("- completed", "- pending"))
