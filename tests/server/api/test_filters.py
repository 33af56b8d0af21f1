import pytest

from deck_sim.contract.editions import EDITIONS

KINDS = EDITIONS["connections"].kinds
START = "2025-01-15T09:30:00Z"

# The path of each list, and the filters that it takes, the moments apart.
LISTS = {
    "/agents": (),
    "/sources": (),
    "/tasks": ("agent_id", "status"),
    "/connections": ("source_id", "external_id", "status"),
    "/task-runs": ("status", "task_id", "agent_id", "connection_id"),
    "/event-destinations": ("type", "status"),
    "/event-destinations/{id}/event-deliveries": ("status", "type"),
    "/events": ("type",),
}


@pytest.fixture
def lived(api, sim, advance, task, connection):
    """A world in which each list has several items, of several moments and values."""
    advance("10s")
    config = {"queue_url": "q", "exchange": "x", "server_url": "amqp://mq"}
    destination = {"name": "Q", "type": "aws_sqs", "events": ["*"], "config": config}
    queue_id = api.post("/event-destinations", json=destination).json()["id"]
    api.post("/event-destinations", json={**destination, "type": "rabbitmq"})
    for number in range(3):
        agent = api.post("/agents", json={"name": f"{number}"}).json()["id"]
        other = api.post("/tasks", json={"name": f"{number}", "agent_id": agent}).json()["id"]
        body = {"source_id": connection["source_id"], "auth_method": "none"}
        opened = api.post("/connections", json={**body, "external_id": f"u{number % 2}"}).json()
        advance("10s")
        for task_id in (task["id"], other):
            header = {"Deck-Sim-Scenario": "needs_approval" if number else "success"}
            body = {"connection_id": opened["id"]}
            api.post(f"/tasks/{task_id}/run", json=body, headers=header)
    api.post(f"/connections/{connection['id']}/disconnect")
    sources = [{"id": "src_x", "type": "website", "website": {"url": "https://x.example"}}]
    task = {"id": "task_x", "name": "X", "agent_id": agent, "status": "live"}
    link = {"id": "conn_x", "source_id": "src_x", "auth_method": "none"}
    resources = {"sources": sources, "tasks": [task], "connections": [link]}
    sim.call("POST", "/seed", {"resources": resources})
    advance("20s")
    api.patch(f"/event-destinations/{queue_id}", json={"status": "inactive"})
    api.post("/agents", json={"name": "nobody hears of it"})
    return lambda path: path.replace("{id}", queue_id)


@pytest.fixture
def ask(api, lived):
    def ask(path, *pairs):
        return api.call("GET", lived(path), params=[("limit", 100), *pairs])["data"]

    return ask


def test_the_table_has_every_filter():
    usual = {f"/{kind.path}": kind.filters for kind in KINDS.values() if "list" in kind.verbs}
    assert {path: LISTS[path] for path in usual} == usual


def _value(item, name):
    return item["event_type"] if "event_type" in item and name == "type" else item[name]


@pytest.mark.parametrize("path", LISTS)
def test_a_filter_keeps_what_has_one_of_its_values(ask, path):
    every = ask(path)
    for name in LISTS[path]:
        values = dict.fromkeys(_value(item, name) for item in every)
        few = [value for value in values if value is not None][:2]
        for spelled in ([(name, value) for value in few], [(f"{name}[]", value) for value in few]):
            assert ask(path, *spelled) == [item for item in every if _value(item, name) in few]
            assert ask(path, spelled[0]) == [i for i in every if _value(i, name) == few[0]]
        assert name == "status" or ask(path, (name, "nothing")) == []


@pytest.mark.parametrize("path", LISTS)
def test_moments_exclude_themselves_and_filters_narrow_together(ask, path):
    every = ask(path)
    middle = every[len(every) // 2]
    moment = middle["created_at"]
    after, before = ask(path, ("created_after", moment)), ask(path, ("created_before", moment))
    assert after == [item for item in every if item["created_at"] > moment]
    assert before == [item for item in every if item["created_at"] < moment]
    both = [("created_after", START), ("created_before", moment)]
    assert ask(path, *both) == [item for item in before if item["created_at"] > START]
    pairs = [(n, _value(middle, n)) for n in LISTS[path] if _value(middle, n) is not None]
    narrow = [item for item in every if all(_value(item, n) == v for n, v in pairs)]
    assert ask(path, *pairs, ("created_after", "2025-01-01")) == narrow
    assert middle in narrow
    assert ask(path, *pairs, ("created_before", START)) == []
