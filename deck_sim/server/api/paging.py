"""Lists with filters and pages. The newest items come first, except in lists of screenshots.

The cursor names the last item of the previous page. New items do not come between that item and
the next, and a deleted item keeps its place, so no page repeats or loses an item.
"""

import base64
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from deck_sim.base.errors import listed, nearest
from deck_sim.contract.error_catalog import ApiError, Problem, problem, raise_problems
from deck_sim.contract.kinds import Kind
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Listed, Resource
from deck_sim.runtime.advance import poll
from deck_sim.runtime.moment_text import read_moment
from deck_sim.server.request import Answer, Request

DEFAULT_LIMIT, MAX_LIMIT = 20, 100


def list_items(
    request: Request,
    find: Callable[[str | None], Iterator[Listed]],
    show: Callable[[Listed], dict[str, Any]],
    *,
    polled: Iterable[Resource] | None = None,
) -> Answer:
    """Show one page of the items that match the request.

    `find(id)` returns the items behind the one with this id, or all for None; it raises LookupError
    if no item has the id. An `on_poll` clock moves as if the client had read `polled`, by default
    the resources on the page.
    """
    limit, cursor, created = _read_page(request, find)
    after, before = created.get("created_after"), created.get("created_before")

    def read() -> Iterator[Listed]:
        for item in find(cursor):
            is_later = after is None or item.created_at > after
            if is_later and (before is None or item.created_at < before):
                yield item

    first_page = (item for item in islice(read(), limit) if isinstance(item, Resource))
    poll(request.simulation, first_page if polled is None else polled)
    page = [*islice(read(), limit + 1)]
    has_more, page = len(page) > limit, page[:limit]
    next_cursor = base64.urlsafe_b64encode(page[-1].id.encode()).decode() if has_more else None
    return Answer({"data": [*map(show, page)], "has_more": has_more, "next_cursor": next_cursor})


def poll_all(world: World) -> Iterator[Resource]:
    """Yield all resources that may be unfinished; a read of events or deliveries polls them, as any
    may emit one. A world has many deliveries, and few of them are pending.
    """
    deliveries = world.all("event_delivery")
    pending = [*world.timers.by_owner, *world.outbox]
    yield from (deliveries[owner] for owner in pending if owner in deliveries)
    for row in world.contract.kinds.values():
        if row.machine and row.object != "event_delivery":
            yield from world.all(row.object).values()


def read_includes(request: Request, kind: Kind) -> frozenset[str]:
    """Return the names in all `include=` of the query. Unknown names are ignored (observed)."""
    names = {name for value in request.query_values("include") for name in value.split(",")}
    return frozenset(names.intersection(kind.includes))


def read_filters(request: Request, kind: Kind) -> dict[str, list[str]]:
    """Return the values of the query's filters, by attribute; `list_items` checks them."""
    values = {
        kind.filter_fields.get(name, name): request.query_values(name) for name in kind.filters
    }
    return {name: words for name, words in values.items() if words}


def _read_page(
    request: Request, find: Callable[[str], object]
) -> tuple[int, str | None, dict[str, datetime]]:
    """Return the query's limit, the id in its cursor or None, and its bounds of creation times.
    Raises ApiError with the problems of these and of the filters.
    """
    refused, moments, after = list[Problem](), dict[str, datetime](), None
    limit = (request.query_values("limit") or [f"{DEFAULT_LIMIT}"])[-1]
    cursor = (request.query_values("cursor") or [""])[-1]
    if limit not in map(str, range(1, MAX_LIMIT + 1)):
        message = f"`limit` must be a whole number from 1 to {MAX_LIMIT}, not {limit[:40]!r}"
        refused.append(problem("request/input_invalid", message, field="limit"))
    if cursor:
        try:
            after = base64.urlsafe_b64decode(cursor.encode()).decode()
            find(after)
        except (ValueError, LookupError):
            message = "`cursor` must be a `next_cursor` of this list; omit it for the first page"
            refused.append(problem("request/input_invalid", message, field="cursor"))
    for name in ("created_after", "created_before"):
        for text in request.query_values(name):
            try:
                moments[name] = read_moment(text, name)
            except ApiError as error:
                refused += error.problems
    kind = request.world.contract.kinds.get(request.operation.kind)
    for name in request.operation.filters:
        allowed = kind.filter_words(name) if kind else ()
        for word in request.query_values(name) if allowed else ():
            if word not in allowed:
                message = f"`{name}` is {word[:40]!r}; it can be {listed(allowed, last='or')}"
                message += nearest(word, allowed)
                refused.append(problem("request/input_invalid", message, field=name))
    raise_problems(refused)
    return int(limit), after, moments
