"""Calls about scenarios: what there is, one more, and which is played next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

from deck_sim.contract.error_catalog import ApiError, Problem, problem, refuse
from deck_sim.runtime.serialization import read_object
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.library import Library, entry_problems
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route

if TYPE_CHECKING:
    from deck_sim.scenario import loader
    from deck_sim.scenario.model import Scenario
    from deck_sim.scenario.yaml.document import Path

    Faults = Iterable[tuple[Path, str]]


def list_scenarios(request: Request) -> Answer:
    """`GET /_sim/scenarios`."""
    library = request.simulation.library
    return Answer({"data": [_print(library.get(name)) for name in library.names()]})


def show_scenario(request: Request) -> Answer:
    """`GET /_sim/scenarios/NAME`."""
    scenario = request.simulation.library.get(request.params["name"], "name")
    return Answer({**_print(scenario), "scenario": scenario.source})


def put_scenario(request: Request) -> Answer:
    """`PUT /_sim/scenarios/NAME`: YAML, or JSON if the content type says so. For this world."""
    name = request.params["name"]
    is_json = "json" in request.headers.get("content-type", "")
    scenario = _read_json(request, name) if is_json else _read_yaml(request, name)
    if scenario.name != name:
        text = f"`name` is {scenario.name!r}, but the path says {name!r}; they must agree"
        raise refuse("request/input_invalid", text, field="name")
    simulation, ahead = request.simulation, Library(request.simulation.library)
    ahead.add(scenario)
    simulation.selection.check(ahead, simulation.world.edition, about=name)
    simulation.library.add(scenario)
    return Answer(_print(scenario))


def _read_yaml(request: Request, name: str) -> Scenario:
    from deck_sim.scenario import loader

    def placed(faults: Faults) -> list[loader.Mistake]:
        return loader.place_mistakes(name, request.body, faults)

    try:
        return _whole(
            request, loader.read_partially(loader.read_scenario, request.body, name), placed
        )
    except loader.ScenarioError as error:
        raise ApiError(*(_problem(mistake, str(mistake)) for mistake in error.mistakes)) from None


def _read_json(request: Request, name: str) -> Scenario:
    """Read plain data, which has no lines; `version` and `name` may be left out."""
    from deck_sim.base import validation
    from deck_sim.scenario import loader

    def placed(faults: Faults) -> list[loader.Mistake]:
        spell = validation.format_path
        return [loader.Mistake(name, 1, 1, spell(place), text) for place, text in faults]

    data = {"version": 1, "name": name, **read_object(request.body, keys_once=True)}
    try:
        return _whole(request, loader.read_partially(loader.scenario_from_data, data, name), placed)
    except loader.ScenarioError as error:
        found = (_problem(m, f"{m.path}: {m.message}".removeprefix(": ")) for m in error.mistakes)
        raise ApiError(*found) from None


def _whole(
    request: Request,
    found: tuple[Scenario | None, list[loader.Mistake]],
    placed: Callable[[Faults], list[loader.Mistake]],
) -> Scenario:
    """A scenario that was read, if playlists and mixes, it and those there are, name what can be
    played.

    Raises:
        ScenarioError: with these mistakes and those that were found in it.

    """
    from deck_sim.scenario import loader

    scenario, mistakes = found
    if scenario is not None:
        library = Library(request.simulation.library)
        library.add(scenario)
        mistakes += placed(entry_problems(scenario, library))
    if mistakes or scenario is None:
        raise loader.ScenarioError(*loader.sort_mistakes(mistakes))
    return scenario


def _problem(mistake: loader.Mistake, text: str) -> Problem:
    return problem("request/input_invalid", text, field=mistake.path or None)


def delete_scenario(request: Request) -> Answer:
    """`DELETE /_sim/scenarios/NAME`: only what was put into this world can be taken out."""
    name, simulation = request.params["name"], request.simulation
    scenario = simulation.library.find(name)
    if scenario is None or not simulation.library.remove(name):
        text = f"{name!r} was not put into this world, so it cannot be taken out of it"
        raise refuse("request/input_invalid", text, field="name")
    if simulation.library.find(name) is None and name in _wished(simulation):
        simulation.library.add(scenario)
        text = (
            f"{name!r} is still to be played: it is queued or the world's default, or a rule,"
            " a playlist or a mix names it"
        )
        raise refuse("request/state_invalid", text)
    return Answer({"name": name, "deleted": True})


def _wished(simulation: Simulation) -> set[str]:
    return {
        *(name for _, name, _ in simulation.selection.references()),
        *chain.from_iterable(scenario.entries for scenario in simulation.library.own()),
    }


def queue(request: Request) -> Answer:
    """`POST /_sim/queue`: the next connections or runs play these, one each."""
    from deck_sim.server.control import bodies

    body = request.read_as(bodies.Queue)
    simulation = request.simulation
    simulation.selection.enqueue(
        body.resource, body.scenarios, simulation.library, simulation.world.edition
    )
    return show_queue(request)


def show_queue(request: Request) -> Answer:
    """`GET /_sim/queue`."""
    return Answer({"queues": request.simulation.selection.queues})


def clear_queue(request: Request) -> Answer:
    """`DELETE /_sim/queue`."""
    request.simulation.selection.queues.clear()
    return show_queue(request)


def put_rules(request: Request) -> Answer:
    """`PUT /_sim/rules`: these rules instead of those there are; the first that matches counts."""
    from deck_sim.server.control import bodies

    simulation = request.simulation
    wanted = request.read_as(bodies.Rules).rules
    simulation.selection.set_rules(wanted, simulation.library, simulation.world.edition)
    return show_rules(request)


def show_rules(request: Request) -> Answer:
    """`GET /_sim/rules`."""
    rules = request.simulation.selection.rules
    return Answer({"rules": [rule.model_dump(exclude_none=True) for rule in rules]})


def show_coverage(request: Request) -> Answer:
    """`GET /_sim/coverage`: which steps and branches of which scenarios were played."""
    from deck_sim.scenario import coverage

    world, library = request.simulation.world, request.simulation.library
    return Answer({"data": coverage.coverage(world.played, library, world.rules.kinds)})


def _print(scenario: Scenario) -> dict[str, Any]:
    return {"name": scenario.name, "summary": scenario.summary, "tags": list(scenario.tags)}


ROUTES = [
    Route("GET", "/scenarios", list_scenarios),
    Route("GET", "/scenarios/{name}", show_scenario),
    Route("PUT", "/scenarios/{name}", put_scenario),
    Route("DELETE", "/scenarios/{name}", delete_scenario),
    Route("POST", "/queue", queue),
    Route("GET", "/queue", show_queue),
    Route("DELETE", "/queue", clear_queue),
    Route("GET", "/rules", show_rules),
    Route("PUT", "/rules", put_rules),
    Route("GET", "/coverage", show_coverage),
]
