"""A world as rows of a table: which have to be written again, and the world that rows describe.

Rules:
1. `_TABLES` has the dicts that are a row for each key, `_LOGS` the logs that are a row for each
   item. Functions that change a dict note the key in `world.changed`.
2. Other fields of a simulation and its world are one row each. They are written if they differ; so
   a new small field needs no change here.
3. What follows from the rest is not written, and neither are calls and entries: `_LEFT_OUT`.
4. The order of dicts is that of their rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any

from deck_sim.engine.recent_log import RecentLog
from deck_sim.engine.world import World
from deck_sim.runtime.clock_modes import RealClock
from deck_sim.runtime.moments import LAST_MOMENT
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.snapshot import KEPT
from deck_sim.runtime.timeline import count_records
from deck_sim.state.values import Reader, Writer

Row = tuple[str, str, str | None]  # the table, the key, and the value; None: it is to be deleted

FIELD = "field"
_TABLES = {
    "answer": "stored_answers",
    "attempts": "world.attempts",
    "chosen": "chosen",
    "faults": "world.injected.by_owner",
    "played": "world.played",
    "screenshots": "world.screenshots",
    "story": "world.stories",
}
_TIMERS = "timers"  # of one owner
_LOGS = {"choice": "choices", "event": "world.events", "message": "world.messages"}
_COUNTED = ("journal", "world.timeline", *_LOGS.values())
_LEFT_OUT = {
    *("world", "journal", "responses", "world.timeline", "world.timers", "world.injected"),
    *("world._resources", "world.members", "world.users", "world.finished", "world.changed"),
}
_EVERY = (*KEPT, "attempting", *(f"world.{row.name}" for row in fields(World)))
_NOT_COMPARED = {*_LEFT_OUT, *_TABLES.values(), *_LOGS.values()}
_COMPARED = (
    *(name for name in _EVERY if name not in _NOT_COMPARED),
    *(f"{log}.total" for log in _COUNTED),
)
_NEW = object(), ""  # differs from every value

_get = cache(attrgetter)


class SavedWorld:
    """A world in the file."""

    def __init__(self, simulation: Simulation, id_: int) -> None:
        self.simulation, self.id = simulation, id_
        self._fields = dict[str, tuple[Any, str]]()  # values, and as they were written
        self._ends = dict.fromkeys(_LOGS, (0, 0))  # the numbers of the items that were written

    def all_rows(self, writer: Writer, saved_at: str) -> Iterator[Row]:
        """Every row of the world."""
        world = self.simulation.world
        for table in (*world.resources, *_TABLES):
            for key in _table(self.simulation, table):
                world.changed[table, key] = None
        for owner in {due.owner: None for due in world.timers.upcoming()}:
            world.timers.changed[owner] = None
        return self.changed_rows(writer, saved_at)

    def changed_rows(self, writer: Writer, saved_at: str) -> Iterator[Row]:
        """The rows that have changed since the last call."""
        simulation, world = self.simulation, self.simulation.world
        for table, key in (*world.changed, *(("faults", one) for one in world.injected.changed)):
            found = _table(simulation, table)
            value = writer.text(found[key]) if key in found else None
            yield table, writer.text(key), value
        for owner in world.timers.changed:
            armed = world.timers.numbered(owner)
            yield _TIMERS, writer.text(owner), writer.text(armed) if armed else None
        for table, path in _LOGS.items():
            yield from self._log_rows(table, _get(path)(simulation), writer)
        for name in _COMPARED:
            value, (before, text_before) = _get(name)(simulation), self._fields.get(name, _NEW)
            changes_in_place = type(value).__hash__ is None
            if changes_in_place or value is not before:
                text = writer.text(value)
                if text != text_before:
                    yield FIELD, writer.text(name), text
                self._fields[name] = value, text
        own = writer.text(simulation.library.own())
        if own != self._fields.get("library", _NEW)[1]:
            yield FIELD, '"library"', own
            self._fields["library"] = None, own
        if isinstance(simulation.clock, RealClock):
            moment = simulation.clock.read(world.now, LAST_MOMENT).isoformat()
            yield FIELD, '"clock"', writer.text([moment, saved_at])

    def _log_rows(self, table: str, log: RecentLog[Any], writer: Writer) -> Iterator[Row]:
        first, end = self._ends[table]
        for number, item in enumerate(log.since(end), max(end, log.dropped)):
            yield table, f"{number}", writer.text(item)
        for number in range(first, min(log.dropped, end)):
            yield table, f"{number}", None
        self._ends[table] = log.dropped, log.total


def restore_world(
    make: Callable[[Settings], Simulation],
    reader: Reader,
    rows: list[tuple[str, str, str]],
    id_: int,
) -> tuple[SavedWorld, list[str] | None]:
    """Make the world that rows describe; with it returns what its clock showed, and when."""
    values = {reader.value(key): text for table, key, text in rows if table == FIELD}
    own, clock = reader.value(values.pop("library")), values.pop("clock", "null")
    compared = {name: (reader.value(text), text) for name, text in values.items()}
    simulation = make(compared["settings"][0])
    world = simulation.world = World(compared["world.edition"][0])
    restored = SavedWorld(simulation, id_)
    armed = list[Any]()
    for table, key, text in rows:
        if table == _TIMERS:
            armed += map(tuple, reader.value(text))
        elif table in _LOGS:
            _get(_LOGS[table])(simulation).append(reader.value(text))
        elif table != FIELD:
            _table(simulation, table)[reader.value(key)] = reader.value(text)
    for name, (value, _) in compared.items():
        parent, _, last = name.rpartition(".")
        setattr(_get(parent)(simulation) if parent else simulation, last, value)
    for scenario in own:
        simulation.library.add(scenario)
    world.index()
    world.timers.restore(armed)
    world.outbox[:0] = simulation.attempting  # nobody knows how they went
    simulation.attempting = []
    simulation.set_clock(simulation.mode, simulation.speed, simulation.step)
    simulation.resumed = count_records(simulation), simulation.journal.total
    restored._fields = compared
    for table, path in _LOGS.items():
        restored._ends[table] = _get(path)(simulation).dropped, _get(path)(simulation).total
    world.mark_saved()
    return restored, reader.value(clock)


def _table(simulation: Simulation, table: str) -> dict[Any, Any]:
    if table in _TABLES:
        found: dict[Any, Any] = _get(_TABLES[table])(simulation)
        return found
    resources: dict[str, dict[Any, Any]] = _get("world._resources")(simulation)
    return resources[table]
