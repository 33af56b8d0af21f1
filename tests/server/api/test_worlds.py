"""Worlds: one for each key, separate, consistent, without secrets."""

SECRET = "correct-horse-battery"
LOGIN = {"username": "alex", "password": SECRET}


def test_a_password_is_never_shown_again(api, sim, simulation, source):
    """Answers, the journal as it is shown, timeline, events and the world have no password."""
    for changes in (
        {"auth_credentials": LOGIN},
        {"auth_credentials": {"username": "alex", "pasword": SECRET}},
        {"auth_credentials": f"alex:{SECRET}"},
        {"auth_credentials": {**LOGIN, "pin": SECRET}},
        {"password": SECRET},
        {"source_id": "no", "auth_credentials": LOGIN},
    ):
        body = {"source_id": source["id"], "auth_method": "username_password", **changes}
        answers = [api.post("/connections", json=body), api.get("/connections")]
        paths = ("/world", "/timeline", "/requests", "/events", "/connections", "/next")
        answers += [sim.get(path) for path in paths]
        assert all(answer.status_code < 500 and SECRET not in answer.text for answer in answers)
    now = simulation()
    assert SECRET not in repr((now.world, now.selection, now.crashes))


def test_a_refused_body_hides_its_secrets(api, sim):
    """Wherever they are, and even if it is not JSON."""
    for path, body in [
        ("/connections", '{"source_id": "x", "password": "whsec_hush"'),
        ("/event-destinations", '{"credentials": {"secret": "whsec_hush"'),
        ("/event-destinations", '{"config": {"secret": "whsec_hush"}}'),
        ("/event-destinations", '{"credentials": {"secrte": "whsec_hush"}}'),
        ("/event-destinations", '{"credentials": "whsec_hush"}'),
        ("/event-destinations", '{"secret": "whsec_hush"}'),
        ("/event-destinations", '{"webhook": "whsec_hush"}'),
        ("/event-destinations", '{"name": ["whsec_hush"], "config": "whsec_hush"}'),
        ("/event-destinations", '{"type": "whsec_hush"}'),
    ]:
        answer = api.post(path, content=body)
        assert answer.status_code == 400
        assert "whsec_hush" not in answer.text + sim.get("/requests").text
