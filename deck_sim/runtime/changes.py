"""Tells streams that a world has changed. Only the dispatcher announces changes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Listener:
    """Waits for changes of the world of one key."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: bool = False  # nobody reads any more, or the server stops

    def end(self) -> None:
        """End its wait for good."""
        self.is_over = True
        self.changed.set()


@dataclass
class Changes:
    """The listeners to the worlds of one server, by key: a world may be replaced."""

    _listeners: dict[str, set[Listener]] = field(default_factory=dict)

    @contextmanager
    def listen(self, key: str) -> Iterator[Listener]:
        """Make a listener that hears of changes until the end of the block."""
        listener = Listener()
        listeners = self._listeners.setdefault(key, set())
        listeners.add(listener)
        try:
            yield listener
        finally:
            listeners.discard(listener)
            if not listeners:
                self._listeners.pop(key, None)

    def has_listeners(self, key: str) -> bool:
        """Whether somebody listens to the world of a key."""
        return bool(self._listeners.get(key))

    def announce(self, key: str) -> None:
        """Tell the listeners that the world of a key has changed, or was replaced."""
        for listener in self._listeners.get(key, ()):
            listener.changed.set()

    def close(self) -> None:
        """End the waits of all listeners."""
        for listener in [one for listeners in self._listeners.values() for one in listeners]:
            listener.end()
