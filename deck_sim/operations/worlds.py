"""Operations on whole worlds: list, show, change, reset, delete, seed, snapshot."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import listed, nearest, quote
from deck_sim.base.redaction import mask_key, world_token
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import raise_problems, refuse
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.engine.seeded_draws import make_id
from deck_sim.engine.waiting import asks_person
from deck_sim.engine.world import World
from deck_sim.engine.world_values import OPTION_TYPES, AdditiveChanges
from deck_sim.operations.clock import check_pace
from deck_sim.operations.table import Json, operation
from deck_sim.runtime.call_journal import RateLimiter
from deck_sim.runtime.moment_text import format_moment, read_start
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.request_bodies import check_body
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.why import explain_unplayed_login, how_to_start
from deck_sim.scenario.selection import check_scenario

if TYPE_CHECKING:
    from deck_sim.operations.parameters import Seeded


@operation("GET", "/worlds")
def list_worlds(simulation: Simulation, worlds: WorldRegistry) -> Json:
    """Show all worlds, each with the number of its `calls`, `runs`, `open_prompts` (approvals
    included), `failed_deliveries` and `problems`. No key is needed, except on a server with
    `--keys`, which shows only the world of the key.
    """
    data = list[Json]()
    keys = worlds.known_keys if worlds.keys is None else [simulation.key]
    for member in filter(None, map(worlds.find, keys)):
        world = member.world
        players = [r for kind in SCRIPT_KINDS for r in world.resources.get(kind, {}).values()]
        row = {
            "id": world_token(member.key),
            "key": mask_key(member.key),
            "edition": world.edition,
            "now": format_moment(world.now),
            "clock": member.mode,
            "calls": member.journal.total,
            "runs": len(world.all("task_run")),
            "open_prompts": sum(asks_person(world, player) for player in players),
            "failed_deliveries": sum(
                delivery.status == "failure" for delivery in world.all("event_delivery").values()
            ),
            "problems": member.crashes.total
            + world.script_errors.total
            + len(member.ignored_names),
        }
        data.append(row)
    return {"data": data}


@operation("GET", "/world")
def show_world(simulation: Simulation, worlds: WorldRegistry) -> Json:
    """Show the world's settings, counts of records, last choices of scenarios, and problems."""
    world = simulation.world
    limiter = simulation.rate_limiter
    limit = limiter.limit if limiter else None
    live = {
        kind: sum(not item.deleted for item in items.values())
        for kind, items in world.resources.items()
    }
    choices = [
        {
            "resource": choice.script.kind,
            "scenario": choice.name,
            "plays": choice.played.name,
            "because": choice.because,
            "ignored": [skip.name for skip in choice.ignored],
        }
        for choice in simulation.choices
    ]
    unplayed = explain_unplayed_login(simulation).items()
    return {
        "edition": world.edition,
        "seed": world.seed,
        "now": format_moment(world.now),
        "clock": simulation.mode,
        "webhook_time": simulation.settings.webhook_time,
        "webhook_secret": worlds.secret_of(simulation.key),
        "default_scenario": simulation.selection.default_scenario,
        "unplayed_login": [f"{reason}: {how_to_start(kind)}" for kind, reason in unplayed],
        "queues": simulation.selection.queues,
        "rate_limit": limit is not None and {**asdict(limit), "per": format_duration(limit.per)},
        **world.options.as_json(),
        "additive_changes": asdict(world.additive_changes),
        "choices": choices,
        "resources": live,
        "events": world.events.total,
        "calls": simulation.journal.total,
        "faults": sum(1 for _ in world.injected),
        "dropped": {
            "calls": simulation.journal.dropped,
            "events": world.events.dropped,
            "timeline": world.timeline.dropped,
            "runs": world.forgotten_runs,
            "keys": simulation.dropped_answers,
        },
        "crashes": [*simulation.crashes],
        "script_errors": [*world.script_errors],
        "ignored_names": [*simulation.ignored_names],
        "stray_keys": worlds.stray_keys(simulation),
        "keyless_calls": worlds.keyless_calls(simulation),
    }


@operation("PATCH", "/world")
def change_world(simulation: Simulation, worlds: WorldRegistry, body: Json) -> Json:
    """Change the given settings; the others stay as they are."""
    from deck_sim.operations.parameters import ChangeWorld  # slow: pydantic

    sent, world = check_body(ChangeWorld, body), simulation.world
    changes = sent.model_dump(include={"edition", "seed"}, exclude_none=True)
    if changes and any(world.resources.values()):
        text = f"{listed(changes)} can change only while the world is empty"
        raise refuse("request/state_invalid", f"{text}; empty it with `POST /_sim/reset`")
    world = replace(world, **changes) if changes else world
    options = sent.options(world.options)
    raise_problems([*options.problems(world.contract)])
    selection = replace(simulation.selection)
    if sent.default_scenario is not None:
        selection.set_default(sent.default_scenario, simulation.library, world.edition)
    if sent.edition is not None:
        selection.check(simulation.library, world.edition)
    if sent.additive_changes is not None:
        if sent.additive_changes.event_type is not None:
            _check_event_type(world, sent.additive_changes.event_type)
        world.additive_changes = AdditiveChanges(**sent.additive_changes.model_dump())
    if sent.rate_limit is not None:
        limit = world.contract.rate_limit
        if not isinstance(sent.rate_limit, bool):
            limit = replace(limit, **sent.rate_limit.model_dump(exclude_none=True))
        simulation.rate_limiter = RateLimiter(limit) if sent.rate_limit else None
    if options != world.options:
        world.set_options(options)
    simulation.world, simulation.selection = world, selection
    if sent.webhook_time is not None:
        simulation.settings = replace(simulation.settings, webhook_time=sent.webhook_time)
    return show_world(simulation, worlds)


