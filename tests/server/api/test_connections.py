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


def test_disconnect_closes_a_connection_for_good(api, source, advance):
    """As Deck says of this call, and as `terminate` does (assumed)."""
    for name in ("disconnect", "terminate"):
        body = {"source_id": source["id"], "auth_method": "none"}
        path = f"/connections/{api.post('/connections', json=body).json()['id']}"
        advance("1m")
        assert api.post(f"{path}/{name}").json()["status"] == "terminated"
        assert api.post(f"{path}/reopen").status_code == 409


def test_a_connection_that_dropped_is_opened_again(api, sim, source, advance):
    """It keeps its id. The path is assumed."""
    body = {"source_id": source["id"], "auth_method": "none"}
    id_ = api.post("/connections", json=body).json()["id"]
    advance("1m")
    sim.post(f"/connections/{id_}/drop").raise_for_status()
    assert api.get(f"/connections/{id_}").json()["status"] == "disconnected"
    assert api.post(f"/connections/{id_}/reopen").json()["status"] == "connecting"
    advance("1m")
    assert api.get(f"/connections/{id_}").json()["status"] == "connected"
