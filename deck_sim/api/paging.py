"""Pages of a list: newest first, with filters, and a cursor that loses and repeats nothing.

The cursor names the last item of the page before. New items come in front of it and cannot shift
what comes behind; deleted ones stay where they were, unseen.
"""

import base64
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from deck_sim.contract.resources import Kind
from deck_sim.endpoint import Answer, Request
from deck_sim.engine.records import Resource
from deck_sim.errors import ApiError, Problem, listed, nearest, problem
from deck_sim.wire import print_resource, read_moment

DEFAULT_LIMIT, MOST = 20, 100


def list_resources(request: Request, row: Kind) -> Answer:
    """One page of a kind of resource."""
    world = request.simulation.world
    problems: list[Problem] = []
    limit = _limit(request, problems)
    after = _cursor(request, world.all(row.object), problems)
    statuses = _statuses(request, row, problems)
    created = _created(request, problems)
    if problems:
        raise ApiError(*problems)
    wanted = {name: values for name in row.filters if (values := request.asked(name))}
    wanted.update({"status": statuses} if statuses else {})
    matching = (
        item
        for item in _behind(after, world.all(row.object))
        if _matches(item, wanted, created) and not item.deleted
    )
    page = list(islice(matching, limit + 1))
    more, page = len(page) > limit, page[:limit]
    request.simulation.poll(*page)
    shown = [
        print_resource(world, world.all(row.object)[item.id], includes(request)) for item in page
    ]
    following = _encode(page[-1].id) if more else None
    return Answer({"data": shown, "has_more": more, "next_cursor": following})


def includes(request: Request) -> frozenset[str]:
    """What `include=` asks for, in one or several; unknown names are ignored (observed)."""
    return frozenset(name for value in request.asked("include") for name in value.split(","))


def _behind(after: str | None, items: dict[str, Resource]) -> Iterator[Resource]:
    newest_first = iter(reversed(items.values()))
    if after is not None:
        next(item for item in newest_first if item.id == after)
    return newest_first


def _matches(item: Resource, wanted: dict[str, list[str]], created: dict[str, datetime]) -> bool:
    if "created_after" in created and item.created_at <= created["created_after"]:
        return False
    if "created_before" in created and item.created_at >= created["created_before"]:
        return False
    return all(
        (item.status if name == "status" else item.fields.get(name)) in values
        for name, values in wanted.items()
    )


def _limit(request: Request, problems: list[Problem]) -> int:
    text = (request.asked("limit") or [str(DEFAULT_LIMIT)])[-1]
    if text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST:
        return int(text)
    message = f"`limit` must be a whole number from 1 to {MOST}, not {text[:40]!r}"
    problems.append(problem("request/input_invalid", message, field="limit"))
    return DEFAULT_LIMIT


def _cursor(request: Request, items: dict[str, Resource], problems: list[Problem]) -> str | None:
    cursors = request.asked("cursor")
    if not cursors or not cursors[-1]:
        return None
    try:
        after = base64.urlsafe_b64decode(cursors[-1].encode()).decode()
    except ValueError:
        after = ""
    if after not in items:
        message = "`cursor` must be a `next_cursor` that this list gave"
        problems.append(problem("request/input_invalid", message, field="cursor"))
    return after


def _encode(resource_id: str) -> str:
    return base64.urlsafe_b64encode(resource_id.encode()).decode()


def _statuses(request: Request, row: Kind, problems: list[Problem]) -> list[str]:
    asked = request.asked("status") if "status" in row.filters else []
    for status in asked:
        if status not in row.statuses:
            message = (
                f"`status` is {status[:40]!r}{nearest(status, row.statuses)};"
                f" it can be {listed(row.statuses, last='or')}"
            )
            problems.append(problem("request/input_invalid", message, field="status"))
    return asked


def _created(request: Request, problems: list[Problem]) -> dict[str, Any]:
    moments = {}
    for name in ("created_after", "created_before"):
        for text in request.asked(name):
            try:
                moments[name] = read_moment(text, name)
            except ApiError as error:
                problems += error.problems
    return moments
