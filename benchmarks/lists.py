"""Rows of lists: pages of one with 10,000 tasks, without sockets."""

import asyncio
import json
from functools import cache

from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.mounts import make_app

from .harness import call, many_us, row

CALLS = 200  # in one sample


@cache
def tasks_app(count):
    """An application whose world has so many tasks, half of them of a second agent; and that."""
    return asyncio.run(create_tasks(count))


async def create_tasks(count):
    app = make_app(WorldRegistry())
    agents = [json.loads(await call(app, "POST", "/v2/agents", {"name": "A"}))["id"] for _ in "ab"]
    for number in range(count):
        await call(app, "POST", "/v2/tasks", {"name": "Read", "agent_id": agents[number % 2]})
    return app, agents[1]


async def last_cursor(app, words):
    """The cursor of the last page of 10, found by pages of 100. Each list ends with a full one."""
    cursor = ""
    for limit in (100, 10):
        while True:
            path = f"/v2/tasks?limit={limit}{words}{cursor}"
            page = json.loads(await call(app, "GET", path))
            if not page["has_more"]:
                break
            cursor = f"&cursor={page['next_cursor']}"
    return cursor


def page_row(name, text, *, is_filtered=False, is_last=False):
    def prepare(stack, count):
        loop = stack.enter_context(asyncio.Runner())

        app, agent = tasks_app(count)
        words = f"&agent_id={agent}" * is_filtered
        cursor = loop.run(last_cursor(app, words)) if is_last else ""
        path = f"/v2/tasks?limit=10{words}{cursor}"
        return lambda: {"deck-sim": loop.run(many_us(app, CALLS, "GET", path)) / 1000}

    row(name, text, "ms", 10_000, 200, quiet=5, is_ratio=False, rounds=9)(prepare)


page_row("page-first", "the first page of a list of 10,000 tasks, in process")
page_row("page-last", "the last page", is_last=True)
page_row("page-filtered", "the first page of half of them", is_filtered=True)
page_row("page-last-filtered", "the last page of half of them", is_filtered=True, is_last=True)
