"""Calls about a whole world: show, change, reset, delete, seed, snapshot."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import listed, nearest, quote
from deck_sim.base.redaction import mask_key
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import raise_problems, refuse
from deck_sim.engine.options import OPTION_TYPES
from deck_sim.engine.records import AdditiveChanges
from deck_sim.engine.world import World
from deck_sim.runtime.moments import print_moment, read_start
from deck_sim.runtime.rate_limiter import RateLimiter
from deck_sim.runtime.why import explain_unplayed_login
from deck_sim.scenario.selection import check_scenario
from deck_sim.server.control.clock import check_pace
from deck_sim.server.control.routes import route
from deck_sim.server.request import Answer, Request

if TYPE_CHECKING:
    from deck_sim.server.control import bodies

_MOST_STRAYS = 5  # keys shown


@route("GET", "/world")
def show_world(request: Request) -> Answer:
    """Show the settings of a world, and counts of what it holds."""
    simulation, world = request.simulation, request.world
    limit = simulation.rate_limiter.limit
    live = {
        kind: sum(not item.deleted for item in items.values())
        for kind, items in world.resources.items()
    }
    choices = [
        {
            "resource": choice.kind,
            "scenario": choice.name,
            "plays": choice.played.name,
            "because": choice.because,
            "ignored": [one.name for one in choice.ignored],
        }
        for choice in simulation.choices
    ]
    return Answer(
        {
            "edition": world.edition,
            "seed": world.seed,
            "now": print_moment(world.now),
            "clock": simulation.mode,
            "webhook_time": simulation.settings.webhook_time,
            "default_scenario": simulation.selection.default_scenario,
            "unplayed_login": explain_unplayed_login(simulation),
            "queues": simulation.selection.queues,
            "rate_limit": limit is not None
            and {**asdict(limit), "per": format_duration(limit.per)},
            **world.options.as_json(),
            "additive_changes": asdict(world.additive_changes),
            "choices": choices,
            "resources": live,
            "events": world.events.total,
            "calls": simulation.journal.total,
            "faults": sum(1 for _ in world.injected),
            "dropped": simulation.dropped_records,
            "crashes": [*simulation.crashes],
            "script_errors": [*world.script_errors],
            "ignored_names": [*simulation.ignored_names],
            "stray_keys": [*map(mask_key, request.worlds.stray_keys(simulation))][:_MOST_STRAYS],
            "keyless_calls": request.worlds.keyless_calls(simulation),
        }
    )


@route("PATCH", "/world", body="ChangeWorld")
def change_world(request: Request, body: bodies.ChangeWorld) -> Answer:
    """Change settings. The edition and the seed can change only while the world is empty."""
    simulation = request.simulation
    world, changes = (
        simulation.world,
        body.model_dump(include={"edition", "seed"}, exclude_none=True),
    )
    if changes and any(world.resources.values()):
        text = f"{listed(changes)} can change only while the world is empty"
        raise refuse("request/state_invalid", f"{text}; empty it with `POST /_sim/reset`")
    world = replace(world, **changes) if changes else world
    options = body.options(world.options)
    raise_problems([*options.problems(world.rules)])
    selection = replace(simulation.selection)
    if body.default_scenario is not None:
        selection.set_default(body.default_scenario, simulation.library, world.edition)
    if body.edition is not None:
        selection.check(simulation.library, world.edition)
    if body.additive_changes is not None:
        _check_event_type(world, body.additive_changes.event_type)
        world.additive_changes = AdditiveChanges(**body.additive_changes.model_dump())
    if body.rate_limit is not None:
        limit = world.rules.rate_limit
        if not isinstance(body.rate_limit, bool):
            limit = replace(limit, **body.rate_limit.model_dump(exclude_none=True))
        simulation.rate_limiter = RateLimiter(limit if body.rate_limit else None)
    if options != world.options:
        world.set_options(options)
    simulation.world, simulation.selection = world, selection
    if body.webhook_time is not None:
        simulation.settings = replace(simulation.settings, webhook_time=body.webhook_time)
    return show_world(request)


def _check_event_type(world: World, type_: str | None) -> None:
    """Check that an additional event type is undocumented, and about a kind that has events."""
    if type_ is None:
        return
    known = world.rules.event_types
    kinds = [*dict.fromkeys(name.partition(".")[0] for name in known)]
    kind, _, word = type_.partition(".")
    if type_ in known:
        why = f"{quote(type_)} is documented, so it is no additive change"
    elif kind not in kinds or not re.fullmatch(r"[a-z][a-z0-9_]{0,99}", word):
        why = f"must be a kind and a word, like 'task_run.sparkled', not {quote(type_)}"
        why += f"{nearest(kind, kinds)}; kinds are {listed(kinds)}"
    else:
        return
    field = "additive_changes.event_type"
    raise refuse("request/input_invalid", f"`{field}`: {why}", field=field)


@route("POST", "/reset")
def reset_world(request: Request) -> Answer:
    """Replace the world by a new, empty one."""
    from deck_sim.server.control import bodies

    body = request.read_as(bodies.NewWorld) if request.body else bodies.NewWorld()
    check_pace(body.mode or request.worlds.settings.mode, body.speed, body.step)
    options = body.options(request.worlds.settings.options)
    edition = body.edition or request.worlds.settings.edition
    raise_problems([*options.problems(EDITIONS[edition])])
    settings = body.model_dump(exclude_none=True, exclude={"default_scenario", *OPTION_TYPES})
    settings["options"] = options
    if body.now is not None:
        settings["now"] = read_start(body.now, "now")
    worlds, default = request.worlds, body.default_scenario
    if default is not None:
        check_scenario(default, "default_scenario", worlds.library, edition)
    simulation = worlds.create(request.simulation.key, **settings)
    if default is not None:
        simulation.selection.default_scenario = default
    return show_world(replace(request, simulation=simulation))


@route("DELETE", "/world")
def drop_world(request: Request) -> Answer:
    """Delete the world. The next call with its key makes a new one."""
    request.worlds.drop(request.simulation.key)
    return Answer({"deleted": True})


@route("POST", "/seed", body="Seed")
async def seed_world(request: Request, body: bodies.Seed) -> Answer:
    """Create resources with fixed ids, all or none of them. No event is emitted."""
    from deck_sim.runtime import seeding

    simulation, now = request.simulation, request.world.now
    seeded = seeding.seed_resources(simulation, body.resources, latest=now)
    return Answer({"seeded": seeded})


@route("POST", "/snapshots")
async def add_snapshot(request: Request) -> Answer:
    """Keep a copy of the whole world until it is deleted or the server stops."""
    from deck_sim.runtime.snapshot import take_snapshot

    await request.worlds.dispatcher.wait_for_attempts(request.simulation)
    return Answer({"id": request.worlds.add_snapshot(take_snapshot(request.simulation))})


@route("POST", "/snapshots/{id}/restore")
def restore_world(request: Request) -> Answer:
    """Replace the world by a copy of a snapshot, which may be one of another world."""
    from deck_sim.runtime.snapshot import restore_snapshot

    snapshot, worlds = request.worlds.find_snapshot(request.params["id"]), request.worlds
    restored = worlds.make(request.simulation.key, worlds.settings)
    restore_snapshot(snapshot, restored)
    worlds.put(restored)
    return show_world(replace(request, simulation=restored))


@route("DELETE", "/snapshots/{id}")
def delete_snapshot(request: Request) -> Answer:
    """Delete a snapshot."""
    snapshot_id = request.params["id"]
    request.worlds.find_snapshot(snapshot_id)
    del request.worlds.snapshots[snapshot_id]
    return Answer({"id": snapshot_id, "deleted": True})
