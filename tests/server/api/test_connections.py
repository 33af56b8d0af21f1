"""Connections: open, answer, disconnect, reopen, terminate."""

import pytest


def test_an_ignored_magic_name_is_reported(api, sim, source, task, caplog):
    """In each answer, the log, the timeline and the world; of a run, that of its connection."""
    body = {"source_id": source["id"], "auth_method": "none"}
    body["external_id"] = "x+sucess@example.com"
    opened = api.post("/connections", json=body)
    sim.post("/clock/advance", json={"by": "1s"})
    run = {"connection_id": opened.json()["id"]}
    started = api.post(f"/tasks/{task['id']}/run", json=run)
    for answer in (opened, started):
        said = 'success; because=default; ignored="sucess: no such scenario"'
        assert answer.headers["Deck-Sim-Scenario"] == said
    text = (
        "the magic name 'sucess' is ignored, and 'success' is played: there is no such scenario;"
        " did you mean 'success'?"
    )
    assert caplog.messages == [f"deck-sim: {text}"] * 2
    timeline = sim.get("/timeline").json()["data"]
    assert [entry["what"] for entry in timeline if entry["kind"] == "magic_name"] == [text] * 2
    world = sim.get("/world").json()
    assert world["ignored_names"] == [text]
    assert [choice["ignored"] for choice in world["choices"]] == [["sucess"], ["sucess"]]


def test_a_refused_command_names_the_allowed_statuses(refused, connection):
    answer = refused("POST", f"/connections/{connection['id']}/reopen", 409)
    assert answer.json()["errors"][0]["message"] == (
        f"The connection `{connection['id']}` is `connected`;"
        " `reopen` is allowed only in `disconnected`."
    )


def test_an_interaction_of_a_connection_can_be_answered(api, sim, source):
    """A connection may have an interaction before it is connected."""
    steps = [{"connecting": "1s"}, {"interaction_required": {"type": "mfa"}}, "connected"]
    sim.put("/scenarios/asks", json={"connection": steps})
    body = {"source_id": source["id"], "auth_method": "google_sso"}
    opened = api.post("/connections", json=body, headers={"Deck-Sim-Scenario": "asks"})
    assert opened.headers["Deck-Sim-Scenario"] == "asks; because=header"
    sim.post("/clock/advance", json={"by": "1s"})
    path = f"/connections/{opened.json()['id']}"
    assert api.get(path).json()["interaction"]["fields"][0]["name"] == "code"
    answered = api.post(f"{path}/interaction", json={"inputs": {"code": "1"}}).json()
    assert (answered["status"], answered["interaction"]) == ("connected", None)


@pytest.mark.parametrize(
    ("changes", "status", "found"),
    [
        ({"source_id": None}, 400, ("input_missing", "source_id")),
        ({"source_id": "src_no"}, 404, ("source_not_found", "source_id")),
        ({"source_id": "hotel"}, 400, ("source_invalid", "source_id")),
        ({"source_id": f"src_{'x' * 252}"}, 400, ("source_invalid", "source_id")),
        ({"auth_method": "password"}, 400, ("auth_method_invalid", "auth_method")),
        ({"auth_method": None}, 400, ("input_missing", "auth_method")),
        ({"auth_credentials": "a:x"}, 400, ("input_invalid", "auth_credentials")),
        (
            {"auth_method": "username_password", "auth_credentials": []},
            400,
            ("input_invalid", "auth_credentials"),
        ),
        ({"external_id": 7}, 400, ("input_invalid", "external_id")),
    ],
)
def test_an_invalid_connection_is_refused(errors, source, changes, status, found):
    body = {"source_id": source["id"], "auth_method": "none", **changes}
    assert errors("POST", "/connections", status, json=body) == [found]


METHODS = ["google_sso", "none"]
NO_LOGIN = [{}, {"auth_credentials": None}, {"auth_credentials": {}}]
NO_LOGIN += [{"auth_credentials": {"username": "", "password": None}}]


@pytest.mark.parametrize("fields", NO_LOGIN)
@pytest.mark.parametrize("method", METHODS)
def test_only_a_password_login_needs_credentials(api, source, method, fields):
    """Public clients send `none` with an empty object; a connection never shows any."""
    body = {"source_id": source["id"], "auth_method": method, **fields}
    opened = api.post("/connections", json=body)
    assert opened.status_code == 201, opened.text
    assert "auth_credentials" not in opened.json()
