"""Calls about the world as a whole: looking at it, beginning it anew, seeding it."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import listed, nearest, quote
from deck_sim.contract.editions import RateLimit
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.records import AdditiveChanges
from deck_sim.engine.world import World
from deck_sim.runtime.rate_limiter import RateLimiter
from deck_sim.runtime.serialization import print_moment, read_moment, read_object
from deck_sim.runtime.simulation import LAST_MOMENT, Simulation
from deck_sim.scenario.selection import Choice
from deck_sim.scenario.selection_state import check_scenario
from deck_sim.server.control.clock import check_follow
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route

if TYPE_CHECKING:
    from deck_sim.server.control import bodies


def show_world(request: Request) -> Answer:
    """`GET /_sim/world`."""
    simulation, world = request.simulation, request.simulation.world
    live = {
        kind: sum(not item.deleted for item in items.values())
        for kind, items in world.resources.items()
    }
    return Answer(
        {
            "edition": world.edition,
            "seed": world.seed,
            "now": print_moment(world.now),
            "clock": simulation.mode,
            "webhook_time": simulation.settings.webhook_time,
            "default_scenario": simulation.selection.default_scenario,
            "queues": simulation.selection.queues,
            "rate_limit": _print_limit(simulation.rate_limiter.limit),
            "strict_fidelity": simulation.strict_fidelity,
            "additive_changes": asdict(world.additive_changes),
            "choices": [_print_choice(choice) for choice in [*simulation.choices][-20:]],
            "resources": live,
            "events": len(world.events),
            "crashes": simulation.crashes,
            "script_errors": world.script_errors,
        }
    )


def _print_choice(choice: Choice) -> dict[str, Any]:
    """Why a scenario was chosen, and what it was preferred to."""
    return {
        "resource": choice.kind,
        "scenario": choice.name,
        "plays": choice.played.name,
        "because": choice.because,
        "runner_up": choice.second,
    }


def _print_limit(limit: RateLimit | None) -> dict[str, Any] | bool:
    """A limit as it can be set; false if there is none."""
    return limit is not None and {**asdict(limit), "per": format_duration(limit.per)}


def change_world(request: Request) -> Answer:
    """`PATCH /_sim/world`. The edition and the seed can change only while the world is empty."""
    from deck_sim.server.control import bodies

    body = request.read_as(bodies.ChangeWorld)
    simulation = request.simulation
    world = _begun(simulation, body)
    selection = replace(simulation.selection)
    if body.default_scenario is not None:
        selection.set_default(body.default_scenario, simulation.library, world.edition)
    if body.edition is not None:
        selection.check(simulation.library, world.edition)
    if body.additive_changes is not None:
        additive_changes = AdditiveChanges(**body.additive_changes.model_dump())
        _check_event_type(world, additive_changes.event_type)
        world.additive_changes = additive_changes
    if body.rate_limit is not None:
        limit = _limit(body.rate_limit, world.rules.rate_limit)
        simulation.rate_limiter = RateLimiter(limit)
    if body.strict_fidelity is not None:
        simulation.strict_fidelity = body.strict_fidelity
    simulation.world, simulation.selection = world, selection
    if body.webhook_time is not None:
        simulation.settings = replace(simulation.settings, webhook_time=body.webhook_time)
    return show_world(request)


def _begun(simulation: Simulation, body: bodies.ChangeWorld) -> World:
    """The world, or one that begins otherwise in the place of an empty one."""
    begins = body.model_dump(include={"edition", "seed"}, exclude_none=True)
    if begins and any(simulation.world.resources.values()):
        text = (
            f"{listed(begins)} can change only while the world is empty;"
            " begin it anew with `POST /_sim/reset`"
        )
        raise refuse("request/state_invalid", text)
    return replace(simulation.world, **begins) if begins else simulation.world


def _limit(wanted: bodies.LimitRate | bool, usual: RateLimit) -> RateLimit | None:
    if isinstance(wanted, bool):
        return usual if wanted else None
    return replace(usual, **wanted.model_dump(exclude_none=True))


def _check_event_type(world: World, type_: str | None) -> None:
    """See that a surprising type is about something that has events, and is none of those."""
    known = world.rules.event_types
    kinds = [*dict.fromkeys(name.partition(".")[0] for name in known)]
    kind, _, word = (type_ or "").partition(".")
    if type_ is None or (type_ not in known and kind in kinds and _WORD.fullmatch(word)):
        return
    fault = (
        f"{quote(type_)} is documented, so it is no additive change"
        if type_ in known
        else f"must be a kind and a word, like 'task_run.sparkled', not {quote(type_)}"
        f"{nearest(kind, kinds)}; kinds are {listed(kinds)}"
    )
    field = "additive_changes.event_type"
    raise refuse("request/input_invalid", f"`{field}`: {fault}", field=field)


_WORD = re.compile(r"[a-z][a-z0-9_]{0,99}")


def reset_world(request: Request) -> Answer:
    """`POST /_sim/reset`: the world begins anew, empty."""
    from deck_sim.server.control import bodies

    body = request.read_as(bodies.NewWorld) if request.body else bodies.NewWorld()
    check_follow(request, body.mode, body.now)
    wanted = body.model_dump(exclude_none=True, exclude={"default_scenario"})
    if body.now is not None:
        wanted["now"] = _beginning(body.now)
    worlds, default = request.worlds, body.default_scenario
    if default is not None:
        edition = body.edition or worlds.settings.edition
        check_scenario(default, "default_scenario", worlds.library, edition)
    simulation = worlds.make(request.simulation.key, **wanted)
    if default is not None:
        simulation.selection.default_scenario = default
    return show_world(replace(request, simulation=simulation))


def _beginning(text: str) -> datetime:
    now = read_moment(text, "now")
    if now > LAST_MOMENT:
        text = f"`now` is too late; a world's time ends at {print_moment(LAST_MOMENT)}"
        raise refuse("request/input_invalid", text, field="now")
    return now


def drop_world(request: Request) -> Answer:
    """`DELETE /_sim/world`: the key is as if it had never been seen."""
    request.worlds.drop(request.simulation.key)
    return Answer({"deleted": True})


def seed(request: Request) -> Answer:
    """`POST /_sim/seed`: resources with fixed ids; emits nothing. All of them, or none."""
    from deck_sim.runtime import seeding
    from deck_sim.server.control import bodies

    wanted = request.read_as(bodies.Seed).resources
    return Answer({"seeded": seeding.seed_resources(request.simulation, wanted)})


async def show_snapshot(request: Request) -> Answer:
    """`GET /_sim/snapshot`: the whole world, to be restored later, here or elsewhere."""
    from deck_sim.runtime import snapshot

    await request.worlds.dispatcher.wait_for_attempts(request.simulation)
    return Answer(snapshot.take_snapshot(request.simulation))


def put_snapshot(request: Request) -> Answer:
    """`PUT /_sim/snapshot`: the world is as it was when the snapshot was taken."""
    from deck_sim.runtime import snapshot

    document = read_object(request.body, max_depth=snapshot.MAX_DEPTH)
    key = request.simulation.key
    restored = snapshot.restore_snapshot(request.worlds, key, document)
    return show_world(replace(request, simulation=restored))


ROUTES = [
    Route("GET", "/snapshot", show_snapshot),
    Route("PUT", "/snapshot", put_snapshot),
    Route("GET", "/world", show_world),
    Route("PATCH", "/world", change_world),
    Route("DELETE", "/world", drop_world),
    Route("POST", "/reset", reset_world),
    Route("POST", "/seed", seed),
]
