import pytest
from jsonschema import validate

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.ledger import rows_of
from deck_sim.engine.world_values import OPTION_TYPES


def test_a_fault_that_fits_its_schema_is_taken(sim):
    """Faults of calls and of webhooks, which may have the same name."""
    for family, key, fault in [
        ("match", "status", {"match": "GET /v2/agents", "status": 503, "times": 2}),
        ("match", "delay", {"match": "* /v2/**", "delay": {"for": "3s", "wait": "real"}}),
        ("event", "delay", {"event": "task_run.*", "delay": "30s"}),
    ]:
        validate(fault, sim.get("/schemas").json()["faults"][family][key])
        assert sim.post("/faults", json=fault).status_code == 200


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_call_and_event_that_is_listed_can_be_named(sim, edition):
    sim.patch("/world", json={"edition": edition})
    schemas = sim.get("/schemas").json()
    faults = [{"match": call, "reset": True} for call in schemas["calls"]]
    faults += [{"event": event, "drop": True} for event in schemas["events"]]
    assert {sim.post("/faults", json=fault).status_code for fault in faults} == {200}
    holds = [{"event": event} for event in schemas["held_events"]]
    assert {sim.post("/holds", json=hold).status_code for hold in holds} == {200}


def test_settings_and_rules_have_schemas(sim):
    schemas = sim.get("/schemas").json()
    settings = schemas["settings"]["properties"]
    assert {*OPTION_TYPES, "rate_limit"} < settings.keys()
    assert [name for name, row in settings.items() if "description" not in row] == []
    assert "username" in schemas["rule"]["$defs"]["When"]["properties"]


def test_each_edition_is_described_with_its_statuses_and_commands(sim):
    editions = sim.get("/schemas").json()["editions"]
    assert [*editions] == [*EDITIONS]
    run = editions["credentials"]["kinds"]["task_run"]
    assert run["within"] == ["session_id", "credential_id"]
    assert run["statuses"]["review_required"] == {
        "family": "person",
        "final": False,
        "event": "task_run.review_required",
        "commands": {"approve": None, "reject": None, "cancel": "cancelling"},
    }
    assert editions["credentials"]["destination"]["webhook"].keys() == {"url"}
    assert editions["connections"]["destination"]["config"].keys() == {"url"}


def test_the_ledger_shows_the_rows_of_an_edition(sim):
    for query, edition, grade in [
        ("", "connections", None),
        ("?grade=assumed", "connections", "assumed"),
        ("?edition=credentials&grade=observed", "credentials", "observed"),
    ]:
        data = sim.get(f"/fidelity{query}").json()["data"]
        assert data == [row.as_json() for row in rows_of(edition, grade)]
