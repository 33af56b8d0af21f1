"""Snapshots: a whole simulation as one JSON document, and back.

A restored world continues byte for byte as the original would have. A snapshot holds the secrets of
destinations, since deliveries are signed with them, and the scenarios that do not ship. It does not
hold the API key: a restored world keeps its own.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from hashlib import blake2b
from typing import Any

from deck_sim.base.version import __version__
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import dump_json
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.world_values import Reader, Writer, check_types
from deck_sim.scenario.library import Library
from deck_sim.scenario.model import Scenario

VERSION = 2
MAX_DEPTH = 1000  # of a document: it contains request bodies, which may be deep themselves

# Fields of a simulation that belong to the server or to the moment. All others are kept.
LEFT_OUT = (
    *("key", "library", "real_ns", "advancing", "dropped", "saved", "attempting", "uses"),
    *("caller_time", "process_watch", "files_url", "held_responses", "is_restored"),
    *("began_after_call", "last_call", "epoch", "responses"),
)
KEPT = tuple(row.name for row in fields(Simulation) if row.name not in LEFT_OUT)


def copy_content(simulation: Simulation) -> tuple[dict[str, Any], list[Scenario]]:
    """The fields of a simulation, copied, and its scenarios.

    Raises:
        ApiError: `state_invalid` during an advance, since attempts are in progress.

    """
    if simulation.advancing:
        text = "another call is moving this world's clock; wait for its answer"
        raise refuse("request/state_invalid", text)
    state = copy.deepcopy({name: getattr(simulation, name) for name in KEPT})
    return state, [*_scenarios_to_keep(simulation)]


def write_snapshot(state: Mapping[str, Any], scenarios: list[Scenario]) -> dict[str, Any]:
    """Return the snapshot of a copied simulation. Safe on any thread."""
    writer = Writer()
    content = {
        "state": {name: writer.write(value) for name, value in state.items()},
        "scenarios": [*map(writer.write, scenarios)],
    }
    writer.table.append(content)
    return {
        "version": VERSION,
        "deck_sim": __version__,
        "digest": _digest(writer.table),
        "values": writer.table,
    }


def read_snapshot(document: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """Read the state and the scenarios in a snapshot. Safe on any thread.

    Raises:
        ApiError: `input_invalid` if it cannot be read.

    """
    reader, made_by = Reader(library.find), document.get("deck_sim")
    for number, row in enumerate(_read_values(document)):
        try:
            reader.values.append(reader.read(row))
        except Exception as error:
            raise _unusable(f"row {number}", error, made_by) from None
    content = reader.values[-1] if reader.values else {}
    if not isinstance(content, dict):
        raise _unusable("the last row", TypeError("it must be an object"), made_by)
    return {**content, "made_by": made_by}


def adopt_content(
    worlds: WorldRegistry,
    key: str,
    content: Mapping[str, Any],
    show: Callable[[Simulation], object],
) -> Simulation:
    """Replace the world of a key by one with the content of a snapshot.

    `show` is called with the new world before it replaces the old one.

    Raises:
        ApiError: `input_invalid` if it has no world, or one that cannot be shown. Anybody can make
            the digest of a snapshot with mistakes.

    """
    try:
        restored = worlds.make(key, content["state"]["settings"])
        _fill(restored, content)
        restored.forget_oldest()  # as each call does
        show(restored)
    except Exception as error:
        raise _unusable("the last row", error, content["made_by"]) from None
    worlds.put(restored)
    return restored


def _unusable(place: str, error: Exception, made_by: object) -> ApiError:
    text = (
        f"`values`: {place}: {type(error).__name__}: {error};"
        f" the snapshot was made by deck-sim {made_by}"
    )
    return refuse("request/input_invalid", text, field="values")


def _fill(simulation: Simulation, content: Mapping[str, Any]) -> None:
    if unknown := content["state"].keys() - {*KEPT}:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    check_types(Simulation, content["state"])
    for name, value in content["state"].items():
        setattr(simulation, name, value)
    simulation.is_restored = True
    simulation.set_clock(simulation.mode, simulation.speed, simulation.step)
    for scenario in content["scenarios"]:
        if simulation.library.find(scenario.name) is not scenario:
            simulation.library.add(scenario)


def _scenarios_to_keep(simulation: Simulation) -> Iterator[Scenario]:
    """The scenarios that do not ship, those that the world is set to play, and their entries."""
    library, selection = simulation.library, simulation.selection
    found = {scenario.name: scenario for scenario in library.added()}
    for _, name, _ in selection.references():
        found.setdefault(name, library.get(name))
    for scenario in [*found.values()]:
        for name in scenario.entries:
            found.setdefault(name, library.get(name))
    yield from found.values()


def _read_values(document: Mapping[str, Any]) -> list[Any]:
    if document.get("version") != VERSION:
        found = document.get("version", "nothing")
        text = f"must be {VERSION}, not {found!r}; send what `GET /_sim/snapshot` returned"
        raise _refused("version", text)
    values = document.get("values")
    if not isinstance(values, list) or document.get("digest") != _digest(values):
        text = "does not match `values`; send what `GET /_sim/snapshot` returned, unchanged"
        raise _refused("digest", text)
    return values


def _refused(name: str, text: str) -> ApiError:
    return refuse("request/input_invalid", f"`{name}` {text}", field=name)


def _digest(values: list[Any]) -> str:
    """The digest of the JSON. It is made row by row, so that no other thread waits for long."""
    digest = blake2b(b"[", digest_size=16)
    for number, row in enumerate(values):
        digest.update((b"," if number else b"") + dump_json(row))
    digest.update(b"]")
    return digest.hexdigest()
