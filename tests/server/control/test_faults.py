"""Control calls about faults."""

import pytest

PAGE = {"match": "GET /v2/agents", "status": 502, "times": 1}


def test_a_fault_is_added_counted_and_removed(sim, api):
    put = sim.post("/faults", json=PAGE).json()
    assert put["id"].startswith("flt_")
    assert [api.get("/agents").status_code for _ in range(2)] == [502, 200]
    (listed,) = sim.get("/faults").json()["data"]
    usual = {"after": 0, "owner": None, "met": 2, "fired": 1}
    assert listed == {"id": put["id"], **PAGE, **usual}
    assert sim.delete(f"/faults/{put['id']}").json()["deleted"] is True
    assert sim.get("/faults").json()["data"] == []


def test_all_faults_can_be_removed_at_once(sim, api):
    sim.post("/faults", json=PAGE)
    sim.post("/faults", json={"event": "agent.created", "drop": True})
    assert sim.delete("/faults").json()["data"] == []
    assert api.get("/agents").status_code == 200


def test_an_unknown_fault_id_is_refused(message):
    text = message("DELETE", "/faults/flt_1")
    assert text == "there is no fault 'flt_1'; `GET /_sim/faults` lists them"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, [("input_missing", "match")]),
        ({"reset": True}, [("input_missing", "match")]),
        ({"duplicate": True}, [("input_missing", "event")]),
        ({"match": "GET /v2/agents"}, [("input_invalid", "match")]),
        ({"event": "agent.created"}, [("input_invalid", "event")]),
        (
            {"match": "agents", "status": 1},
            [("input_invalid", "match"), ("input_invalid", "status")],
        ),
        ({**PAGE, "event": "agent.created"}, [("input_invalid", "event")]),
        ({**PAGE, "reset": True}, [("input_invalid", "reset")]),
        ({"match": "GET /v2/agents", "error": "session/timeout"}, [("input_invalid", "error")]),
    ],
)
def test_an_invalid_fault_is_refused_with_all_problems(errors, body, found):
    assert sorted(errors("POST", "/faults", 400, json=body), key=str) == sorted(found, key=str)


@pytest.mark.parametrize(
    ("path", "name", "body"), [("/faults", "match", {"reset": True}), ("/holds", "call", {})]
)
def test_a_pattern_with_a_parameter_is_refused(message, path, name, body):
    """The fault or hold would never have an effect."""
    text = message("POST", path, json={name: "POST /v2/tasks/{id}/run", **body})
    assert text.endswith("'/v2/tasks/{id}/run' has a parameter; write `*` for that segment")


@pytest.mark.parametrize(("path", "body"), [("/faults", {"drop": True}), ("/holds", {})])
def test_an_event_of_the_other_edition_is_refused(message, path, body):
    """The fault or hold would never have an effect. A type that no edition has may be a new one."""
    assert message("POST", path, json={"event": "session.idle", **body}) == (
        "`event`: the edition `connections` has no event 'session.idle';"
        " it is one of the edition `credentials`"
    )
