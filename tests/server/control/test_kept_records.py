import pytest

from deck_sim.engine import world as world_module
from deck_sim.engine.world_values import RecentLog
from deck_sim.runtime import simulation as simulation_module
from deck_sim.runtime.call_journal import Journal
from deck_sim.scenario.loader import read_scenario


@pytest.fixture
def dropped(sim):
    return lambda: sim.get("/world").json()["dropped"]


@pytest.fixture
def agents(api):
    def agents(*names):
        return [api.post("/agents", json={"name": name}).json()["id"] for name in names]

    return agents


def test_the_journal_keeps_the_last_calls(sim, agents, dropped, simulation):
    simulation().journal = Journal(2)
    agents(*"abcd")
    journal = sim.get("/requests").json()
    assert [call["body"]["name"] for call in journal["data"]] == ["c", "d"]
    assert (journal["dropped"], dropped()["calls"]) == (2, 2)
    first = sim.get("/timeline").json()["data"]
    assert first[0]["what"].startswith("dropped: 2 calls;")
    assert [entry["number"] for entry in first if entry["kind"] == "call"] == [3, 4]


def test_finished_runs_go_with_their_files(
    monkeypatch, api, sim, simulation, task, run_task, advance, dropped
):
    text = "version: 1\nname: filed\ntask_run: [running, screenshot: s.png, file: f.txt, completed]"
    simulation().library.add(read_scenario(text))
    api.patch(f"/tasks/{task['id']}", json={"storage": {"enabled": True}})
    monkeypatch.setattr(world_module, "MOST_RUNS", 1)
    runs = [run_task(name)["id"] for name in ("agent_hangs", "filed", "filed")]
    advance("1m")
    world = simulation().world
    assert [run["id"] for run in sim.get("/task-runs").json()["data"]] == [runs[0], runs[2]]
    assert (dropped()["runs"], [*world.screenshots]) == (1, [runs[2]])
    assert [file["task_run_id"] for file in world.all("storage").values()] == [runs[2]]
    assert simulation().chosen.keys() & runs == {runs[0], runs[2]}
    assert api.get(f"/task-runs/{runs[1]}").json()["errors"][0]["code"] == "task_run_not_found"
    assert sim.get("/timeline").status_code == 200


def test_finished_sessions_go_like_runs(monkeypatch, sim, simulation, advance, dropped):
    """The session of a run ends after it, and counts as no run."""
    monkeypatch.setattr(world_module, "MOST_RUNS", 1)
    sim.post("/reset", json={"edition": "credentials"})
    resources = {
        "agents": [{"id": "agt_1", "name": "a"}],
        "sources": [{"id": "src_1", "type": "website", "website": {"url": "https://a.example"}}],
        "tasks": [{"id": "task_1", "agent_id": "agt_1", "name": "t"}],
        "task_runs": [
            {"id": f"trun_{n}", "task_id": "task_1", "source_id": "src_1", "scenario": "success"}
            for n in range(2)
        ],
    }
    assert sim.post("/seed", json={"resources": resources}).status_code == 200
    advance("1d")
    world = simulation().world
    (session,) = world.all("session").values()
    assert ([*world.all("task_run")], dropped()["runs"]) == (["trun_1"], 1)
    assert [run["id"] for run in world.embedded(session, "task_runs")] == ["trun_1"]


def test_old_events_go_with_their_deliveries(api, sim, agents, advance, dropped, simulation):
    body = {"type": "aws_sqs", "name": "q", "events": ["*"], "config": {"queue_url": "q"}}
    destination = api.post("/event-destinations", json=body).json()["id"]
    simulation().world.events, simulation().world.messages = RecentLog(2), RecentLog(2)
    agents(*"abc")
    advance("0s")
    agents("d")
    events = [event["id"] for event in sim.get("/events").json()["data"]]
    assert (len(events), dropped()["events"], sim.get("/events").json()["dropped"]) == (2, 2, 2)
    assert [delivery["event_id"] for delivery in sim.get("/deliveries").json()["data"]] == events
    assert len(sim.get(f"/destinations/{destination}/messages").json()["data"]) == 2


def test_a_stored_answer_that_was_dropped_is_not_replayed(monkeypatch, api, dropped):
    monkeypatch.setattr(simulation_module, "MOST_CALLS", 1)

    def create(key):
        return api.post("/agents", json={"name": "x"}, headers={"Idempotency-Key": key}).json()

    first, second = create("a"), create("b")
    assert (create("b"), dropped()["keys"]) == (second, 1)
    assert create("a")["id"] != first["id"]
