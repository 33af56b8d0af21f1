"""Calls about scenarios: what there is, one more, and which is played next."""

from typing import Any

from deck_sim.control.bodies import Queue, Rules
from deck_sim.endpoint import Answer, Request, Route
from deck_sim.errors import ApiError, Problem, problem, refuse
from deck_sim.scenario.coverage import coverage
from deck_sim.scenario.loader import Mistake, ScenarioError, read_scenario, scenario_from_data
from deck_sim.scenario.model import Scenario
from deck_sim.wire import read_object


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
    request.simulation.library.add(scenario)
    return Answer(_print(scenario))


def _read_yaml(request: Request, name: str) -> Scenario:
    try:
        return read_scenario(request.body, name)
    except ScenarioError as error:
        raise ApiError(*(_problem(mistake, str(mistake)) for mistake in error.mistakes)) from None


def _read_json(request: Request, name: str) -> Scenario:
    """Read plain data, which has no lines; `version` and `name` may be left out."""
    data = read_object(request.body)
    try:
        return scenario_from_data({"version": 1, "name": name, **data}, name)
    except ScenarioError as error:
        found = (_problem(m, f"`{m.path}`: {m.message}") for m in error.mistakes)
        raise ApiError(*found) from None


def _problem(mistake: Mistake, text: str) -> Problem:
    return problem("request/input_invalid", text, field=mistake.path or None)


def delete_scenario(request: Request) -> Answer:
    """`DELETE /_sim/scenarios/NAME`: only what was put into this world can be taken out."""
    name, simulation = request.params["name"], request.simulation
    if not simulation.library.remove(name):
        text = f"{name!r} was not put into this world, so it cannot be taken out of it"
        raise refuse("request/input_invalid", text, field="name")
    return Answer({"name": name, "deleted": True})


def queue(request: Request) -> Answer:
    """`POST /_sim/queue`: the next connections or runs play these, one each."""
    body = request.read(Queue)
    simulation = request.simulation
    simulation.wishes.queue(body.resource, body.scenarios, simulation.library)
    return show_queue(request)


def show_queue(request: Request) -> Answer:
    """`GET /_sim/queue`."""
    return Answer({"queues": request.simulation.wishes.queues})


def clear_queue(request: Request) -> Answer:
    """`DELETE /_sim/queue`."""
    request.simulation.wishes.queues.clear()
    return show_queue(request)


def put_rules(request: Request) -> Answer:
    """`PUT /_sim/rules`: these rules instead of those there are; the first that matches counts."""
    simulation = request.simulation
    simulation.wishes.rule(request.read(Rules).rules, simulation.library)
    return show_rules(request)


def show_rules(request: Request) -> Answer:
    """`GET /_sim/rules`."""
    rules = request.simulation.wishes.rules
    return Answer({"rules": [rule.model_dump(exclude_none=True) for rule in rules]})


def show_coverage(request: Request) -> Answer:
    """`GET /_sim/coverage`: which steps and branches of which scenarios were played."""
    simulation = request.simulation
    return Answer({"data": coverage(simulation.world.played, simulation.library)})


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
