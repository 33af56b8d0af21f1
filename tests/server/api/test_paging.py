"""Pages of lists."""

import random
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


def _walk(api, path, between=lambda: None):
    """Every id of a list, page by page; `between` is called after each page."""
    ids, cursor = [], ""
    while cursor is not None:
        page = api.get(f"{path}&cursor={cursor}").json()
        ids += [item["id"] for item in page["data"]]
        assert page["has_more"] is (page["next_cursor"] is not None)
        cursor = page["next_cursor"]
        between()
    return ids


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
def test_in_an_empty_world_every_list_is_an_empty_page(sim, api, edition, path):
    """Events, too: nothing has happened yet."""
    sim.post("/reset", json={"edition": edition})
    answer = api.get(path)
    page = {"data": [], "has_more": False, "next_cursor": None}
    assert (answer.status_code, answer.json() | page) == (200, answer.json())


def test_a_list_is_newest_first_twenty_at_a_time(api, agents):
    """Without a limit a page has twenty items, and the last says that there is no more."""
    ids = agents(21)
    first = api.get("/agents").json()
    assert [item["id"] for item in first["data"]] == ids[:20]
    last = api.get("/agents", params={"cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in last["data"]] == ids[20:]
    assert (last["has_more"], last["next_cursor"]) == (False, None)


def test_a_page_that_ends_with_the_list_says_so(api, agents):
    """If exactly `limit` items are left, there is no next page."""
    agents(2)
    page = api.get("/agents?limit=2").json()
    assert (len(page["data"]), page["has_more"], page["next_cursor"]) == (2, False, None)


def test_an_empty_list_has_no_next_page(api):
    """An empty list is a page without items."""
    page = api.get("/agents").json()
    assert (page["data"], page["has_more"], page["next_cursor"]) == ([], False, None)


def test_items_of_a_page_have_no_request_id(api, agents):
    """`request_id` stands beside `data`, not in its items."""
    agents(1)
    page = api.get("/agents").json()
    assert page["request_id"].startswith("req_")
    assert "request_id" not in page["data"][0]


@pytest.mark.parametrize("seed", range(5))
def test_pages_lose_and_repeat_nothing_while_others_come_and_go(api, agents, seed):
    """Whatever is there from the first page to the last is seen exactly once."""
    chance = random.Random(seed)
    stay = agents(12)
    go = [agents(1)[0] for _ in range(6)]
    both = stay + go

    def between():
        api.post("/agents", json={"name": "new"})
        if go:
            api.delete(f"/agents/{go.pop(chance.randrange(len(go)))}")

    seen = _walk(api, f"/agents?limit={chance.randint(1, 4)}", between)
    assert len(seen) == len(set(seen))
    assert set(stay) <= set(seen) <= set(both)


_STEPS = st.lists(st.sampled_from(["create", "delete"]) | st.integers(0, 8), max_size=5)


@given(count=st.integers(0, 9), limit=st.integers(1, 4), between=st.lists(_STEPS, max_size=10))
def test_pages_are_the_list_whatever_comes_and_goes_between_them(count, limit, between):
    """What is there from the first page to the last is seen once, in order, and nothing that came
    later is; what goes meanwhile is seen once at most. A step is a create, a delete of the last
    item of the page before, or one of any item.
    """
    simulation = WorldRegistry().make("k")
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
    scope = {"query_string": urlencode({"limit": limit, "cursor": cursor}).encode()}
    request = Request(scope, Headers(), b"", None, simulation, "req_1")
    request.operation = usual("list", simulation.world.kind("agent"))
    return list_resource(request).data


@given(count=st.integers(0, 7), limit=st.integers(1, 8))
def test_pages_of_any_size_hold_the_whole_list(count, limit):
    """However long the list and the pages, the pages are the list, in order."""
    simulation = WorldRegistry().make("k")
    make = partial(simulation.world.create, "agent", {"name": "", "description": None})
    ids = [make().id for _ in range(count)]
    seen, cursor = [], ""
    while cursor is not None:
        page = _page(simulation, limit, cursor)
        seen += [item["id"] for item in page["data"]]
        cursor = page["next_cursor"]
    assert seen == ids[::-1]


def test_a_filter_holds_on_every_page(api, task):
    """A cursor goes on behind its item, filtered as the request says."""
    agent = task["agent_id"]
    for n in range(5):
        other = api.post("/agents", json={"name": "x"}).json()["id"]
        api.post("/tasks", json={"name": f"{n}", "agent_id": agent if n % 2 else other})
    assert len(_walk(api, f"/tasks?limit=1&agent_id={agent}")) == 3


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
def test_a_bad_parameter_is_refused_with_its_name(errors, query, field):
    """A limit, cursor, status or moment that is none is `input_invalid`."""
    assert errors("GET", f"/tasks?{query}", 400) == [("input_invalid", field)]


def test_all_bad_parameters_are_told_at_once(errors):
    """Every bad parameter has its element."""
    found = errors("GET", "/task-runs?limit=x&cursor=x&status=x&status=y&created_after=x", 400)
    fields = [field for _, field in found]
    assert fields == ["limit", "cursor", "created_after", "status", "status"]


def test_a_misspelt_status_is_told_the_nearest(refused):
    """The message names what was found, what was meant and what is allowed."""
    answer = refused("GET", "/tasks?status=learnin", 400)
    assert answer.json()["errors"][0]["message"] == (
        "`status` is 'learnin'; did you mean 'learning'?; it can be `learning`, `test` or `live`"
    )


def test_a_cursor_of_another_list_is_refused(api, errors, agents, task):
    """A cursor is good only for the list that gave it."""
    agents(2)
    cursor = api.get("/agents?limit=1").json()["next_cursor"]
    assert errors("GET", f"/tasks?cursor={cursor}", 400) == [("input_invalid", "cursor")]


@pytest.mark.parametrize("query", ["cursor=", "unknown=1", "a", "&&", "x=1&" * 5000, "status_=x"])
def test_what_is_no_parameter_is_ignored(api, query):
    """An empty cursor and unknown parameters change nothing."""
    assert api.get(f"/tasks?{query}").status_code == 200
