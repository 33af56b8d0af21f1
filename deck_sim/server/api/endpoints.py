"""The endpoints of both editions that are not one of the five verbs: a function each, and its row
at the end.
"""

from functools import partial

from deck_sim.contract import operations
from deck_sim.contract.error_catalog import Problem, check
from deck_sim.engine import commands
from deck_sim.runtime.serialization import print_resource, print_screenshots
from deck_sim.server.api.answers import answer, carry_out, fetch, show
from deck_sim.server.api.paging import Window
from deck_sim.server.endpoint import Answer, Request, Route


def test(request: Request) -> Answer:
    """`GET /test`, as Deck answers it: a client may compare."""
    return Answer({"status": "ready", "environment": "live"})


def reset_task(request: Request) -> Answer:
    """`POST /tasks/{id}/reset`."""
    task = fetch(request, "task")
    return show(request, commands.reset_task(request.simulation.world, task))


def cancel_run(request: Request) -> Answer:
    """`POST /task-runs/{id}/cancel`."""
    return carry_out(request, "task_run", "cancel")


def answer_run(request: Request) -> Answer:
    """`POST /task-runs/{id}/interaction`."""
    return answer(request, "task_run")


def list_storage(request: Request) -> Answer:
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


def list_screenshots(request: Request) -> Answer:
    """`GET /task-runs/{id}/screenshots`: all of them, oldest first."""
    run = fetch(request, "task_run")
    request.simulation.poll([run])
    shown = print_screenshots(request.simulation, run)
    return Answer({"data": shown, "has_more": False, "next_cursor": None})


ROUTES = [
    Route("GET", "/test", test, operations.TEST_KEY),
    Route("POST", "/tasks/{id}/reset", reset_task, operations.RESET_TASK),
    Route("POST", "/task-runs/{id}/cancel", cancel_run, operations.CANCEL_RUN),
    Route("POST", "/task-runs/{id}/interaction", answer_run, operations.ANSWER_RUN),
    Route("GET", "/task-runs/{id}/storage", list_storage, operations.LIST_STORAGE),
    Route("GET", "/task-runs/{id}/screenshots", list_screenshots, operations.LIST_SCREENSHOTS),
]
