"""Every filter of every list: alone, together, without matches, invalid."""

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
WALKS = [(path, name) for path, names in LISTS.items() for name in names]
BAD = {
    "limit": ["0", "101", "-1", "1.5", "", "ten", " 5"],
    "cursor": ["x", "Zm9v", "%FF", "eA=="],
    "created_after": ["", "soon", "2025-13-01", "2025-01-15T25:00:00Z", "12:00"],
    "created_before": ["", "soon", "2025-02-30", "1e9"],
    "status": ["", "Completed", "nothing", "connected,invalid"],
}


@pytest.fixture
def lived(api, sim, advance, task, connection):
    """A world in which each list has several items, of several moments and values."""
    advance("10s")
    destination = {"name": "Q", "type": "aws_sqs", "events": ["*"]}
    made = api.post("/event-destinations", json=destination).json()["id"]
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
    assert sim.post("/seed", json={"resources": resources}).status_code == 200
    advance("20s")
    api.patch(f"/event-destinations/{made}", json={"status": "inactive"})
    api.post("/agents", json={"name": "nobody hears of it"})
    return lambda path: path.replace("{id}", made)


@pytest.fixture
def ask(api, lived):
    """The items of a list, all of them on one page."""

    def ask(path, *pairs):
        answer = api.get(lived(path), params=[("limit", 100), *pairs])
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    return ask


def test_the_table_has_every_filter():
    """Every filter of the contract has a row here."""
    usual = {f"/{kind.path}": kind.filters for kind in KINDS.values() if "list" in kind.verbs}
    assert {path: LISTS[path] for path in usual} == usual


def _value(item, name):
    return item["event_type"] if "event_type" in item and name == "type" else item[name]


@pytest.mark.parametrize(("path", "name"), WALKS)
def test_a_filter_keeps_what_has_one_of_its_values(ask, path, name):
    """Several values, with or without brackets, widen the list; the order stays."""
    every = ask(path)
    values = list(dict.fromkeys(_value(item, name) for item in every))
    few = [value for value in values if value is not None][:2]
    for spelled in ([(name, value) for value in few], [(f"{name}[]", value) for value in few]):
        assert ask(path, *spelled) == [item for item in every if _value(item, name) in few]
        assert ask(path, spelled[0]) == [item for item in every if _value(item, name) == few[0]]


@pytest.mark.parametrize(("path", "name"), [walk for walk in WALKS if walk[1] != "status"])
def test_a_value_that_nothing_has_gives_an_empty_list(ask, path, name):
    """It is not an error."""
    assert ask(path, (name, "nothing")) == []


@pytest.mark.parametrize("path", LISTS)
def test_created_after_and_before_exclude_their_moment(ask, path):
    """`created_after` and `created_before` exclude their own moment."""
    every = ask(path)
    moment = every[len(every) // 2]["created_at"]
    after, before = ask(path, ("created_after", moment)), ask(path, ("created_before", moment))
    assert after == [item for item in every if item["created_at"] > moment]
    assert before == [item for item in every if item["created_at"] < moment]
    both = [("created_after", START), ("created_before", moment)]
    assert ask(path, *both) == [item for item in before if item["created_at"] > START]


@pytest.mark.parametrize("path", LISTS)
def test_filters_narrow_together(ask, path):
    """The filters and moments of one item still find it."""
    every = ask(path)
    found = every[len(every) // 2]
    pairs = [(name, _value(found, name)) for name in LISTS[path]]
    pairs = [(name, value) for name, value in pairs if value is not None]
    pairs += [("created_after", "2025-01-01"), ("created_before", "2026-01-01")]
    assert ask(path, *pairs) == [
        item for item in every if all(_value(item, n) == v for n, v in pairs[:-2])
    ]
    assert found in ask(path, *pairs)
    assert ask(path, *pairs, ("created_before", START)) == []


@pytest.mark.parametrize("path", LISTS)
def test_a_filtered_list_has_pages(api, lived, ask, path):
    """The pages have the same items, each once."""
    pairs = [("created_after", "2025-01-01")]
    seen, cursor = [], ""
    while cursor is not None:
        query = [("limit", 2), ("cursor", cursor), *pairs]
        page = api.get(lived(path), params=query).json()
        seen += page["data"]
        cursor = page["next_cursor"]
    assert seen == ask(path, *pairs)


@pytest.mark.parametrize(
    ("path", "name"),
    [(path, name) for path in LISTS for name in BAD if name != "status" or name in LISTS[path]],
)
def test_an_invalid_value_is_refused_with_its_parameter(api, lived, unchanged, path, name):
    """A 400 `input_invalid`, in every list that has the parameter."""
    with unchanged():
        for value in BAD[name]:
            answer = api.get(lived(path), params=[(name, value)])
            assert answer.status_code == 400, value
            (error,) = answer.json()["errors"]
            assert (error["code"], error["field"]) == ("input_invalid", name)
