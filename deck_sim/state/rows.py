"""Converts a world to rows of the database and back, and finds the rows that have changed.

Each row belongs to a part of a world, which is called its table here: a kind of resource, a dict, a
log, the timers, the faults, or all other fields.

Rules:
1. Resources, and the dicts in `_TABLES`, have a row for each key; the logs in `_LOGS` have one for
   each item.
2. Each other field of a simulation and its world has one row, so a new small field needs no change
   here. The fields of `_COUNTS` change with nearly every call, and share one row.
3. A record has changed if it is not the object that was written last. Records that change in place
   are compared with a copy. The timeline names the resources that may have changed, so a save looks
   only at these, and at all records of the tables in `_UNNAMED`.
4. Values that follow from others are not written, nor are the journal, the timeline and former ids.
5. A dict is read in the order of its rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from copy import copy, deepcopy
from dataclasses import fields
from datetime import datetime
from functools import cache
from itertools import starmap
from operator import attrgetter, is_not, ne
from typing import Any

from deck_sim.engine.timers import Due
from deck_sim.engine.world import World
from deck_sim.runtime.moment_text import LAST_MOMENT
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.state.snapshots import KEPT
from deck_sim.state.values import Reader

# The table, a text for the key, and the key with its value; None: the row is deleted.
Row = tuple[str, str, bytes | None]

Copy = Callable[[Any], Any]  # of a record that changes in place
Table = tuple[str, dict[Any, Any], Copy | None]

_FIELD, _TIMERS = "field", "timers"
_TABLES: dict[str, tuple[str, Copy | None]] = {
    "answer": ("stored_answers", None),
    "delivery_log": ("world.delivery_log", list),
    "chosen": ("chosen", None),
    "faults": ("world.injected.by_owner", deepcopy),
    "played": ("world.played", None),
    "screenshots": ("world.screenshots", list),
    "story": ("world.stories", deepcopy),
    _TIMERS: ("world.timers.by_owner", dict),
}
_UNNAMED = (_FIELD, _TIMERS, "answer", "faults", "played", "story")  # not keyed by resource
_LOGS = {"choice": "choices", "event": "world.events", "message": "world.messages"}
_COUNTS = (
    *("world.now", "world.counters", "journal.total", "world.timeline.total"),
    *(f"{log}.total" for log in (*_LOGS.values(), "crashes", "world.script_errors")),
)
_LEFT_OUT = {
    *("world", "journal", "responses", "world.timeline", "world.timers", "world.injected"),
    *("world._resources", "world.users", "world.finished", "world.former_ids"),
}
_EVERY = (*KEPT, "attempting", *(f"world.{row.name}" for row in fields(World)))
_APART = {*_LEFT_OUT, *_COUNTS, *(path for path, _ in _TABLES.values()), *_LOGS.values()}
_FIELDS = tuple(name for name in _EVERY if name not in _APART)

_NEVER = object()  # was written

_read_counts = attrgetter(*_COUNTS)
_read_fields = attrgetter(*_FIELDS)
_get = cache(attrgetter)


class SavedWorld:
    """A world in a state file, with the values that were last written."""

    def __init__(self, simulation: Simulation, id_: int) -> None:
        self.simulation, self.id = simulation, id_
        self._written = defaultdict[str, dict[Any, Any]](dict)  # by table
        self._noted = 0  # the number of the timeline's entries at the last save
        self._ends = dict.fromkeys(_LOGS, (0, 0))  # the numbers of the items that were written

    def changed_rows(self, write: Callable[[Any], bytes], saved_at: datetime) -> Iterator[Row]:
        """Yield the rows that have changed since the last save, and count them as written."""
        timeline = self.simulation.world.timeline
        noted_ids = dict.fromkeys(entry.id for entry in timeline.since(self._noted))
        is_complete, self._noted = timeline.dropped <= self._noted, timeline.total
        for table, records, copy_record in _read_tables(self.simulation, saved_at):
            written, is_changed = self._written[table], ne if copy_record else is_not
            keys = noted_ids if is_complete and table not in _UNNAMED else records
            for key in keys:
                if key in records and is_changed(record := records[key], written.get(key, _NEVER)):
                    written[key] = copy_record(record) if copy_record else record
                    if table == _TIMERS:
                        record = [*map(tuple, record.values())]
                    yield table, _name_of(table, key), write((key, record))
            if len(written) > len(records):
                for key in written.keys() - records.keys():
                    del written[key]
                    yield table, _name_of(table, key), None
        for table, path in _LOGS.items():
            log, (first, end) = _get(path)(self.simulation), self._ends[table]
            for number, item in enumerate(log.since(end), max(end, log.dropped)):
                yield table, f"{number}", write((number, item))
            for number in range(first, min(log.dropped, end)):
                yield table, f"{number}", None
            self._ends[table] = log.dropped, log.total


def _name_of(table: str, key: Any) -> str:
    return key if table in (_FIELD, _TIMERS) else f"{key!r}"


def _read_tables(simulation: Simulation, saved_at: datetime) -> Iterator[Table]:
    for kind, resources in simulation.world._resources.items():
        yield kind, resources, None
    for table, (path, copy_record) in _TABLES.items():
        yield table, _get(path)(simulation), copy_record
    clock = simulation.clock and simulation.clock.read(simulation.world.now, LAST_MOMENT)
    fields_ = dict(zip(_FIELDS, _read_fields(simulation), strict=True))
    fields_["library"] = (*simulation.library.own(),)
    fields_["counts"] = (*map(copy, _read_counts(simulation)), clock and (clock, saved_at))
    yield _FIELD, fields_, _copy_field


def _copy_field(value: Any) -> Any:
    return value if type(value) is tuple else deepcopy(value)


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
    fields_ = {key: value for table, key, value in read if table == _FIELD}
    scenarios, (*counted, clock) = fields_.pop("library"), fields_.pop("counts")
    simulation = make(fields_["settings"])
    world = simulation.world = World(fields_["world.edition"])
    armed = list[Any]()
    for table, key, value in read:
        if table == _TIMERS:
            armed += starmap(Due, value)
        elif table in _LOGS:
            _get(_LOGS[table])(simulation).append(value)
        elif table in _TABLES:
            _get(_TABLES[table][0])(simulation)[key] = value
        elif table != _FIELD:  # an unknown kind raises KeyError
            world._resources[world.kind(table).object][key] = value
    for name, value in (*fields_.items(), *zip(_COUNTS, counted, strict=True)):
        parent, _, last = name.rpartition(".")
        setattr(_get(parent)(simulation) if parent else simulation, last, value)
    for scenario in scenarios:
        simulation.library.add(scenario)
    world.index()
    world.timers.restore(armed)
    saved = SavedWorld(simulation, id_)
    assert [*saved.changed_rows(lambda value: b"", LAST_MOMENT)]  # they are in the file
    world.outbox[:0] = simulation.attempting  # whose results are unknown
    simulation.attempting = []
    simulation.set_clock(simulation.mode, simulation.speed, simulation.poll_step)
    simulation.resumed = simulation.record_count, simulation.journal.total
    return saved, clock
