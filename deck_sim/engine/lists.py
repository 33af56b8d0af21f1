"""The resources of one kind in the order of their creation, for lists with and without filters.

Laws:
1. A list is made when it is first read. Later changes are noted, and the next read applies them. So
   lists that nobody reads cost nothing.
2. Each set of fields that calls filter by has a list, in parts: one for each combination of values.
   A page is found by binary search in these parts, which is quick also in a large world.
3. A deleted resource is in no list, but keeps its place, so the page after it can be found.
"""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from heapq import merge
from itertools import product
from typing import Any, Self

from deck_sim.engine.world_values import Resource

Values = tuple[Any, ...]


class Lists:
    """The lists of one kind of resource: one for each set of filtered fields."""

    def __init__(self, resources: Mapping[str, Resource]) -> None:
        self._resources = resources  # the world's own dict, not a copy
        self.changed: dict[str, None] = dict.fromkeys(resources)  # ids, since the last read
        self._numbers: dict[str, int] = {}  # by id
        self._count = 0  # of the numbers given so far
        # By set of fields: the ids in order, by their values; and the values, by id.
        self._parts: dict[tuple[str, ...], dict[Values, list[str]]] = {}
        self._values: dict[tuple[str, ...], dict[str, Values]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)(deepcopy(self._resources, memo))

    def find(
        self, filters: Mapping[str, Collection[Any]], behind: str | None
    ) -> Iterator[Resource]:
        """Yield the resources that pass the filters, as `World.newest_first` describes."""
        for id_ in self.changed:
            if id_ not in self._numbers:
                self._numbers[id_] = self._count = self._count + 1
            for fields in self._parts:
                self._put(fields, id_)
            if id_ not in self._resources:
                del self._numbers[id_]
        self.changed.clear()
        asked = tuple(filters)
        if asked not in self._parts:
            self._parts[asked], self._values[asked] = {}, {}
            for id_ in self._resources:
                self._put(asked, id_)
        number = self._numbers.__getitem__
        found = []
        for values in product(*filters.values()):
            ids = self._parts[asked].get(values, [])
            end = bisect_left(ids, number(behind), key=number) if behind else len(ids)
            found.append(map(ids.__getitem__, range(end - 1, -1, -1)))
        return map(self._resources.__getitem__, merge(*found, key=number, reverse=True))

    def _put(self, fields: tuple[str, ...], id_: str) -> None:
        parts, known, number = self._parts[fields], self._values[fields], self._numbers.__getitem__
        old, new, resource = known.pop(id_, None), None, self._resources.get(id_)
        if resource is not None and not resource.deleted:
            shown = {"status": resource.status, **resource.fields}
            new = known[id_] = tuple(shown[name] for name in fields)
        if old != new:
            if old is not None:
                del parts[old][bisect_left(parts[old], number(id_), key=number)]
            if new is not None:
                insort(parts.setdefault(new, []), id_, key=number)
