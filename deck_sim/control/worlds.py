"""Calls about the world as a whole: looking at it, beginning it anew, seeding it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from deck_sim.endpoint import Answer, Request, Route
from deck_sim.errors import listed, refuse
from deck_sim.later import Later
from deck_sim.scenario.choosing import Choice
from deck_sim.simulation import LAST_MOMENT
from deck_sim.wire import print_moment, read_moment, read_object

if TYPE_CHECKING:
    from deck_sim import seeding, snapshot
    from deck_sim.control import bodies
else:
    bodies, seeding = Later("deck_sim.control.bodies"), Later("deck_sim.seeding")
    snapshot = Later("deck_sim.snapshot")


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
            "default_scenario": simulation.wishes.default_scenario,
            "queues": simulation.wishes.queues,
            "choices": [_print_choice(choice) for choice in [*simulation.choices][-20:]],
            "resources": live,
            "events": len(world.events),
            "crashes": simulation.crashes,
            "faults": world.faults,
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


def change_world(request: Request) -> Answer:
    """`PATCH /_sim/world`. The edition and the seed can change only while the world is empty."""
    body = request.read(bodies.ChangeWorld)
    simulation = request.simulation
    if body.default_scenario is not None:
        simulation.library.get(body.default_scenario, "default_scenario")
    begins = body.model_dump(include={"edition", "seed"}, exclude_none=True)
    if begins:
        if any(simulation.world.resources.values()):
            text = (
                f"{listed(begins)} can change only while the world is empty;"
                " begin it anew with `POST /_sim/reset`"
            )
            raise refuse("request/state_invalid", text)
        simulation.world = replace(simulation.world, **begins)
    if body.default_scenario is not None:
        simulation.wishes.default_scenario = body.default_scenario
    return show_world(request)


def reset_world(request: Request) -> Answer:
    """`POST /_sim/reset`: the world begins anew, empty."""
    body = request.read(bodies.NewWorld) if request.body else bodies.NewWorld()
    wanted = body.model_dump(exclude_none=True, exclude={"default_scenario"})
    if body.now is not None:
        wanted["now"] = _beginning(body.now)
    if body.default_scenario is not None:
        request.worlds.library.get(body.default_scenario, "default_scenario")
    simulation = request.worlds.make(request.simulation.key, **wanted)
    if body.default_scenario is not None:
        simulation.wishes.default_scenario = body.default_scenario
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
    wanted = request.read(bodies.Seed).resources
    return Answer({"seeded": seeding.seed_resources(request.simulation, wanted)})


async def show_snapshot(request: Request) -> Answer:
    """`GET /_sim/snapshot`: the whole world, to be restored later, here or elsewhere."""
    await request.worlds.post_office.landed(request.simulation)
    return Answer(snapshot.take_snapshot(request.simulation))


def put_snapshot(request: Request) -> Answer:
    """`PUT /_sim/snapshot`: the world is as it was when the snapshot was taken."""
    document = read_object(request.body, snapshot.MAX_DEPTH)
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
