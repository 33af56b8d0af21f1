"""Lists of what has happened. They lose their oldest items; other positions stay the same."""

from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Any, Self, TypeVar

Item = TypeVar("Item")


class RecentLog(deque[Item]):
    """The last items of a list that grows at its end, at most `most`.

    The position of an item is the number of all items before it, also of those that were dropped.
    """

    def __init__(self, most: int, items: Iterable[Item] = (), dropped: int = 0) -> None:
        super().__init__(maxlen=most)
        self.total = dropped  # the number of all items, also of those that were dropped
        for item in items:
            self.append(item)

    def append(self, item: Item) -> None:
        """Add an item. If there are too many, the oldest is dropped."""
        super().append(item)
        self.total += 1

    @property
    def dropped(self) -> int:
        """How many items were dropped."""
        return self.total - len(self)

    def since(self, position: int, end: int | None = None) -> list[Item]:
        """The items from a position on, as far as they are kept; with `end`, those before it."""
        after = 0 if end is None else max(self.total - end, 0)
        return [*islice(reversed(self), after, max(self.total - position, 0))][::-1]

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        assert self.maxlen is not None, "it is bounded"
        copied = type(self)(self.maxlen)
        copied.extend(self)  # the items are immutable
        copied.total = self.total
        return copied
