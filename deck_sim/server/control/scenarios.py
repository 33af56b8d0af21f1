"""Calls about scenarios: the library of a world, the queue, the rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deck_sim.base.errors import listed
from deck_sim.contract.error_catalog import ApiError, problem, refuse
from deck_sim.engine.story import KINDS
from deck_sim.runtime.request_bodies import read_object
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.library import Library, check_entries
from deck_sim.server.control.routes import route
from deck_sim.server.request import Answer, Request

if TYPE_CHECKING:
    from deck_sim.scenario.model import Scenario
    from deck_sim.server.control import bodies


@route("GET", "/scenarios")
def list_scenarios(request: Request) -> Answer:
    """Show the names, summaries and editions of all scenarios."""
    library = request.simulation.library
    return Answer({"data": [library.get(name).overview for name in library.names()]})


@route("GET", "/scenarios/{name}")
def show_scenario(request: Request) -> Answer:
    """Show a whole scenario: as JSON, as YAML with the line of each step, and what it has scripts
    for in this world's edition.
    """
    scenario = request.simulation.library.get(request.params["name"], "name")
    edition = request.world.edition
    details = {
        "ships": all(one.name != scenario.name for one in request.simulation.library.added()),
        "scripts": [kind for kind in KINDS if scenario.defines(kind, edition)],
        "entries": [*scenario.entries],
        "scenario": scenario.source,
        "text": scenario.text,
        "lines": _step_lines(scenario),
    }
    return Answer({**scenario.overview, **details})


def _step_lines(scenario: Scenario) -> dict[str, int]:
    """The line of each step in the scenario's text, by its path, like `task_run.2.on_rejected.0`.
    The steps of a branch that is not written have none.
    """
    from deck_sim.scenario.model import written_steps
    from deck_sim.scenario.yaml.reader import read_yaml

    marks = read_yaml(scenario.text).values
    inside, lines = dict[tuple[Any, ...], tuple[Any, ...]](), dict[str, int]()
    for kind, path, step in written_steps(scenario):
        parent, last = (kind, *path)[:-2], (kind, *path)[-2:]
        place = (*inside.get(parent, parent), *last)
        inside[kind, *path] = (*place, step.word)  # where the step's own keys are in the file
        if place in marks:
            lines[".".join(map(str, (kind, *path)))] = marks[place][0]
    return lines


@route("PUT", "/scenarios/{name}")
def put_scenario(request: Request) -> Answer:
    """Add a scenario to this world. The body is JSON if its content type says so, else YAML."""
    name, simulation = request.params["name"], request.simulation
    library = Library(simulation.library)
    scenario = _read_scenario(request, name, library)
    if scenario.name != name:
        text = f"`name` is {scenario.name!r}, but the path has {name!r}; make them the same"
        raise refuse("request/input_invalid", text, field="name")
    simulation.selection.check(library, simulation.world.edition, about=name)
    simulation.library.add(scenario)
    return Answer(scenario.overview)


def _read_scenario(request: Request, name: str, library: Library) -> Scenario:
    """Read the body, and add its scenario to a library. The error has every mistake.

    JSON has no lines, and may leave out `version` and `name`.
    """
    from deck_sim.scenario import loader
    from deck_sim.scenario.yaml.document import Document

    is_json = "json" in request.headers.get("content-type", "")
    try:
        if is_json:
            data = {"version": 1, "name": name, **read_object(request.body, keys_once=True)}
            document = Document(data)
        else:
            document = loader.parse(request.body, name)
        scenario = loader.make_scenario(document, name)
        library.add(scenario)
        mistakes = loader.Mistakes(name, document)
        check_entries(scenario, library, mistakes)
        mistakes.report()
    except loader.ScenarioError as error:
        raise ApiError(
            *(
                problem(
                    "request/input_invalid",
                    f"{one.path}: {one.message}".removeprefix(": ") if is_json else str(one),
                    field=one.path or None,
                )
                for one in error.mistakes
            )
        ) from None
    return scenario


@route("DELETE", "/scenarios/{name}")
def delete_scenario(request: Request) -> Answer:
    """Remove a scenario that was added to this world."""
    name, simulation = request.params["name"], request.simulation
    scenario = simulation.library.find(name)
    if scenario is None or not simulation.library.remove(name):
        text = f"{name!r} was not added to this world; only added scenarios can be removed"
        raise refuse("request/input_invalid", text, field="name")
    users = [*_users(simulation, name)] if simulation.library.find(name) is None else []
    if users:
        simulation.library.add(scenario)
        text = f"{name!r} is named by {listed(users)}; change that first"
        raise refuse("request/state_invalid", text)
    return Answer({"name": name, "deleted": True})


def _users(simulation: Simulation, name: str) -> Iterator[str]:
    """The settings, playlists and mixes that name a scenario."""
    yield from (place for place, named, _ in simulation.selection.references() if named == name)
    for user in map(simulation.library.get, simulation.library.names()):
        if name in user.entries:
            yield f"scenarios.{user.name}.{'playlist' if user.playlist else 'mix'}"


@route("POST", "/queue", body="Queue")
def queue_scenarios(request: Request, body: bodies.Queue) -> Answer:
    """Queue scenarios for the next connections, sessions or runs, one each."""
    simulation = request.simulation
    simulation.selection.enqueue(
        body.resource, body.scenarios, simulation.library, simulation.world.edition
    )
    return show_queue(request)


@route("GET", "/queue")
def show_queue(request: Request) -> Answer:
    """Show the queues."""
    return Answer({"queues": request.simulation.selection.queues})


@route("DELETE", "/queue")
def clear_queue(request: Request) -> Answer:
    """Clear the queues."""
    request.simulation.selection.queues.clear()
    return show_queue(request)


@route("PUT", "/rules", body="Rules")
def put_rules(request: Request, body: bodies.Rules) -> Answer:
    """Replace the rules. The first rule that matches is used."""
    simulation = request.simulation
    simulation.selection.set_rules(body.rules, simulation.library, simulation.world.edition)
    return show_rules(request)


@route("GET", "/rules")
def show_rules(request: Request) -> Answer:
    """Show the rules."""
    rules = request.simulation.selection.rules
    return Answer({"rules": [rule.model_dump(exclude_none=True) for rule in rules]})
