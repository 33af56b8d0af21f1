"""Lists of what has happened. They lose their oldest items; other positions stay the same."""

from collections.abc import Iterable
from typing import Any, Self, TypeVar

Item = TypeVar("Item")

_SLACK = 16  # the limit may be exceeded by this part of it: dropping items one by one is slow


class BoundedLog(list[Item]):
    """A list that grows at its end and loses its oldest items.

    The position of an item is the number of all items before it, also of those that were dropped.
    """

    def __init__(self, items: Iterable[Item] = (), dropped: int = 0) -> None:
        super().__init__(items)
        self.dropped = dropped  # how many items it has lost

    @property
    def total(self) -> int:
        """The number of all items, also of those that were dropped."""
        return self.dropped + len(self)

    def at(self, position: int) -> Item | None:
        """The item at a position; None if it was dropped, or is still to come."""
        index = position - self.dropped
        return self[index] if 0 <= index < len(self) else None

    def since(self, position: int, end: int | None = None) -> list[Item]:
        """The items from a position on, as far as they are kept; with `end`, those before it."""
        first = max(position - self.dropped, 0)
        return self[first : None if end is None else max(end - self.dropped, 0)]

    def drop(self, count: int) -> list[Item]:
        """Drop and return the oldest items."""
        oldest = self[:count]
        del self[:count]
        self.dropped += len(oldest)
        return oldest

    def keep(self, most: int) -> list[Item]:
        """Drop and return the oldest items if there are more than `most` and its slack."""
        excess = len(self) - most
        return self.drop(excess) if excess > most // _SLACK else []

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)(self, self.dropped)  # the items are immutable
