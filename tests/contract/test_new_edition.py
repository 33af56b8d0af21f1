"""An edition is one package of rows: a small one, made up for tests, is registered and removed."""

import kiosk as made_up
import pytest
from kiosk import STORY
from openapi_spec_validator import OpenAPIV31SpecValidator

from deck_sim.contract.ledger import rows_of
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import Settings
from deck_sim.scenario.loader import ScenarioError, read_scenario
from deck_sim.server.openapi.document import document
from deck_sim.server.uvicorn_server import Server


@pytest.fixture
def kiosk():
    with made_up.registered() as edition:
        yield edition


@pytest.fixture
def server(checked, kiosk):
    with Server(WorldRegistry(settings=Settings("kiosk"))) as server:
        yield server


def test_a_run_of_a_new_edition_plays_from_prompt_to_webhook(kiosk, api, sim, advance, run_task):
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
    description = document("kiosk")
    assert list(OpenAPIV31SpecValidator(description).iter_errors()) == []
    assert {"/desks/{id}", "/connections/{id}/close"} <= description["paths"].keys()
    assert {"desk.created", "task_run.reviewing"} <= description["webhooks"].keys()
    assert {"Reply", "Desk"} <= description["components"]["schemas"].keys()
    editions = {row.name: row.editions for row in rows_of("kiosk")}
    assert editions["closed"] == editions["desk_not_found"] == ["kiosk"]
    assert editions["connection_not_found"] == ["connections", "kiosk"]  # two of three
    assert "credential_not_found" not in editions


def test_a_scenario_for_a_new_edition_is_checked_against_its_statuses(kiosk):
    assert read_scenario(STORY).editions == ("kiosk",)
    with pytest.raises(ScenarioError, match="desk/closed"):
        read_scenario(STORY.replace("- completed", "- failed: desk/close"))
    with pytest.raises(ScenarioError, match="pending"):
        read_scenario(STORY.replace("- completed", "- pending"))
