"""Connections: open, answer, disconnect, reopen, terminate."""

import pytest


@pytest.fixture
def command(api):
    """Send a command to a connection; return the status of the answer and of the connection."""

    def command(connection, name):
        answer = api.post(f"/connections/{connection['id']}/{name}")
        return answer.status_code, answer.json().get("status")

    return command


def test_a_connection_can_be_reopened_under_its_id(api, advance, connection, command):
    """Disconnect, reopen, connect again, terminate."""
    assert command(connection, "disconnect") == (200, "disconnected")
    assert command(connection, "reopen") == (200, "connecting")
    advance("1s")
    assert api.get(f"/connections/{connection['id']}").json()["status"] == "connected"
    assert command(connection, "terminate") == (200, "terminated")


def test_reopening_names_its_scenario(api, sim, connection):
    """A reopened connection plays a scenario that is chosen again."""
    api.post(f"/connections/{connection['id']}/disconnect")
    sim.post("/queue", json={"resource": "connection", "scenarios": ["slow_success"]})
    answer = api.post(f"/connections/{connection['id']}/reopen")
    assert answer.headers["Deck-Sim-Scenario"] == "slow_success; because=queue"


def test_a_refused_command_names_the_allowed_statuses(refused, connection):
    """The message has the status, and the statuses that allow the command."""
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
        ({"auth_method": "password"}, 400, ("auth_method_invalid", "auth_method")),
        ({"auth_method": "username_password"}, 400, ("input_missing", "auth_credentials")),
        (
            {"auth_credentials": {"username": "a"}},
            400,
            ("input_missing", "auth_credentials.password"),
        ),
        (
            {"auth_credentials": {"username": "", "password": "x"}},
            400,
            ("input_missing", "auth_credentials.username"),
        ),
        ({"auth_credentials": "a:x"}, 400, ("input_invalid", "auth_credentials")),
        ({"external_id": 7}, 400, ("input_invalid", "external_id")),
    ],
)
def test_an_invalid_connection_is_refused(errors, source, changes, status, found):
    """Each problem has its code and field, and no connection is created."""
    body = {"source_id": source["id"], "auth_method": "none", **changes}
    assert errors("POST", "/connections", status, json=body) == [found]


def test_connections_cannot_be_deleted(refused, connection):
    """DELETE is a 405 with the allowed methods."""
    answer = refused("DELETE", f"/connections/{connection['id']}", 405)
    assert answer.headers["Allow"] == "GET, PATCH"
