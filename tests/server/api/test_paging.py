from itertools import islice

import pytest
from calls import count_calls
from offline import SECOND, OfflineSimulation

from deck_sim.contract.editions import EDITIONS
from deck_sim.engine import commands, deliveries
from deck_sim.runtime.advance import poll
from deck_sim.server.api.paging import poll_all


@pytest.fixture
def agents(api):
    def agents(count):
        ids = [api.post("/agents", json={"name": f"{n}"}).json()["id"] for n in range(count)]
        return ids[::-1]

    return agents


def test_lists_of_an_empty_world_are_empty(sim, api):
    page = {"data": [], "has_more": False, "next_cursor": None}
    for edition in EDITIONS:
        sim.post("/reset", json={"edition": edition})
        for row in EDITIONS[edition].every_operation:
            if row.paged and "{" not in row.path:
                answer = api.get(row.path)
                assert (answer.status_code, answer.json() | page) == (200, answer.json())


def test_a_page_has_twenty_items_newest_first(api, agents):
    ids = agents(21)
    first = api.get("/agents").json()
    assert [item["id"] for item in first["data"]] == ids[:20]
    last = api.get("/agents", params={"cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in last["data"]] == ids[20:]
    assert (last["has_more"], last["next_cursor"]) == (False, None)


def test_a_cursor_of_another_list_is_refused(api, errors, agents, task):
    agents(2)
    cursor = api.get("/agents?limit=1").json()["next_cursor"]
    assert errors("GET", f"/tasks?cursor={cursor}", 400) == [("input_invalid", "cursor")]


def test_unknown_parameters_are_ignored(api):
    queries = ("cursor=", "unknown=1", "a", "&&", "x=1&" * 5000, "status_=x")
    assert {api.get(f"/tasks?{query}").status_code for query in queries} == {200}


def test_pages_lose_and_repeat_nothing(api, agents):
    """New items are not seen, and a page goes on behind an item that was deleted meanwhile."""
    ids, read, cursor = agents(7), [], ""
    while cursor is not None:
        page = api.get("/agents", params={"limit": 2, "cursor": cursor}).json()
        read += [item["id"] for item in page["data"]]
        cursor = page["next_cursor"]
        agents(1)
        api.delete(f"/agents/{read[-1]}")
    assert read == ids


def test_a_page_of_deliveries_costs_a_page():
    """However many there are, also on a clock that reads move."""
    simulation, costs = OfflineSimulation(mode="on_poll"), []
    world = simulation.world
    body = {"name": "q", "type": "aws_sqs", "config": {"queue_url": "q"}, "events": ["*"]}
    queues = [deliveries.create_destination(world, body, "") for _ in range(5)]
    mine = {"event_destination_id": [queues[-1].id]}

    def read_page():
        poll(simulation, poll_all(world))
        return [*islice(world.newest_first("event_delivery", mine), 20)]

    for number in (20, 200):
        for _ in range(number):
            commands.create_resource(world, "agent", {"name": "A", "description": None})
        simulation.advance_by(SECOND)
        costs.append(count_calls(read_page))
    assert len(world.all("event_delivery")) == 220 * 5
    assert costs[1] < 1.2 * costs[0]
