"""Converts a world to rows of the database and back, and finds the rows that have changed.

Each row belongs to a part of a world, which is called its table here: a kind of resource, a dict, a
log, the timers, the faults, the counts, or all other fields. Numbers of rows keep a dict's order.

Rules:
1. Resources, and the dicts in `_TABLES`, have a row for each key; the logs in `_LOGS` have one for
   each item.
2. Each other field of a simulation and its world has one row, so a new small field needs no change
   here. The fields of `_COUNTS` change with nearly every call, and share one row.
3. A record has changed if it is not the object that was written last. Records that change in place
   are compared with a copy; first all of a table at once, which is faster. The timeline names the
   resources that may have changed, so a save looks only at these, and at all records of the tables
   in `_UNNAMED`.
4. Values that follow from others are not written, nor are the journal, the timeline and former ids.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from operator import attrgetter, is_not, ne
from typing import Any

from deck_sim.engine.world import World
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.state.snapshots import KEPT
from deck_sim.state.values import Reader

Row = tuple[int, str, bytes]  # the number, the table, and the key with its value; b"" deletes it
Make = Callable[[Settings], Simulation]
Copy = Callable[[Any], Any]  # of a record that changes in place
_FIELD, _COUNT = "field", "count"
_TABLES: dict[str, tuple[str, Copy | None]] = {
    "answer": ("stored_answers", None),
    "delivery_log": ("world.delivery_log", list),
    "chosen": ("chosen", None),
    "faults": ("world.injected.by_owner", deepcopy),
    "played": ("world.played", None),
    "screenshots": ("world.screenshots", list),
    "story": ("world.stories", deepcopy),
    "timers": ("world.timers.by_owner", dict),
}
# Not keyed by resource.
_UNNAMED = (_FIELD, _COUNT, "answer", "faults", "played", "story", "timers")
_LOGS = {"choice": "choices", "event": "world.events", "message": "world.messages"}
_COUNTS = (
    *("world.counters", "world.now", "journal.total", "world.timeline.total"),
    *(f"{log}.total" for log in (*_LOGS.values(), "crashes", "world.script_errors")),
)
_LEFT_OUT = {
    *("world", "journal", "responses", "world.timeline", "world.timers", "world.injected"),
    *("world._resources", "world.users", "world.finished", "world.former_ids"),
}
_APART = {*_LEFT_OUT, *_COUNTS, *(path for path, _ in _TABLES.values()), *_LOGS.values()}
_EVERY = (*KEPT, "attempting", *(f"world.{row.name}" for row in fields(World)))
_FIELDS = tuple(name for name in _EVERY if name not in _APART)

_NEVER = object()  # the value of a record that was never written

_read_counts = attrgetter(*_COUNTS)
_read_fields = attrgetter(*_FIELDS)
_get = cache(attrgetter)


class SavedWorld:
    """A world in a state file, with the values that were last written."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        # The numbers and values of rows, by table and key; the numbers of those of logs.
        self._numbers = defaultdict[str, dict[Any, int]](dict)
        self._values = defaultdict[str, dict[Any, Any]](dict)
        self._log_numbers = defaultdict[str, deque[int]](deque)
        self._next_numbers = count(1)
        self._log_ends = dict.fromkeys(_LOGS, 0)  # how many items there were at the last save
        self._noted = 0  # the number of the timeline's entries then

    def changed_rows(self, write: Callable[[Any], bytes], saved_at: datetime) -> Iterator[Row]:
        """Yield the rows that have changed since the last save, and count them as written."""
        timeline = self.simulation.world.timeline
        noted_ids = dict.fromkeys(entry.id for entry in timeline.since(self._noted))
        is_complete, self._noted = timeline.dropped <= self._noted, timeline.total
        for table, records, copy_record in _read_tables(self.simulation, saved_at):
            numbers, values = self._numbers[table], self._values[table]
            if copy_record and records == values:
                continue
            is_changed = ne if copy_record else is_not
            is_named = is_complete and table not in _UNNAMED
            for key in filter(records.__contains__, noted_ids) if is_named else records:
                if is_changed(record := records[key], values.get(key, _NEVER)):
                    number = numbers.get(key) or next(self._next_numbers)
                    numbers[key] = number
                    values[key] = copy_record(record) if copy_record else record
                    yield number, table, write((key, record))
            if len(numbers) > len(records):
                for key in numbers.keys() - records.keys():
                    values.pop(key)
                    yield numbers.pop(key), table, b""
        for table, path in _LOGS.items():
            log, log_numbers = _get(path)(self.simulation), self._log_numbers[table]
            if log.total == self._log_ends[table]:
                continue
            for item in log.since(self._log_ends[table]):
                log_numbers.append(next(self._next_numbers))
                yield log_numbers[-1], table, write((None, item))
            while len(log_numbers) > len(log):
                yield log_numbers.popleft(), table, b""
            self._log_ends[table] = log.total


def _read_tables(
    simulation: Simulation, saved_at: datetime
) -> Iterator[tuple[str, dict[Any, Any], Copy | None]]:
    for kind, resources in simulation.world._resources.items():
        yield kind, resources, None
    for table, (path, copy_record) in _TABLES.items():
        yield table, _get(path)(simulation), copy_record
    fields_ = dict(zip(_FIELDS, _read_fields(simulation), strict=True))
    fields_["library"] = (*simulation.library.own(),)
    # A tuple holds nothing that changes in place.
    yield _FIELD, fields_, lambda value: value if type(value) is tuple else deepcopy(value)
    clock = simulation.clock and simulation.clock.read(simulation.world.now)
    counters, *counts = _read_counts(simulation)
    yield _COUNT, {"all": ({**counters}, *counts, clock and (clock, saved_at))}, tuple


def load_world(make: Make, reader: Reader, rows: list[Row], loaded_at: datetime) -> SavedWorld:
    """Make a world from all its rows."""
    read = [(number, table, *reader.read(data)) for number, table, data in rows]
    fields_ = {key: value for _, table, key, value in read if table in (_FIELD, _COUNT)}
    scenarios, (*totals, clock) = fields_.pop("library"), fields_.pop("all")
    simulation = make(fields_["settings"])
    world = simulation.world = World(fields_["world.edition"])
    saved = SavedWorld(simulation)
    for number, table, key, value in read:
        if table in _LOGS:
            _get(_LOGS[table])(simulation).append(value)
            saved._log_numbers[table].append(number)
            continue
        saved._numbers[table][key], saved._values[table][key] = number, None
        if table in _TABLES:
            _get(_TABLES[table][0])(simulation)[key] = value
        elif table not in (_FIELD, _COUNT):  # an unknown kind raises KeyError
            world._resources[world.kind(table).object][key] = value
    for name, value in (*fields_.items(), *zip(_COUNTS, totals, strict=True)):
        parent, _, last = name.rpartition(".")
        setattr(_get(parent)(simulation) if parent else simulation, last, value)
    for scenario in scenarios:
        simulation.library.add(scenario)
    world.index()
    world.timers.index()
    saved._log_ends = {table: _get(path)(simulation).total for table, path in _LOGS.items()}
    saved._next_numbers = count(read[-1][0] + 1)
    assert [*saved.changed_rows(lambda value: b"", loaded_at)]  # they are in the file
    world.outbox[:0] = simulation.attempting  # whose results are unknown
    simulation.attempting = []
    simulation.set_clock(simulation.mode, simulation.speed, simulation.poll_step)
    if clock and simulation.clock:
        showed, saved_at = clock
        simulation.clock.resume(showed, max(loaded_at - saved_at, timedelta()))
    simulation.resumed = simulation.record_count, simulation.journal.total
    return saved
