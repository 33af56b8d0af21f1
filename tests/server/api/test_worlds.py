SECRET = "correct-horse-battery"
LOGIN = {"username": "alex", "password": SECRET}


def test_a_password_is_never_shown_again(api, sim, simulation, source):
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
