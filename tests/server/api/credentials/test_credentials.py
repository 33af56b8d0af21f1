"""Credentials: stored logins that runs verify."""

import pytest

LOGIN = {"username": "maria", "password": "hunter3", "source_fields": {"branch": "12"}}


def test_a_new_credential_is_unverified_and_shows_its_user_name(credential):
    assert (credential["object"], credential["status"]) == ("credential", "unverified")
    assert credential["id"].startswith("cred_")
    assert credential["auth_credentials"] == {"username": "alex", "source_fields": {}}


def test_source_fields_alone_are_a_login_of_other_methods(new_credential, look):
    """The credential shows those whose names do not sound secret."""
    fields = {"branch": "12", "pin": "8675309", "shopping_list": "tea", "token": "8675309"}
    made = new_credential(auth_method="none", auth_credentials={"source_fields": fields})
    assert made["auth_credentials"] == {
        "username": None,
        "source_fields": {"branch": "12", "shopping_list": "tea"},
    }
    assert look(made)["auth_credentials"] == made["auth_credentials"]


def test_a_change_is_checked_against_the_credential_that_it_makes(api, new_credential, errors):
    """The stored login counts, unless the change replaces it."""
    bare = new_credential(auth_method="none", auth_credentials=None)
    path, method = f"/credentials/{bare['id']}", {"auth_method": "username_password"}
    absent = [("input_missing", f"auth_credentials.{name}") for name in ("username", "password")]
    assert errors("PATCH", path, 400, json=method) == absent
    assert api.patch(path, json={"auth_credentials": LOGIN}).json()["auth_method"] == "none"
    assert api.patch(path, json=method).json()["auth_method"] == "username_password"
    only_fields = {"auth_credentials": {"source_fields": {"branch": "13"}}}
    assert errors("PATCH", path, 400, json=only_fields) == absent
    changed = api.patch(path, json={"auth_method": None, **only_fields}).json()
    assert (changed["auth_method"], changed["auth_credentials"]["username"]) == ("none", None)


def test_creating_a_credential_emits_one_event_with_a_summary(api, credential, event_types):
    assert event_types(credential) == ["credential.created"]
    (event,) = api.get("/events", params={"type": "credential.created"}).json()["data"]
    assert [*event["data"]] == ["id", "object", "status", "source_id", "auth_method"]


@pytest.mark.parametrize(
    ("scenario", "status"),
    [
        ("success", "verified"),
        ("needs_approval", "verified"),
        ("output_invalid", "verified"),
        ("credentials_rejected", "invalid"),
        ("account_locked", "unverified"),
        ("source_down", "unverified"),
        ("mfa_never_answered", "unverified"),
    ],
)
def test_a_run_verifies_or_invalidates_its_credential(
    scenario, status, start, advance, look, credential
):
    start(scenario)
    advance("10m")
    assert look(credential)["status"] == status


@pytest.mark.parametrize(
    ("fields", "at", "text"),
    [
        ({f"field_{number}": "x" for number in range(11)}, "", "must have at most 10 items"),
        ({"Branch": "12"}, ".Branch", 'the key must match ^[a-z][a-z0-9_]{0,63}$, and "Branch"'),
        ({"1st": "12"}, ".1st", "the key must match"),
        ({"a" * 65: "12"}, f".{'a' * 65}", "the key must match"),
        ({"branch": 12}, ".branch", "must be text"),
        ({"password": "x"}, ".password", "the key is reserved; give it as `auth_credentials.pass"),
    ],
)
def test_source_fields_are_at_most_ten_with_plain_names(fields, at, text, api, source):
    login = {"username": "alex", "password": "-", "source_fields": fields}
    body = {"source_id": source["id"], "auth_method": "google_sso", "auth_credentials": login}
    answer = api.post("/credentials", json=body)
    assert answer.status_code == 400
    error, field = answer.json()["errors"][0], f"auth_credentials.source_fields{at}"
    assert error["field"] == field
    assert error["message"].startswith(f"`{field}`: {text}")


def test_a_deleted_credential_can_be_read_but_not_used(
    api, task, credential, errors, event_types, look
):
    """Deleting it again gives the same answer; it can be read; every use is a 409."""
    path = f"/credentials/{credential['id']}"
    for _ in range(2):
        answer = api.delete(path).json()
        assert (answer["deleted"], answer["object"]) == (True, "credential")
    assert look(credential)["status"] == "deleted"
    assert event_types(credential)[-1] == "credential.deleted"
    body = {"credential_id": credential["id"]}
    assert errors("POST", f"/tasks/{task['id']}/run", 409, json=body) == [("state_invalid", None)]
    assert errors("PATCH", path, 409, json={"external_id": "x"}) == [("state_invalid", None)]


def test_deleting_a_credential_fails_its_runs(api, start, advance, look, credential, session_of):
    """Runs that use the credential fail, and their session is free again."""
    run = start()
    advance("5s")
    api.delete(f"/credentials/{credential['id']}")
    assert (look(run)["status"], look(run)["errors"][0]["code"]) == ("failed", "task_failed")
    assert session_of(run)["status"] == "idle"


def test_an_invalid_credential_can_be_tried_again(sim, errors, start, advance, look, credential):
    """The control API invalidates it, as a website does; a run that logs in verifies it again
    (assumed).
    """
    path = f"/credentials/{credential['id']}/invalidate"
    assert [sim.post(path).status_code for _ in range(2)] == [200, 409]
    assert look(credential)["status"] == "invalid"
    start()
    advance("10s")
    assert look(credential)["status"] == "verified"
