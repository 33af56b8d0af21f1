"""Events over HTTP: their types and shapes, filters, pages, and the 30 days."""

from deck_sim.contract.editions import EDITIONS

MANUAL = """\
version: 1
name: everything
summary: A run that goes through every status it can.
task_run:
  - queued: 1s
  - running: 1s
  - file: report.txt
  - interaction_required: {type: mfa, message: Code?}
  - running: 1s
  - pending: 1s
  - completed: {output: {}}
"""


def test_every_documented_type_is_emitted_by_some_call(api, sim, task, source, run_task):
    def idle():
        sim.post("/clock/advance", json={"until": "idle"})

    def open_(scenario):
        body = {"source_id": source["id"], "auth_method": "none"}
        headers = {"Deck-Sim-Scenario": scenario}
        made = api.post("/connections", json=body, headers=headers).json()
        idle()
        return f"/connections/{made['id']}"

    body = {"name": "q", "type": "hookdeck", "events": ["*"]}
    queue = api.post("/event-destinations", json=body).json()["id"]
    for status in ("inactive", "active"):
        api.patch(f"/event-destinations/{queue}", json={"status": status})
    api.post(f"{open_('success')}/disconnect")
    api.post(f"{open_('connection_needs_mfa')}/terminate")
    sim.post(f"{open_('success')}/invalidate")
    api.patch(f"/tasks/{task['id']}", json={"storage": {"enabled": True}})
    sim.put("/scenarios/everything", content=MANUAL)
    run = f"/task-runs/{run_task('everything')['id']}"
    idle()
    api.post(f"{run}/interaction", json={"inputs": {"code": "1"}})
    api.post(f"/task-runs/{run_task()['id']}/cancel")
    run_task("source_down")
    idle()
    (file,) = api.get(f"{run}/storage").json()["data"]
    sim.delete(f"/storage/{file['id']}")
    api.post(f"/tasks/{task['id']}/reset")
    ids = {"tasks": task["id"], "agents": task["agent_id"], "sources": source["id"]}
    for path in (f"/{kind}/{id_}" for kind, id_ in ids.items()):
        api.patch(path, json={"name": "b"})
        api.delete(path)
    emitted = {event["type"] for event in sim.get("/events").json()["data"]}
    assert emitted == set(EDITIONS["connections"].event_types)


def test_events_are_kept_for_thirty_days_of_the_world(api, agent, advance):
    agent()
    (event,) = api.get("/events").json()["data"]
    advance("30d")
    assert api.get("/events").json()["data"] == [event]
    assert api.get(f"/events/{event['id']}").status_code == 200
    advance("1ms")
    assert api.get("/events").json()["data"] == []
    assert api.get(f"/events/{event['id']}").status_code == 404


def test_event_types_are_listed(api):
    data = api.get("/event-types").json()["data"]
    assert [item["type"] for item in data] == [*EDITIONS["connections"].event_types]
    assert data[0] == {"object": "event_type", "type": "agent.created"}
