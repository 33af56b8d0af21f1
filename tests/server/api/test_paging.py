"""Pages of lists."""

from functools import partial
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.operations import usual
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.api.resources import list_resource
from deck_sim.server.openapi.document import document
from deck_sim.server.request import Request


@pytest.fixture
def agents(api):
    """Make agents; return their ids, newest first."""

    def agents(count):
        made = [api.post("/agents", json={"name": f"{n}"}).json()["id"] for n in range(count)]
        return made[::-1]

    return agents


@pytest.mark.parametrize(
    ("edition", "path"),
    [
        (name, path)
        for name, edition in EDITIONS.items()
        for path, calls in document(name)["paths"].items()
        if "get" in calls and "{" not in path and path not in ("/test", "/event-types")
    ],
)
def test_lists_of_an_empty_world_are_empty(sim, api, edition, path):
    sim.post("/reset", json={"edition": edition})
    answer = api.get(path)
    page = {"data": [], "has_more": False, "next_cursor": None}
    assert (answer.status_code, answer.json() | page) == (200, answer.json())


def test_a_page_has_twenty_items_newest_first(api, agents):
    """By default a page has twenty items; the last page has no cursor."""
    ids = agents(21)
    first = api.get("/agents").json()
    assert [item["id"] for item in first["data"]] == ids[:20]
    last = api.get("/agents", params={"cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in last["data"]] == ids[20:]
    assert (last["has_more"], last["next_cursor"]) == (False, None)


_STEPS = st.lists(st.sampled_from(["create", "delete"]) | st.integers(0, 8), max_size=5)


@given(count=st.integers(0, 9), limit=st.integers(1, 4), between=st.lists(_STEPS, max_size=10))
def test_pages_lose_and_repeat_nothing(count, limit, between):
    """Items that exist throughout are seen once, in order; new items are not seen; deleted items
    at most once.
    """
    simulation = WorldRegistry().create("k")
    world = simulation.world
    make = partial(world.create, "agent", {"name": "", "description": None})
    first = [make().id for _ in range(count)][::-1]
    seen, gone, cursor, steps = [], set(), "", iter(between)
    while cursor is not None:
        page = _page(simulation, limit, cursor)
        seen += [item["id"] for item in page["data"]]
        cursor = page["next_cursor"]
        for step in next(steps, []):
            if step == "create":
                make()
            elif first:
                victim = seen[-1] if step == "delete" else first[step % count]
                world.delete(world.all("agent")[victim])
                gone.add(victim)
    assert seen == [one for one in first if one in seen]
    assert {*first} - gone <= {*seen}


def _page(simulation, limit, cursor):
    """One page of the agents, without HTTP."""
    query = urlencode({"limit": limit, "cursor": cursor}).encode()
    scope = {"method": "GET", "path": "/v2/agents", "query_string": query}
    request = Request(scope, Headers(), b"", None, simulation, "req_1", None)
    request.operation = usual("list", simulation.world.kind("agent"))
    return list_resource(request).data


BAD = {
    "limit=0": "limit",
    "limit=101": "limit",
    "limit=": "limit",
    "limit=ten": "limit",
    "limit=1.0": "limit",
    "limit=-1": "limit",
    "limit=%2B5": "limit",
    "limit=%D9%A3": "limit",
    "limit=00001": "limit",
    "limit=5&limit=500": "limit",
    "cursor=x": "cursor",
    "cursor=%C3%A9": "cursor",
    "cursor=Zm9v": "cursor",
    "cursor=%FF%00": "cursor",
    "status=done": "status",
    "status[]=": "status",
    "created_after=soon": "created_after",
    "created_before=9999-12-31T23:59:59-05:00": "created_before",
}


@pytest.mark.parametrize(("query", "field"), BAD.items())
def test_an_invalid_parameter_is_refused_with_its_name(errors, query, field):
    assert errors("GET", f"/tasks?{query}", 400) == [("input_invalid", field)]


def test_a_misspelt_status_gets_the_nearest_one(refused):
    answer = refused("GET", "/tasks?status=learnin", 400)
    assert answer.json()["errors"][0]["message"] == (
        "`status` is 'learnin'; did you mean 'learning'?; it can be `learning`, `test` or `live`"
    )


def test_a_cursor_of_another_list_is_refused(api, errors, agents, task):
    agents(2)
    cursor = api.get("/agents?limit=1").json()["next_cursor"]
    assert errors("GET", f"/tasks?cursor={cursor}", 400) == [("input_invalid", "cursor")]


@pytest.mark.parametrize("query", ["cursor=", "unknown=1", "a", "&&", "x=1&" * 5000, "status_=x"])
def test_unknown_parameters_are_ignored(api, query):
    assert api.get(f"/tasks?{query}").status_code == 200
