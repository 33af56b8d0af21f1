from deck_sim.engine.world_values import OPTION_TYPES, Options

OFF = Options().as_json() | {"keep_headers": []}
ON = {"timeout_cap": 900, "screenshots": True, "connection_idle": "10m", "keep_headers": ["x-a"]}
ON["empty_for_null"] = True


def shown(sim):
    world = sim.get("/world").json()
    return {name: world[name] for name in OPTION_TYPES}


def test_options_are_off_until_they_are_set(sim):
    assert shown(sim) == OFF
    assert not any(OFF.values())
    assert sim.patch("/world", json=ON).status_code == 200
    assert sim.patch("/world", json={"screenshots": None}).status_code == 200
    assert shown(sim) == {**OFF, **ON, "screenshots": False}
    sim.post("/reset", json={"timeout_cap": 5})
    assert shown(sim) == {**OFF, "timeout_cap": 5}


def test_an_option_about_nothing_in_the_edition_is_refused(sim):
    for edition, other, name, value in [
        ("connections", "credentials", "session_limit", 1),
        ("credentials", "connections", "connection_idle", "1m"),
    ]:
        sim.post("/reset", json={"edition": other, name: value})
        calls = [sim.patch("/world", json={"edition": edition})]
        calls.append(sim.post("/reset", json={"edition": edition, name: value}))
        sim.post("/reset", json={"edition": edition, name: None})
        calls.append(sim.patch("/world", json={name: value}))
        for answer in calls:
            (error,) = answer.json()["errors"]
            assert (answer.status_code, error["field"]) == (400, name)
            assert f"the edition `{edition}` has no {name.split('_')[0]}s" in error["message"]


def test_a_timeout_above_the_cap_is_refused(api, sim, task):
    sim.patch("/world", json={"timeout_cap": 900})
    path, long = f"/tasks/{task['id']}", {"settings": {"timeout_seconds": 901}}
    for body in (long, {"name": 5, **long}):
        answer = api.patch(path, json=body)
        assert answer.status_code == 400
        assert answer.json()["errors"][-1]["field"] == "settings.timeout_seconds"
    assert api.patch(path, json={"settings": {"timeout_seconds": 900}}).status_code == 200
    answer = api.post("/tasks", json={"name": "Read", "agent_id": task["agent_id"]})
    assert "1800 is more than the plan allows; send at most 900" in answer.text


def test_events_may_show_an_empty_text_for_null(api, sim, advance, receiver, subscribe):
    """Webhooks, too; the resource itself still shows null."""
    subscribe("agent.created")
    agent = api.post("/agents", json={"name": "A"}).json()
    assert agent["description"] is api.get("/events").json()["data"][0]["data"]["description"]
    sim.patch("/world", json={"empty_for_null": True})
    advance("0s")
    (webhook,) = receiver.arrivals
    assert webhook.data["data"]["description"] == ""
    assert api.get("/events").json()["data"][0]["data"] == webhook.data["data"]
    assert api.get(f"/agents/{agent['id']}").json()["description"] is None


def test_the_journal_keeps_the_headers_that_are_asked_for(api, sim):
    headers = {"X-Request-Id": "r1", "X-Long": "x" * 2000, "Cookie": "a=b"}
    api.get("/agents", headers=headers)
    sim.patch("/world", json={"keep_headers": ["X-REQUEST-ID", "x-long", "cookie", "x-absent"]})
    api.get("/agents", headers=headers)
    before, after = (call["headers"] for call in sim.get("/requests").json()["data"])
    new = {name: value for name, value in after.items() if name not in before}
    assert new == {"x-request-id": "r1", "x-long": "x" * 2000, "cookie": "•••"}
