def test_a_resource_is_shown_with_its_story(api, sim, run_task, advance):
    run = run_task("mfa_then_success", input={"n": 1})
    advance("1m")
    details = sim.get(f"/resources/{run['id']}").json()
    read = api.get(f"/task-runs/{run['id']}?include=input,storage,artifacts,screenshots").json()
    assert {**details["resource"], "request_id": read["request_id"]} == read
    choice = {"scenario": "mfa_then_success", "because": "header", "ignored": []}
    assert details["story"] == {**choice, "step": ["task_run", 2], "held": None}
    assert (details["kind"], details["deleted"]) == ("task_run", False)
    assert details["scenario"] == "mfa_then_success"
    assert [timer["what"] for timer in details["due"]] == [
        "the interaction times out",
        "the task times out",
        "the run fails for inactivity",
    ]
    assert details["unfinished"] == sim.get("/next").json()["unfinished"][0]
    assert details["right_answer"] == {"code": "123456"}


def test_a_resource_without_a_script_has_no_scenario(api, sim, agent):
    deleted = agent()
    api.delete(f"/agents/{deleted['id']}")
    details = sim.get(f"/resources/{deleted['id']}").json()
    assert (details["kind"], details["deleted"]) == ("agent", True)
    assert details["resource"]["name"] == "Concierge"
    assert (details["scenario"], details["story"], details["unfinished"]) == (None, None, None)