def _check_event_type(world: World, type_: str) -> None:
    kinds = [*dict.fromkeys(name.partition(".")[0] for name in world.contract.event_types)]
    kind, _, word = type_.partition(".")
    why = None
    if type_ in world.contract.event_names:
        why = f"{quote(type_)} is a type of Deck; give one that Deck does not have"
    elif kind not in kinds or not re.fullmatch(r"[a-z][a-z0-9_]{0,99}", word):
        why = f"must be a kind and a word, like 'task_run.sparkled', not {quote(type_)}"
        near = "" if kind in kinds else nearest(kind, kinds)
        why += f"{near} (kinds: {listed(kinds)}; the word is in lower case)"
    if why is not None:
        field = "additive_changes.event_type"
        raise refuse("request/input_invalid", f"`{field}`: {why}", field=field)


@operation("POST", "/reset")
def reset_world(simulation: Simulation, worlds: WorldRegistry, body: Json) -> Json:
    """Empty the world; ids start again. The body may have `clock`, `speed`, `step`, `now` and all
    settings but `rate_limit` and `additive_changes`; the server's settings are the defaults.
    """
    from deck_sim.operations.parameters import NewWorld

    sent = check_body(NewWorld, body)
    check_pace(sent.mode or worlds.settings.mode, sent.speed, sent.step)
    options = sent.options(worlds.settings.options)
    edition = sent.edition or worlds.settings.edition
    raise_problems([*options.problems(EDITIONS[edition])])
    settings = sent.model_dump(exclude_none=True, exclude={"default_scenario", *OPTION_TYPES})
    settings["options"] = options
    if sent.now is not None:
        settings["now"] = read_start(sent.now, "now")
    default = sent.default_scenario
    if default is not None:
        check_scenario(default, "default_scenario", worlds.library, edition)
    new = worlds.create(simulation.key, **settings)
    if default is not None:
        new.selection.default_scenario = default
    return show_world(new, worlds)


@operation("DELETE", "/world")
def drop_world(simulation: Simulation, worlds: WorldRegistry) -> Json:
    """Delete the world. The next call with its key makes a new one."""
    worlds.drop(simulation.key)
    return {"deleted": True}


@operation("POST", "/seed")
def seed_world(simulation: Simulation, resources: Seeded) -> Json:
    """Create resources with fixed ids, without events; create none if one has a mistake."""
    from deck_sim.runtime import seeding

    latest = simulation.world.now
    return {"seeded": seeding.seed_resources(simulation, resources, latest=latest)}


@operation("POST", "/snapshots")
async def add_snapshot(simulation: Simulation, worlds: WorldRegistry) -> Json:
    """Store a copy of the world until the copy is deleted or the server stops; return its `id`."""
    from deck_sim.state.snapshots import take_snapshot

    await worlds.dispatcher.wait_for_attempts(simulation)
    snapshot = take_snapshot(simulation)
    worlds.snapshots_taken += 1
    id_ = make_id(worlds.settings.seed or 0, "snap", worlds.snapshots_taken)
    worlds.snapshots[id_] = snapshot
    return {"id": id_}


@operation("POST", "/snapshots/{id}/restore")
def restore_world(simulation: Simulation, worlds: WorldRegistry, id: str) -> Json:
    """Replace the world by a copy of a snapshot of this or another world."""
    from deck_sim.state.snapshots import restore_snapshot

    _check_snapshot(worlds, id)
    restored = worlds.make(simulation.key, worlds.settings)
    restore_snapshot(worlds.snapshots[id], restored)
    worlds.put(restored)
    return show_world(restored, worlds)


@operation("DELETE", "/snapshots/{id}")
def delete_snapshot(worlds: WorldRegistry, id: str) -> Json:
    """Delete a snapshot. Worlds that were restored from it stay as they are."""
    _check_snapshot(worlds, id)
    del worlds.snapshots[id]
    return {"id": id, "deleted": True}


def _check_snapshot(worlds: WorldRegistry, id_: str) -> None:
    if id_ not in worlds.snapshots:
        text = (
            f"this server has no such snapshot: {quote(id_)}; snapshots do not survive a restart;"
            " take one with `POST /_sim/snapshots`"
        )
        raise refuse("request/endpoint_not_found", text)
