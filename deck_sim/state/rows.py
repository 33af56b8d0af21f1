"""A world as rows of tables: which rows have changed since it was last saved, and the world that
rows describe.

Rules:
1. The fields of a simulation and its world that `_PARTS` names are many rows each. All others are a
   row each, under `FIELDS`, written if it differs; so a new small field needs no change here.
2. Values are written as snapshots write them, but each in full: two rows may hold equal values, and
   no row refers to another. Only the sources of scenarios are rows of their own, by their digest.
3. What follows from the rest is not written: `DERIVED`.
"""

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any

from deck_sim.engine.timers import Timers
from deck_sim.engine.world import World
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.snapshot import KEPT
from deck_sim.state import parts
from deck_sim.state.row_values import RowReader, RowWriter
from deck_sim.state.tables import Changes, Stored

FIELDS = "fields"  # the part of the fields that are one row each
DERIVED = ("world.members", "world.timers")  # timers: from `world.timers._armed`
_LEFT_OUT = ("world", "responses")  # of what snapshots hold

_PARTS: Mapping[str, type[parts.Part]] = {
    "chosen": parts.Dict,
    "choices": parts.List,
    "crashes": parts.List,
    "ignored_names": parts.Dict,
    "journal": parts.Calls,
    "library._own": parts.Dict,
    "stored_answers": parts.Dict,
    "world._resources": parts.Kinds,
    "world.attempts": parts.LendingDict,
    "world.counters": parts.Dict,
    "world.events": parts.List,
    "world.finished_runs": parts.List,
    "world.finished_sessions": parts.List,
    "world.fired": parts.Dict,
    "world.held_back": parts.Dict,
    "world.holds": parts.Dict,
    "world.injected._by_owner": parts.LendingDict,
    "world.messages": parts.Lists,
    "world.played": parts.Dict,
    "world.screenshots": parts.Lists,
    "world.script_errors": parts.List,
    "world.stories": parts.LendingDict,
    "world.timeline": parts.List,
    "world.timers._armed": parts.Dict,
    "world.users": parts.Dicts,
}

_EVERY = (*KEPT, "attempting", *(f"world.{row.name}" for row in fields(World)))
_NO_FIELDS = {*_PARTS, *_LEFT_OUT, *DERIVED, "world.injected"}
_FIELDS = [name for name in _EVERY if name not in _NO_FIELDS]
_OF_READS = ("journal", "world.counters", "world.now")
_NEW = object(), object()  # differs from every value

_get = cache(attrgetter)


def is_of_read(change: tuple[Any, ...]) -> bool:
    """Whether a change only counts a call, records it in the journal, or lets time pass."""
    name, part, *values = change
    what = values[0] if part == FIELDS else part
    return name == "set_clock" or what in _OF_READS


class SavedWorld:
    """A world, and the parts of it that were saved."""

    def __init__(self, simulation: Simulation, id_: int) -> None:
        self.simulation, self.id = simulation, id_
        self.unsaved: Changes = []  # by reads, since the disk is full
        self.has_clock = False  # whether the row of the world has a moment of its clock
        self._parts = {path: class_(path) for path, class_ in _PARTS.items()}
        self._fields = dict[str, tuple[Any, Any]]()  # values, and as they were written

    def write(self, writer: RowWriter, changes: Changes) -> None:
        """Write the rows that have changed."""
        for path, part in self._parts.items():
            found = _get(path)(self.simulation)
            written = part.write(found, writer, changes)
            if written is not found:
                _put(self.simulation, path, written)
        for name in _FIELDS:
            value, (before, data_before) = _get(name)(self.simulation), self._fields.get(name, _NEW)
            changes_in_place = type(value).__hash__ is None
            if changes_in_place or value is not before:
                data = writer.write(value)
                if data != data_before:
                    changes.append(("insert", FIELDS, name, data))
                self._fields[name] = value, data

    @classmethod
    def restore(
        cls, make: Callable[[Settings], Simulation], reader: RowReader, stored: Stored, id_: int
    ) -> Generator[None, None, "SavedWorld"]:
        """Make the simulation that the rows describe, with a pause after each row.

        Raises:
            ValueError: if there are rows that this version does not know.

        """
        written = {json.loads(key): json.loads(text) for key, text in stored.items[FIELDS]}
        values = {name: reader.read(data) for name, data in written.items()}
        paths = {path.partition("/")[0] for path in (*stored.items, *stored.entries)}
        if unknown := sorted((values.keys() - {*_FIELDS}) | (paths - {FIELDS, *_PARTS})):
            raise ValueError(f"unknown: {', '.join(unknown)}")
        restored = cls(make(values["settings"]), id_)
        simulation = restored.simulation
        simulation.world = World(values["world.edition"])
        for name, value in values.items():
            _put(simulation, name, value)
        for path, part in restored._parts.items():
            _put(
                simulation, path, (yield from part.restore(_get(path)(simulation), reader, stored))
            )
        _list_members(simulation.world)
        _arm_timers(simulation.world)
        simulation.world.outbox[:0] = simulation.attempting  # nobody knows how they went
        simulation.attempting = []
        restored._fields = {name: (values[name], written[name]) for name in values}
        return restored


def _list_members(world: World) -> None:
    for kind, found in world.resources.items():
        for name in world.listed_by(kind):
            for resource in found.values():
                world.members.setdefault((resource[name], name), []).append(resource.id)


def _arm_timers(world: World) -> None:
    moments, world.timers = world.timers._armed, Timers()
    for (owner, name), at in moments.items():
        world.timers.arm(owner, name, at)
    world.timers._armed = moments


def _put(owner: Any, path: str, value: Any) -> None:
    parent, _, name = path.rpartition(".")
    setattr(_get(parent)(owner) if parent else owner, name, value)
