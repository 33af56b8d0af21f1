"""An edition made up for tests: its own kind, statuses, commands, answers, events and errors."""

from contextlib import contextmanager
from dataclasses import replace
from functools import partial as call_with
from types import SimpleNamespace

from deck_sim.contract import kinds
from deck_sim.contract.bodies import Body, JsonObject, Text, partial
from deck_sim.contract.editions import EDITIONS, connections, register
from deck_sim.contract.editions.edition import Edition, Idempotency
from deck_sim.contract.endpoints import CONFLICT, Operation
from deck_sim.contract.error_catalog import CATALOG, read_errors
from deck_sim.contract.kinds import Kind
from deck_sim.contract.machines import Command, Machine
from deck_sim.contract.shapes import text
from deck_sim.operations import CONTROL_OPERATIONS, people
from deck_sim.operations.parameters import ChangeWorld, NewWorld
from deck_sim.operations.schemas import make_forms
from deck_sim.operations.table import operation
from deck_sim.scenario.library import shipped


class CreateDesk(Body):
    name: Text


class Reply(Body):
    replies: JsonObject


RUN = Machine(
    follows={
        "queued": ("running",),
        "running": ("interaction_required", "review_required", "parked", "completed", "failed"),
        "parked": ("failed",),
        "interaction_required": ("running", "failed"),
        "review_required": ("completed", "failed"),
        "completed": (),
        "failed": (),
    },
    commands={
        "answer": Command(("interaction_required",)),
        "cancel": Command((), "failed"),
        "park": Command(("running",), "parked"),
        "tow": Command(("parked",), "failed"),
        "approve": Command(("review_required",)),
        "reject": Command(("review_required",)),
    },
    settled=frozenset({"completed", "failed"}),
    good=frozenset({"completed"}),
    bad=frozenset({"failed"}),
    is_run=True,
    timed_from="running",
    spelled={"review_required": "reviewing"},
)
DESK = Kind(
    object="desk",
    prefix="desk",
    path="desks",
    attributes={"name": text("Front desk")},
    create="CreateDesk",
    update="UpdateDesk",
    lifecycle=("created",),
)
KIOSK = Edition(
    name="kiosk",
    kinds=kinds.by_object(
        *(kind for name, kind in connections.EDITION.kinds.items() if name != "task_run"),
        replace(connections.TASK_RUN, machine=RUN, summary=("id", "object", "status", "task_id")),
        DESK,
    ),
    bodies=lambda: SimpleNamespace(
        **vars(connections.EDITION.bodies()),
        CreateDesk=CreateDesk,
        UpdateDesk=partial(CreateDesk, "name"),
        Reply=Reply,
    ),
    operations=(
        *connections.OPERATIONS,
        Operation(
            "close_connection",
            "POST /connections/{id}/close",
            "Close a connection",
            "connection",
            endpoint="terminate_connection",
            errors=CONFLICT,
        ),
    ),
    errors=(
        *connections.ERRORS,
        *read_errors("""
request/desk_not_found 404 (assumed): No desk has the id `{id}`.
    source: nothing public; like other codes
desk/closed 503 (assumed): The desk is closed.
    source: nothing public; desks close at night"""),
    ),
    login="connection",
    login_status="connected",
    answer_key="replies",
    answer_body="Reply",
    numbers_messages=False,
    idempotency=Idempotency(("POST",), creates_only=False, stored_statuses=range(200, 300)),
)
STORY = """
version: 1
name: at_the_desk
edition: kiosk
task_run:
  - queued: 1s
  - running: 1s
  - interaction_required: {type: mfa, accept: {code: "123"}}
  - running: 1s
  - review_required: 1m
  - completed
"""
COMMANDS = ("park", "tow")


@contextmanager
def registered():
    """The edition, with its commands in the control API of servers that start meanwhile."""
    errors, operations = dict(CATALOG), dict(CONTROL_OPERATIONS)
    register(KIOSK)
    for command in COMMANDS:
        path = f"/task-runs/{{id}}/{command}"
        register_park = operation("POST", path, people.act.__doc__, name=f"{command}_task_run")
        register_park(call_with(people.act, "task_run", command))
    _forget_editions()
    try:
        yield KIOSK
    finally:
        del EDITIONS["kiosk"]
        _forget_editions()
        for table, before in ((CATALOG, errors), (CONTROL_OPERATIONS, operations)):
            table.clear()
            table.update(before)


def _forget_editions():
    """Empty what keeps the names of editions: scenarios that are loaded, models and forms."""
    shipped.cache_clear()
    for model in (NewWorld, ChangeWorld):
        model.model_rebuild(force=True)
    make_forms.cache_clear()
