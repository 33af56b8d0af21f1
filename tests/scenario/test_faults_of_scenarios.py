import httpx2
import pytest

from deck_sim.scenario.loader import read_scenario


def test_a_scenario_can_lose_the_response_that_starts_it(api, sim, task, connection, run_task):
    headers = {"Deck-Sim-Scenario": "answer_lost"}
    body = {"connection_id": connection["id"]}
    with pytest.raises(httpx2.RemoteProtocolError):
        api.post(f"/tasks/{task['id']}/run", json=body, headers=headers)
    assert run_task()["status"] == "queued"
    calls = sim.get("/requests").json()["data"]
    assert [call["fault"] for call in calls[-2:]] == ["lost_response", None]


def test_faults_apply_to_calls_about_their_run(api, run_task):
    ids = [run_task(name)["id"] for name in ("proxy_error_page", "success", "proxy_error_page")]
    polls = [[api.get(f"/task-runs/{id_}").status_code for id_ in ids] for _ in range(4)]
    assert polls == [[200, 200, 200], [502, 200, 502], [502, 200, 502], [200, 200, 200]]
    assert api.get("/task-runs").status_code == 200


def test_faults_apply_to_commands_on_their_run(put, api, run_task):
    run = run_task(put("http: [{match: '/v2/task-runs/*/cancel', times: 1, status: 502}]"))
    cancels = [api.post(f"/task-runs/{run['id']}/cancel") for _ in range(2)]
    assert [cancel.status_code for cancel in cancels] == [502, 200]


def test_equal_runs_fault_equally(put, sim, api, run_task):
    """A probability is drawn from the seed and the run; its neighbours do not change it."""
    name = put("http: [{match: GET /v2/task-runs/*, probability: 0.5, status: 502}]")
    before = sim.post("/snapshots").json()["id"]

    def poll(count):
        sim.post(f"/snapshots/{before}/restore")
        for _ in range(count):
            sim.post("/faults", json={"match": "GET /v2/agents", "drip": True})
        ids = [run_task(name)["id"] for _ in range(count)]
        polls = [[api.get(f"/task-runs/{id_}").status_code for id_ in ids] for _ in range(20)]
        return [*zip(*polls, strict=True)]

    (alone,), (first, second) = poll(1), poll(2)
    assert set(alone) == {200, 502}
    assert alone == first != second
    faults = {call["status"]: call["fault"] for call in sim.get("/requests").json()["data"]}
    assert (faults[200], faults[502]) == (None, "status")


def test_faults_apply_to_webhooks_about_their_run(subscribe, receiver, run_task, advance):
    subscribe("task_run.completed")
    twice, once = run_task("webhook_twice"), run_task()
    advance("1m")
    arrived = [arrival.data["data"]["id"] for arrival in receiver.arrivals]
    assert (arrived.count(twice["id"]), arrived.count(once["id"])) == (2, 1)


def test_webhooks_about_the_files_of_a_run_are_about_the_run(
    put, api, subscribe, receiver, run_task, advance, task
):
    api.patch(f"/tasks/{task['id']}", json={"storage": {"enabled": True}})
    subscribe("storage.created")
    steps = "task_run: [running, file: a.txt, completed]"
    run_task(put(f"webhooks: [{{event: storage.*, duplicate: true}}]\n{steps}"))
    advance("1m")
    assert receiver.types() == ["storage.created"] * 2


def test_a_connection_has_the_faults_of_its_scenario(put, api, connection):
    body = {"source_id": connection["source_id"], "auth_method": "none"}
    rest = "http: [{match: '**', times: 2, empty: true}]\nconnection: [connecting: 1s, connected]"
    headers = {"Deck-Sim-Scenario": put(rest)}
    assert api.post("/connections", json=body, headers=headers).content == b""
    opened = api.get("/connections").json()["data"][0]["id"]
    sizes = [len(api.get(f"/connections/{opened}").content) > 0 for _ in range(2)]
    assert sizes == [False, True]


def test_faults_are_for_the_kinds_that_a_scenario_defines():
    head = "version: 1\nname: a\nhttp: [{match: '**', drip: true}]\n"
    for script, kinds in (
        ("", ["task_run"]),
        ("connection: [connected]", ["connection"]),
        ("connection: [connected]\ntask_run: [failed: api/timeout]", ["connection", "task_run"]),
    ):
        scenario = read_scenario(head + script)
        assert [k for k in ("connection", "task_run") if scenario.script(k).faults] == kinds


def test_the_timeline_shows_a_waiting_fault(run_task, sim):
    run = run_task("proxy_error_page")
    lines = [e["what"] for e in sim.get("/timeline").json()["data"] if e["id"] == run["id"]]
    assert "fault status: 502, for GET /v2/task-runs/*" in lines
