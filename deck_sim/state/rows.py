"""Converts a world to rows of the database and back, and finds the rows that must be written again.

Each row belongs to a part of a world, which is called its table here: a kind of resource, a dict, a
log, the timers, the faults, or all other fields.

Rules:
1. Resources, and the dicts in `_TABLES`, have a row for each key; the logs in `_LOGS` have one for
   each item; timers have one for each owner. Changed keys and owners are noted in `world.changed`,
   `timers.changed` and `injected.changed`.
2. Each other field of a simulation and its world has one row, which is written if the field has
   changed. So a new small field needs no change here. The fields of `_COUNTS` change with nearly
   every call, and share one row.
3. Values that follow from others are not written, nor are the journal, the timeline and former ids.
4. A dict is read in the order of its rows.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import fields
from datetime import datetime
from functools import cache
from itertools import starmap
from operator import attrgetter
from typing import Any

from deck_sim.engine.timers import Due
from deck_sim.engine.world import World
from deck_sim.runtime.moment_text import LAST_MOMENT
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.model import Scenario
from deck_sim.state.snapshots import KEPT
from deck_sim.state.values import Reader, Writer

# The table, a text for the key, and the key with its value; None: the row is deleted.
Row = tuple[str, str, bytes | None]

FIELD = "field"
_TABLES = {
    "answer": "stored_answers",
    "delivery_log": "world.delivery_log",
    "chosen": "chosen",
    "faults": "world.injected.by_owner",
    "played": "world.played",
    "screenshots": "world.screenshots",
    "story": "world.stories",
}
_TIMERS = "timers"  # of one owner
_LOGS = {"choice": "choices", "event": "world.events", "message": "world.messages"}
_COUNTS = (
    *("world.now", "world.counters", "journal.total", "world.timeline.total"),
    *(f"{log}.total" for log in (*_LOGS.values(), "crashes", "world.script_errors")),
)
_LEFT_OUT = {
    *("world", "journal", "responses", "world.timeline", "world.timers", "world.injected"),
    *("world._resources", "world.users", "world.finished", "world.changed"),
    "world.former_ids",
}
_EVERY = (*KEPT, "attempting", *(f"world.{row.name}" for row in fields(World)))
_APART = {*_LEFT_OUT, *_COUNTS, *_TABLES.values(), *_LOGS.values()}
_FIELDS = tuple(name for name in _EVERY if name not in _APART)

_read_counts = attrgetter(*_COUNTS)
_read_fields = attrgetter(*_FIELDS)
_get = cache(attrgetter)


class SavedWorld:
    """A world in a state file, with the values that were last written."""

    def __init__(self, simulation: Simulation, id_: int) -> None:
        self.simulation, self.id = simulation, id_
        self._fields: list[Any] = [object() for _ in _FIELDS]  # as they were written
        self._library = list[Scenario]()
        self._counts = b""
        self._ends = dict.fromkeys(_LOGS, (0, 0))  # the numbers of the items that were written

    def all_rows(self, writer: Writer, saved_at: datetime) -> Iterator[Row]:
        world = self.simulation.world
        for table in (*world._resources, *_TABLES):
            world.changed[table] |= dict.fromkeys(_table(self.simulation, table))
        for owner in {due.owner: None for due in world.timers.upcoming()}:
            world.timers.changed[owner] = None
        return self.changed_rows(writer, saved_at)

    def changed_rows(self, writer: Writer, saved_at: datetime) -> Iterator[Row]:
        """Yield the rows that have changed since the last save."""
        simulation, world = self.simulation, self.simulation.world
        for table, keys in (*world.changed.items(), ("faults", world.injected.changed)):
            found = _table(simulation, table)
            for key in keys:
                value = writer.write((key, found[key])) if key in found else None
                yield table, f"{key!r}", value
        for owner in world.timers.changed:
            armed = [*map(tuple, world.timers.of(owner))]
            yield _TIMERS, owner, writer.write((owner, armed)) if armed else None
        for table, path in _LOGS.items():
            log, (first, end) = _get(path)(simulation), self._ends[table]
            for number, item in enumerate(log.since(end), max(end, log.dropped)):
                yield table, f"{number}", writer.write((number, item))
            for number in range(first, min(log.dropped, end)):
                yield table, f"{number}", None
            self._ends[table] = log.dropped, log.total
        now = [*_read_fields(simulation)]
        if now != self._fields:
            for index, value in enumerate(now):
                if value != self._fields[index]:
                    yield FIELD, _FIELDS[index], writer.write((_FIELDS[index], value))
                    self._fields[index] = deepcopy(value)
        if (own := [*simulation.library.own()]) != self._library or not self._counts:
            yield FIELD, "library", writer.write(("library", own))
            self._library = own
        clock = None
        if simulation.clock is not None:
            clock = [simulation.clock.read(world.now, LAST_MOMENT), saved_at]
        counts = writer.write(("counts", [*_read_counts(simulation), clock]))
        if counts != self._counts:
            yield FIELD, "counts", counts
            self._counts = counts


def load_world(
    make: Callable[[Settings], Simulation],
    reader: Reader,
    rows: list[tuple[str, bytes]],
    id_: int,
) -> tuple[SavedWorld, list[datetime] | None]:
    """Make a world from rows, each with a table and the bytes of a key and value. If the world has
    a `real` clock, also return the clock's time and the real time of the save; otherwise None.
    """
    read = [(table, *reader.read(data)) for table, data in rows]
    fields_ = {key: value for table, key, value in read if table == FIELD}
    own, (*counted, clock) = fields_.pop("library"), fields_.pop("counts")
    simulation = make(fields_["settings"])
    world = simulation.world = World(fields_["world.edition"])
    restored = SavedWorld(simulation, id_)
    armed = list[Any]()
    for table, key, value in read:
        if table == _TIMERS:
            armed += starmap(Due, value)
        elif table in _LOGS:
            _get(_LOGS[table])(simulation).append(value)
        elif table != FIELD:
            _table(simulation, table)[key] = value
    for name, value in (*fields_.items(), *zip(_COUNTS, counted, strict=True)):
        parent, _, last = name.rpartition(".")
        setattr(_get(parent)(simulation) if parent else simulation, last, value)
    restored._fields = [*map(deepcopy, _read_fields(simulation))]
    restored._library = own
    for scenario in own:
        simulation.library.add(scenario)
    world.index()
    world.timers.restore(armed)
    world.outbox[:0] = simulation.attempting  # whose results are unknown
    simulation.attempting = []
    simulation.set_clock(simulation.mode, simulation.speed, simulation.step)
    simulation.resumed = simulation.record_count, simulation.journal.total
    for table, path in _LOGS.items():
        restored._ends[table] = _get(path)(simulation).dropped, _get(path)(simulation).total
    world.mark_saved()
    return restored, clock


def _table(simulation: Simulation, table: str) -> dict[Any, Any]:
    if table in _TABLES:
        found: dict[Any, Any] = _get(_TABLES[table])(simulation)
        return found
    simulation.world.kind(table)  # raises KeyError for an unknown table
    resources: dict[str, dict[Any, Any]] = _get("world._resources")(simulation)
    return resources[table]
