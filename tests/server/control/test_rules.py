def test_a_scenario_in_use_cannot_be_removed(sim, message):
    sim.put("/scenarios/mine", json={"task_run": ["queued", "running", "completed"]})
    for call, body, place in [
        ("PUT /rules", {"rules": [{"when": {}, "scenario": "mine"}]}, "rules[0].scenario"),
        ("PUT /scenarios/user", {"playlist": ["success", "mine"]}, "scenarios.user.playlist"),
        ("PUT /scenarios/user", {"mix": {"mine": 1}}, "scenarios.user.mix"),
    ]:
        assert sim.request(*call.split(), json=body).status_code == 200
        text = f"'mine' is used by `{place}`; remove or replace the name there first"
        assert message("DELETE", "/scenarios/mine") == text
        sim.put("/rules", json={"rules": []})
    sim.delete("/scenarios/user")
    assert sim.delete("/scenarios/mine").status_code == 200
