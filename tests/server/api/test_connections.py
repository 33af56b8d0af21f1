def test_an_ignored_magic_name_is_reported(api, sim, source, task, caplog):
    body = {"source_id": source["id"], "auth_method": "none"}
    body["external_id"] = "x+sucess@example.com"
    opened = api.post("/connections", json=body)
    sim.post("/clock/advance", json={"by": "1s"})
    run = {"connection_id": opened.json()["id"]}
    started = api.post(f"/tasks/{task['id']}/run", json=run)
    for answer in (opened, started):
        choice = 'success; because=default; ignored="sucess: no such scenario"'
        assert answer.headers["Deck-Sim-Scenario"] == choice
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
