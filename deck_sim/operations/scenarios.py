"""Operations on scenarios: the library of a world, the queue, the rules, the coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deck_sim.base.errors import listed
from deck_sim.contract.error_catalog import ApiError, Problem, problem, refuse
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.operations.table import Json, operation
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.library import Library, check_entries

if TYPE_CHECKING:
    from deck_sim.operations.parameters import Rule, ScenarioNames, Text


@operation("GET", "/scenarios")
def list_scenarios(simulation: Simulation) -> Json:
    """Show all scenarios, with the editions that can play them, and whether each `ships` with
    deck-sim.
    """
    library = simulation.library
    added = {scenario.name for scenario in library.added()}
    scenarios = map(library.get, library.names())
    return {"data": [row.overview | {"ships": row.name not in added} for row in scenarios]}


@operation("GET", "/scenarios/{name}")
def show_scenario(simulation: Simulation, name: str) -> Json:
    """Show a scenario as JSON and as `text`, with the line of each step, whether it `ships` with
    deck-sim, the kinds of resources that it `scripts`, and the `entries` of a playlist or mix.
    """
    from deck_sim.scenario.model import written_steps
    from deck_sim.scenario.yaml_files import read_yaml

    scenario = simulation.library.get(name, "name")
    edition = simulation.world.edition
    marks = read_yaml(scenario.text).values
    inside, lines = dict[tuple[Any, ...], tuple[Any, ...]](), dict[str, int]()
    for kind, path, step in written_steps(scenario):
        parent, last = (kind, *path)[:-2], (kind, *path)[-2:]
        place = (*inside.get(parent, parent), *last)
        inside[kind, *path] = (*place, step.word)  # where the step's own keys are in the file
        if place in marks:
            lines[".".join(map(str, (kind, *path)))] = marks[place][0]
    return {
        **scenario.overview,
        "ships": all(added.name != scenario.name for added in simulation.library.added()),
        "scripts": [kind for kind in SCRIPT_KINDS if scenario.defines(kind, edition)],
        "entries": [*scenario.entries],
        "scenario": scenario.source,
        "text": scenario.text,
        "lines": lines,  # by the path of the step: `task_run.2.on_rejected.0`
    }


@operation("GET", "/scenarios/{name}/flow.svg")
def show_flow(simulation: Simulation, name: str) -> Json:
    """Show the picture of a scenario, an SVG: its steps and branches, and how often this world has
    played each.
    """
    from deck_sim.scenario.flow import draw_flow

    scenario, world = simulation.library.get(name, "name"), simulation.world
    counts = world.played if any(played == name for played, _, _ in world.played) else None
    return {"svg": draw_flow(scenario, world.edition, counts)}


@operation("PUT", "/scenarios/{name}", takes_text=True)
def put_scenario(simulation: Simulation, name: str, body: Json | bytes) -> Json:
    """Add or replace a scenario of this world. The body is a scenario file or, with `Content-Type:
    application/json`, JSON, which may omit `version` and `name`.
    """
    from deck_sim.scenario import loader
    from deck_sim.scenario.yaml_files import Document

    if body == {}:
        text = "there is no scenario; send a file, or its keys as JSON, such as `task_run`"
        raise refuse("request/input_invalid", text)
    library, is_data = Library(simulation.library), isinstance(body, dict)
    try:
        if isinstance(body, dict):
            document = Document({"version": 1, "name": name, **body})
        else:
            document = loader.parse(body, name)
        scenario = loader.make_scenario(document, name)
        library.add(scenario)
        mistakes = loader.Mistakes(name, document)
        check_entries(scenario, library, mistakes)
        mistakes.report()
    except loader.ScenarioError as error:
        problems = list[Problem]()
        is_json = isinstance(body, bytes) and body.lstrip().startswith(b"{")
        fix = "; for JSON without it, send the header `Content-Type: application/json`"
        for mistake in error.mistakes:
            in_data = f"{mistake.path}: {mistake.message}".removeprefix(": ")
            text = in_data if is_data else str(mistake)  # which begins with file, line and column
            text += fix if is_json and mistake.path in ("version", "name") else ""
            problems.append(problem("request/input_invalid", text, field=mistake.path or None))
        raise ApiError(*problems) from None
    if scenario.name != name:
        text = f"`name` is {scenario.name!r}, but the path has {name!r}; make them the same"
        raise refuse("request/input_invalid", text, field="name")
    simulation.selection.check(library, simulation.world.edition, about=name)
    simulation.library.add(scenario)
    return scenario.overview


@operation("DELETE", "/scenarios/{name}")
def delete_scenario(simulation: Simulation, name: str) -> Json:
    """Remove an added scenario. The answer is a 409 if a setting or scenario still names it."""
    scenario = simulation.library.find(name)
    if scenario is None or not simulation.library.remove(name):
        text = f"{name!r} was not added to this world; only added scenarios can be removed"
        raise refuse("request/input_invalid", text, field="name")
    library, users = simulation.library, list[str]()
    if library.find(name) is None:  # otherwise a scenario of the server has this name
        references = simulation.selection.references()
        users += [place for place, reference, _ in references if reference == name]
        users += [
            f"scenarios.{user.name}.{'playlist' if user.playlist else 'mix'}"
            for user in map(library.get, library.names())
            if name in user.entries
        ]
    if users:
        library.add(scenario)
        text = f"{name!r} is used by {listed(users)}; remove or replace the name there first"
        raise refuse("request/state_invalid", text)
    return {"name": name, "deleted": True}


@operation("POST", "/queue")
def queue_scenarios(simulation: Simulation, resource: Text, scenarios: ScenarioNames) -> Json:
    """Queue `scenarios`. Each of the next new resources of the kind `resource` (`task_run`,
    `connection` or `session`) plays one.
    """
    edition = simulation.world.edition
    simulation.selection.enqueue(resource, scenarios, simulation.library, edition)
    return show_queue(simulation)


@operation("GET", "/queue")
def show_queue(simulation: Simulation) -> Json:
    """Show the queued scenarios of each kind of resource."""
    return {"queues": simulation.selection.queues}


@operation("DELETE", "/queue")
def clear_queue(simulation: Simulation) -> Json:
    """Empty the queues of scenarios of all kinds of resource."""
    simulation.selection.queues.clear()
    return show_queue(simulation)


@operation("PUT", "/rules")
def put_rules(simulation: Simulation, rules: list[Rule]) -> Json:
    """Replace the rules, written as in a world file. The first rule that matches is used."""
    simulation.selection.set_rules(rules, simulation.library, simulation.world.edition)
    return show_rules(simulation)


@operation("GET", "/rules")
def show_rules(simulation: Simulation) -> Json:
    """Show the rules, in the order in which they are tried."""
    rules = simulation.selection.rules
    return {"rules": [rule.model_dump(exclude_none=True) for rule in rules]}


@operation("GET", "/coverage")
def show_coverage(simulation: Simulation) -> Json:
    """Show how often each of the `steps` of each played scenario was played; `missed` lists the
    steps that were not.
    """
    from deck_sim.scenario.model import step_coverage

    world, library = simulation.world, simulation.library
    return {"data": step_coverage(world.played, library.find, world.contract)}
