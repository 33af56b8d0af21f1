"""The whole of a simulation as one JSON document, and a simulation from such a document.

A restored world plays on byte for byte as the one that was kept would have. It has the resources,
the events, the stories with their cursors, the timers, the queues, the journal and the clock, and
the sources of the scenarios that it can play and that do not ship; secrets of destinations, too,
for deliveries are signed with them. It has no API key: that of the world it is restored into stays.

A document is to be given back as it came. Its digest tells whether it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from deck_sim import __version__
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.runtime.plain import Reader, UnreadableSnapshot, Writer
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import dump_json
from deck_sim.runtime.simulation import Settings, Simulation

if TYPE_CHECKING:
    from deck_sim.scenario.model import Scenario

VERSION = 1
MAX_DEPTH = 1000  # of a document: bodies lie in it, and bodies may be deep themselves

# What belongs to the server rather than to the world, or to the moment. Everything else is kept.
LEFT_OUT = (
    *(
        "key",
        "library",
        "real_ns",
        "advancing",
        "dropped",
        "caller_time",
        "files_url",
        "held_responses",
    ),
)
BESIDE = ("world", "mode", "speed")  # what is no field of a simulation and kept all the same
KEPT = (*(row.name for row in fields(Simulation) if row.name not in LEFT_OUT), *BESIDE)


def take_snapshot(simulation: Simulation) -> dict[str, Any]:
    """The document of a simulation.

    Raises:
        ApiError: `state_invalid` while somebody moves its clock: deliveries are under way.

    """
    if simulation.advancing:
        text = "another call is moving this world's clock; wait for its answer"
        raise refuse("request/state_invalid", text)
    writer = Writer()
    state = {name: writer.write(getattr(simulation, name)) for name in KEPT}
    scenarios = [writer.write(scenario) for scenario in _playable(simulation)]
    writer.table.append({"state": state, "scenarios": scenarios})
    return {
        "version": VERSION,
        "deck_sim": __version__,
        "digest": _digest(writer.table),
        "values": writer.table,
    }


def restore_snapshot(worlds: WorldRegistry, key: str, document: Mapping[str, Any]) -> Simulation:
    """Begin the world of a key anew, as the document has it.

    Raises:
        ApiError: `input_invalid` if it cannot be; the world stays as it was.

    """
    table, library = _checked(document), worlds.library
    try:
        whole = Reader(library.find).read_table(table)
    except UnreadableSnapshot as error:
        text = f"`values`: {error}; it was made by deck-sim {document.get('deck_sim')}"
        raise refuse("request/input_invalid", text, field="values") from None
    settings: Settings = whole["state"]["settings"]
    restored = worlds.make(
        key, **{row.name: getattr(settings, row.name) for row in fields(settings)}
    )
    for name, value in whole["state"].items():
        setattr(restored, name, value)
    restored.set_clock(restored.mode, restored.speed)
    for scenario in whole["scenarios"]:
        if library.find(scenario.name) is not scenario:
            restored.library.add(scenario)
    return restored


def _playable(simulation: Simulation) -> Iterator["Scenario"]:
    """Each scenario that does not ship, and those that the world was told to play."""
    library, selection = simulation.library, simulation.selection
    found = {scenario.name: scenario for scenario in library.added()}
    for _, name, _ in selection.named():
        found.setdefault(name, library.get(name))
    for scenario in [*found.values()]:
        for name in scenario.entries:
            found.setdefault(name, library.get(name))
    yield from found.values()


def _checked(document: Mapping[str, Any]) -> list[Any]:
    """The values of a document that is one, and is as it was made."""
    if document.get("version") != VERSION:
        found = document.get("version", "nothing")
        raise _refused("version", f"must be {VERSION}, not {found!r}: it is no snapshot of ours")
    values = document.get("values")
    if not isinstance(values, list) or document.get("digest") != _digest(values):
        raise _refused("digest", "does not fit: give a snapshot back as it came, unchanged")
    return values


def _refused(name: str, text: str) -> ApiError:
    return refuse("request/input_invalid", f"`{name}` {text}", field=name)


def _digest(values: list[Any]) -> str:
    return blake2b(dump_json(values), digest_size=16).hexdigest()
