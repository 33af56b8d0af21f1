from deck_sim.contract.editions import EDITIONS


def test_events_are_kept_for_thirty_days_of_the_world(api, agent, advance):
    agent()
    (event,) = api.get("/events").json()["data"]
    advance("30d")
    assert api.get("/events").json()["data"] == [event]
    assert api.get(f"/events/{event['id']}").status_code == 200
    advance("1ms")
    assert api.get("/events").json()["data"] == []
    assert api.get(f"/events/{event['id']}").status_code == 404


def test_an_event_shows_the_working_time_of_its_moment(api, run_task, advance):
    run = run_task()
    for by, length in (("2s", 0), ("5s", 5000)):
        advance(by)
        assert api.get(f"/task-runs/{run['id']}").json()["runtime_ms"] == length
        (event,) = api.get("/events?type=task_run.running").json()["data"]
        assert event["data"]["runtime_ms"] == 0


def test_event_types_are_listed(api):
    data = api.get("/event-types").json()["data"]
    assert [item["type"] for item in data] == [*EDITIONS["connections"].event_types]
    assert data[0] == {"object": "event_type", "type": "agent.created"}
