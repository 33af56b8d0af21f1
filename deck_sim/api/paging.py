"""Pages of a list: newest first, with filters, and a cursor that loses and repeats nothing.

The cursor names the last item of the page before. New items come in front of it and cannot shift
what comes behind; deleted ones stay where they were, unseen.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from deck_sim.contract.resources import Kind
from deck_sim.endpoint import Answer, Request
from deck_sim.engine.records import Resource
from deck_sim.errors import ApiError, Problem, listed, nearest, problem
from deck_sim.wire import print_resource, read_moment

DEFAULT_LIMIT, MOST = 20, 100


@dataclass(frozen=True, slots=True)
class _Filters:
    """What a list is asked for: values of fields, statuses, moments."""

    fields: Mapping[str, list[str]]
    statuses: list[str]
    created: Mapping[str, datetime]

    def match(self, item: Resource) -> bool:
        """Whether the list may show an item now."""
        return self.may_match(item) and (not self.statuses or item.status in self.statuses)

    def may_match(self, item: Resource) -> bool:
        """Whether it could, were it in another status."""
        return (
            not item.deleted
            and self._in_time(item.created_at)
            and all(item[name] in values for name, values in self.fields.items())
        )

    def _in_time(self, moment: datetime) -> bool:
        after, before = self.created.get("created_after"), self.created.get("created_before")
        return (after is None or moment > after) and (before is None or moment < before)


def list_resources(request: Request, row: Kind) -> Answer:
    """One page of a kind of resource."""
    world, problems = request.simulation.world, list[Problem]()
    items = world.all(row.object)
    limit, after = _limit(request, problems), _cursor(request, items, problems)
    filters = _filters(request, row, problems)
    if problems:
        raise ApiError(*problems)
    # Whoever lists the completed runs waits for the others, too.
    request.simulation.poll(item for item in items.values() if filters.may_match(item))
    matching = (item for item in _behind(after, items) if filters.match(item))
    page = list(islice(matching, limit + 1))
    more, page = len(page) > limit, page[:limit]
    shown = [print_resource(world, item, includes(request)) for item in page]
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


def _filters(request: Request, row: Kind, problems: list[Problem]) -> _Filters:
    names = [name for name in row.filters if name != "status"]
    fields = {name: values for name in names if (values := request.asked(name))}
    return _Filters(fields, _statuses(request, row, problems), _created(request, problems))


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


def _created(request: Request, problems: list[Problem]) -> dict[str, datetime]:
    moments = dict[str, datetime]()
    for name in ("created_after", "created_before"):
        for text in request.asked(name):
            try:
                moments[name] = read_moment(text, name)
            except ApiError as error:
                problems += error.problems
    return moments
