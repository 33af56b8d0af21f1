"""The endpoints of both editions that are not one of the five verbs: a function each, and its row
at the end.
"""

from functools import partial

from deck_sim.contract.error_catalog import Problem, check
from deck_sim.engine import commands
from deck_sim.runtime.serialization import print_resource, print_screenshots
from deck_sim.server.api.answers import answer, carry_out, fetch, show
from deck_sim.server.api.paging import Window
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import endpoint


@endpoint
def test_key(request: Request) -> Answer:
    """`GET /test`, as Deck answers it: a client may compare."""
    return Answer({"status": "ready", "environment": "live"})


@endpoint
def reset_task(request: Request) -> Answer:
    """`POST /tasks/{id}/reset`."""
    task = fetch(request, "task")
    return show(request, commands.reset_task(request.simulation.world, task))


@endpoint
def cancel_run(request: Request) -> Answer:
    """`POST /task-runs/{id}/cancel`."""
    return carry_out(request, "task_run", "cancel")


@endpoint
def answer_run(request: Request) -> Answer:
    """`POST /task-runs/{id}/interaction`."""
    return answer(request, "task_run")


@endpoint
def list_run_storage(request: Request) -> Answer:
    """`GET /task-runs/{id}/storage`: one page of the files that the run kept, newest first."""
    world, run, problems = request.simulation.world, fetch(request, "task_run"), list[Problem]()
    window = Window.read(request, world.all("storage"), problems)
    check(problems)
    request.simulation.poll([run])
    return window.cut(
        world.all("storage"),
        lambda item: item["task_run_id"] == run.id and not item.deleted,
        partial(print_resource, request.simulation),
    )


@endpoint
def list_run_screenshots(request: Request) -> Answer:
    """`GET /task-runs/{id}/screenshots`: all of them, oldest first."""
    run = fetch(request, "task_run")
    request.simulation.poll([run])
    shown = print_screenshots(request.simulation, run)
    return Answer({"data": shown, "has_more": False, "next_cursor": None})
