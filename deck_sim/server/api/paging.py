"""Pages of a list: newest first, with filters, and a cursor that loses and repeats nothing.

The cursor names the last item of the page before. New items come in front of it and cannot shift
what comes behind; deleted ones stay where they were, unseen.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Protocol, TypeVar

from deck_sim.base.errors import listed, nearest
from deck_sim.contract.assumptions import rely_on
from deck_sim.contract.error_catalog import ApiError, Problem, problem
from deck_sim.contract.resources import Kind
from deck_sim.engine.records import Resource
from deck_sim.runtime.serialization import print_resource, read_moment
from deck_sim.server.request import Answer, Request

DEFAULT_LIMIT, MOST = 20, 100
_PASSING = ("result",)  # what an item may yet come to match


class Item(Protocol):
    """What can stand in a list."""

    @property
    def id(self) -> str:
        """Its id, which the cursor names."""

    @property
    def created_at(self) -> datetime:
        """What `created_after` and `created_before` are held against."""


Listed = TypeVar("Listed", bound=Item)


@dataclass(frozen=True, slots=True)
class Window:
    """Which page of a list is asked for, and of which time."""

    limit: int
    after: str | None
    created: Mapping[str, datetime]

    @classmethod
    def read(cls, request: Request, items: Mapping[str, Item], problems: list[Problem]) -> "Window":
        """Read what the request says; what is wrong with it is added to `problems`."""
        limit, after = _limit(request, problems), _cursor(request, items, problems)
        return cls(limit, after, _created(request, problems))

    def spans(self, item: Item) -> bool:
        """Whether an item is of the time that is asked for."""
        after, before = self.created.get("created_after"), self.created.get("created_before")
        return (after is None or item.created_at > after) and (
            before is None or item.created_at < before
        )

    def cut(
        self,
        items: Mapping[str, Listed],
        matches: Callable[[Listed], bool],
        show: Callable[[Listed], dict[str, Any]],
    ) -> Answer:
        """The page of those that match; `items` stand oldest first."""
        behind = _behind(self.after, items)
        found = (item for item in behind if self.spans(item) and matches(item))
        page = list(islice(found, self.limit + 1))
        more, page = len(page) > self.limit, page[: self.limit]
        following = _encode(page[-1].id) if more else None
        data = [show(item) for item in page]
        return Answer({"data": data, "has_more": more, "next_cursor": following})


def list_resources(request: Request, row: Kind) -> Answer:
    """One page of a kind of resource."""
    world, problems = request.simulation.world, list[Problem]()
    items = world.all(row.object)
    window = Window.read(request, items, problems)
    statuses = read_statuses(request, row, problems)
    results = list(row.machine.results.values()) if row.machine else []
    _words(request, row, "outcome", results, problems)
    if problems:
        raise ApiError(*problems)
    names = [name for name in row.filters if name != "status"]
    wanted = {
        row.filter_fields.get(name, name): values
        for name in names
        if (values := request.query_values(name))
    }
    lasting = {name: values for name, values in wanted.items() if name not in _PASSING}

    def may_match(item: Resource) -> bool:
        """Whether the list could show an item, were it in another status."""
        return not item.deleted and all(item[name] in values for name, values in lasting.items())

    def matches(item: Resource) -> bool:
        shown = all(item[name] in values for name, values in wanted.items())
        return shown and not item.deleted and (not statuses or item.status in statuses)

    asked = includes(request, row)
    # Whoever lists the completed runs waits for the others, too.
    request.simulation.poll(i for i in items.values() if may_match(i) and window.spans(i))
    return window.cut(items, matches, lambda item: print_resource(request.simulation, item, asked))


def list_items(
    request: Request,
    read: Callable[[], Mapping[str, Listed]],
    matches: Callable[[Listed], bool],
    show: Callable[[Listed], dict[str, Any]],
    problems: list[Problem],
) -> Answer:
    """One page of what the world writes by itself; `read` gives it, oldest first.

    Whoever reads it waits for whatever is not settled in the world.
    """
    window = Window.read(request, read(), problems)
    if problems:
        raise ApiError(*problems)
    resources = request.simulation.world.resources.values()
    request.simulation.poll(item for kind in resources for item in kind.values())
    return window.cut(read(), matches, show)


def includes(request: Request, row: Kind) -> frozenset[str]:
    """What `include=` asks for, in one or several; unknown names are ignored (observed)."""
    asked = {name for value in request.query_values("include") for name in value.split(",")}
    found = asked.intersection(row.includes)
    for name in sorted(found):
        rely_on(f"include={name}")
    return frozenset(found)


def _behind(after: str | None, items: Mapping[str, Listed]) -> Iterator[Listed]:
    newest_first = reversed([*items.values()])
    if after is not None:
        next(item for item in newest_first if item.id == after)
    return newest_first


def _limit(request: Request, problems: list[Problem]) -> int:
    text = (request.query_values("limit") or [str(DEFAULT_LIMIT)])[-1]
    if text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST:
        return int(text)
    message = f"`limit` must be a whole number from 1 to {MOST}, not {text[:40]!r}"
    problems.append(problem("request/input_invalid", message, field="limit"))
    return DEFAULT_LIMIT


def _cursor(request: Request, items: Mapping[str, Item], problems: list[Problem]) -> str | None:
    cursors = request.query_values("cursor")
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


def read_statuses(request: Request, row: Kind, problems: list[Problem]) -> list[str]:
    """The statuses that are asked for; those that the kind does not have go into `problems`."""
    return _words(request, row, "status", row.statuses, problems)


def _words(
    request: Request, row: Kind, name: str, allowed: Sequence[str], problems: list[Problem]
) -> list[str]:
    """The values of a filter that takes only these words."""
    asked = request.query_values(name) if name in row.filters else []
    for word in (word for word in asked if word not in allowed):
        message = (
            f"`{name}` is {word[:40]!r}{nearest(word, allowed)};"
            f" it can be {listed(allowed, last='or')}"
        )
        problems.append(problem("request/input_invalid", message, field=name))
    return asked


def _created(request: Request, problems: list[Problem]) -> dict[str, datetime]:
    moments = dict[str, datetime]()
    for name in ("created_after", "created_before"):
        for text in request.query_values(name):
            try:
                moments[name] = read_moment(text, name)
            except ApiError as error:
                problems += error.problems
    return moments
