"""Credentials: stored logins that runs verify."""

import pytest

SSO = {"auth_method": "google_sso"}
LOGIN = {"username": "maria", "password": "hunter3", "source_fields": {"branch": "12"}}


def test_a_new_credential_is_unverified_and_shows_its_user_name(credential):
    assert (credential["object"], credential["status"]) == ("credential", "unverified")
    assert credential["id"].startswith("cred_")
    assert credential["auth_credentials"] == {"username": "alex", "source_fields": {}}


@pytest.mark.parametrize(
    ("fields", "method"), [({}, "none"), ({"auth_method": None}, "none"), (SSO, "google_sso")]
)
@pytest.mark.parametrize("login", [None, {}, {"source_fields": {}}])
def test_a_credential_without_a_login_shows_none(api, source, fields, method, login):
    """A method that is left out or null is `none`; only `username_password` needs a login."""
    body = {"source_id": source["id"], **fields, "auth_credentials": login}
    made = api.post("/credentials", json=body)
    assert made.status_code == 201, made.text
    assert (made.json()["auth_method"], made.json()["auth_credentials"]) == (method, None)


def test_source_fields_alone_are_a_login_of_other_methods(new_credential, look):
    """The credential shows those whose names do not sound secret."""
    fields = {"branch": "12", "pin": "8675309", "shopping_list": "tea", "token": "8675309"}
    made = new_credential(auth_method="none", auth_credentials={"source_fields": fields})
    assert made["auth_credentials"] == {
        "username": None,
        "source_fields": {"branch": "12", "shopping_list": "tea"},
    }
    assert look(made)["auth_credentials"] == made["auth_credentials"]


def test_the_journal_shows_source_fields_that_are_not_secret(sim, new_credential):
    """Names that sound secret stay hidden."""
    fields = {"branch": "12", "pin": "8675309"}
    new_credential(auth_credentials={**LOGIN, "source_fields": fields})
    body = sim.get("/requests").json()["data"][-1]["body"]
    assert body["auth_credentials"] == {
        "username": "maria",
        "password": "•••",
        "source_fields": {"branch": "12", "pin": "•••"},
    }


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


def test_a_run_that_never_starts_leaves_the_credential_unverified(
    sim, start, advance, look, credential
):
    sim.put("/scenarios/waits", json={"task_run": [{"queued": "stuck"}]})
    run = start("waits")
    advance("30m")
    assert (look(run)["status"], look(credential)["status"]) == ("failed", "unverified")


def test_a_new_login_makes_a_credential_unverified_and_a_new_id_does_not(
    api, start, advance, look, credential, event_types
):
    """A changed login emits an event; a changed `external_id` emits none."""
    start()
    advance("10s")
    path = f"/credentials/{credential['id']}"
    assert api.patch(path, json={"external_id": "user-7"}).json()["status"] == "verified"
    changed = api.patch(path, json={"auth_credentials": LOGIN}).json()
    assert (changed["status"], changed["external_id"]) == ("unverified", "user-7")
    assert event_types(credential) == [
        f"credential.{w}" for w in ("created", "verified", "unverified")
    ]


def test_scenarios_are_chosen_by_the_new_login(api, start, credential):
    """Rules and magic names see the user name that was sent last."""
    login = {"username": "x+source_down@example.com", "password": "-"}
    api.patch(f"/credentials/{credential['id']}", json={"auth_credentials": login})
    task = api.get("/tasks").json()["data"][0]["id"]
    body = {"credential_id": credential["id"]}
    answer = api.post(f"/tasks/{task}/run", json=body)
    assert answer.headers["Deck-Sim-Scenario"] == "source_down; because=magic_name"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"auth_credentials": {"username": 7}}, ("input_invalid", "auth_credentials.username")),
        ({"source_id": "src_1"}, ("input_invalid", "source_id")),
        ({"auth_method": "magic"}, ("auth_method_invalid", "auth_method")),
    ],
)
def test_an_invalid_change_of_a_credential_is_refused(change, expected, errors, credential):
    assert errors("PATCH", f"/credentials/{credential['id']}", 400, json=change)[0] == expected


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
