"""Credentials: stored logins, which runs verify."""

import pytest

LOGIN = {"username": "maria", "password": "hunter3", "source_fields": {"branch": "12"}}


def test_a_new_credential_is_unverified_and_shows_no_secret(credential):
    """The answer is the resource, without the user name and the password that were sent."""
    assert (credential["object"], credential["status"]) == ("credential", "unverified")
    assert credential["id"].startswith("cred_")
    assert not {"alex", "hunter2"} & {str(value) for value in credential.values()}
    assert "auth_credentials" not in credential


def test_its_creation_is_one_event_with_a_summary(api, credential, told):
    """`credential.created`, whose data says what it is about and is not the whole resource."""
    assert told(credential) == ["credential.created"]
    (event,) = api.get("/events", params={"type": "credential.created"}).json()["data"]
    names = {"id", "object", "status", "source_id", "external_id", "created_at", "updated_at"}
    assert {*event["data"]} == names


@pytest.mark.parametrize(
    ("scenario", "status"),
    [
        ("success", "verified"),
        ("needs_approval", "verified"),
        ("output_invalid", "verified"),
        ("session_login_rejected", "invalid"),
        ("account_locked", "unverified"),
        ("source_down", "unverified"),
        ("mfa_never_answered", "unverified"),
        ("session_limit_reached", "unverified"),
    ],
)
def test_a_run_tells_whether_a_credential_is_good(
    scenario, status, api, start, advance, look, credential
):
    """A run that gets behind the login verifies it; a rejected login makes it invalid."""
    start(scenario)
    advance("10m")
    assert look(credential)["status"] == status


def test_a_run_that_never_began_tells_nothing(sim, start, advance, look, credential):
    """Timing out in the queue is no failure of the login, and no success either."""
    sim.put("/scenarios/waits", json={"task_run": [{"queued": "stuck"}]})
    run = start("waits")
    advance("30m")
    assert (look(run)["status"], look(credential)["status"]) == ("failed", "unverified")


def test_a_new_login_makes_it_unverified_and_another_id_does_not(
    api, start, advance, look, credential, told
):
    """What changes how to log in is an event; `external_id` alone is none."""
    start()
    advance("10s")
    path = f"/credentials/{credential['id']}"
    assert api.patch(path, json={"external_id": "user-7"}).json()["status"] == "verified"
    changed = api.patch(path, json={"auth_credentials": LOGIN}).json()
    assert (changed["status"], changed["external_id"]) == ("unverified", "user-7")
    assert told(credential) == [f"credential.{w}" for w in ("created", "verified", "unverified")]


def test_a_new_login_is_what_scenarios_are_chosen_by(api, start, credential):
    """The user name that was sent last is the one that rules and magic names see."""
    login = {"username": "x+source_down@example.com", "password": "-"}
    api.patch(f"/credentials/{credential['id']}", json={"auth_credentials": login})
    task = api.get("/tasks").json()["data"][0]["id"]
    body = {"credential_id": credential["id"]}
    answer = api.post(f"/tasks/{task}/run", json=body)
    assert answer.headers["Deck-Sim-Scenario"] == "source_down; because=magic_name"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"auth_credentials": None}, ("input_missing", "auth_credentials")),
        ({"source_id": "src_1"}, ("input_invalid", "source_id")),
        ({"auth_method": "magic"}, ("auth_method_invalid", "auth_method")),
    ],
)
def test_a_change_that_cannot_be_is_refused(change, expected, errors, credential):
    """A login without a user name, another source, an unknown method: nothing changes."""
    assert errors("PATCH", f"/credentials/{credential['id']}", 400, json=change) == [expected]


@pytest.mark.parametrize(
    ("fields", "at", "text"),
    [
        ({f"field_{number}": "x" for number in range(11)}, "", "must have at most 10 of them"),
        ({"Branch": "12"}, ".Branch", 'the name must match ^[a-z][a-z0-9_]{0,63}$, and "Branch"'),
        ({"1st": "12"}, ".1st", "the name must match"),
        ({"a" * 65: "12"}, f".{'a' * 65}", "the name must match"),
        ({"branch": 12}, ".branch", "must be text"),
    ],
)
def test_fields_of_the_source_are_few_and_named_plainly(fields, at, text, api, source):
    """At most ten, with names of a-z, 0-9 and _, and texts for values."""
    login = {"username": "alex", "password": "-", "source_fields": fields}
    body = {"source_id": source["id"], "auth_method": "google_sso", "auth_credentials": login}
    answer = api.post("/credentials", json=body)
    assert answer.status_code == 400
    error, field = answer.json()["errors"][0], f"auth_credentials.source_fields{at}"
    assert error["field"] == field
    assert error["message"].startswith(f"`{field}`: {text}")


def test_a_deleted_credential_can_be_read_and_runs_nothing(
    api, task, credential, errors, told, look
):
    """Deleting answers the same again; the credential is there, and every use is a 409."""
    path = f"/credentials/{credential['id']}"
    for _ in range(2):
        answer = api.delete(path).json()
        assert (answer["deleted"], answer["object"]) == (True, "credential")
    assert look(credential)["status"] == "deleted"
    assert told(credential)[-1] == "credential.deleted"
    body = {"credential_id": credential["id"]}
    assert errors("POST", f"/tasks/{task['id']}/run", 409, json=body) == [("state_invalid", None)]
    assert errors("PATCH", path, 409, json={"external_id": "x"}) == [("state_invalid", None)]


def test_deleting_a_credential_fails_its_runs(api, start, advance, look, credential, session_of):
    """A run cannot outlive the credential it works with; its session is free again."""
    run = start()
    advance("5s")
    api.delete(f"/credentials/{credential['id']}")
    assert (look(run)["status"], look(run)["errors"][0]["code"]) == ("failed", "task_failed")
    assert session_of(run)["status"] == "idle"


def test_credentials_are_listed_by_source_external_id_and_status(api, new_credential):
    """The filters are those of connections."""
    one, two = new_credential(external_id="user-7"), new_credential()
    api.delete(f"/credentials/{two['id']}")
    for query, ids in [
        ({}, [two["id"], one["id"]]),
        ({"external_id": "user-7"}, [one["id"]]),
        ({"status[]": ["deleted", "verified"]}, [two["id"]]),
        ({"source_id": "src_nobody"}, []),
    ]:
        found = api.get("/credentials", params=query).json()["data"]
        assert [item["id"] for item in found] == ids


def test_the_source_can_make_a_credential_invalid(sim, credential, look):
    """The control API changes what it logs in with, as the source does."""
    assert sim.post(f"/credentials/{credential['id']}/invalidate").json()["status"] == "invalid"
    again = sim.post(f"/credentials/{credential['id']}/invalidate")
    assert again.json()["errors"][0]["code"] == "state_invalid"


def test_an_invalid_credential_can_be_tried_again(sim, start, advance, look, credential):
    """A run that gets behind the login makes it good again (assumed)."""
    sim.post(f"/credentials/{credential['id']}/invalidate")
    start()
    advance("10s")
    assert look(credential)["status"] == "verified"
