"""The `connections` edition: a connection logs in once, and then runs use it."""

from dataclasses import replace
from importlib import import_module

from deck_sim.contract import endpoints, kinds
from deck_sim.contract.editions.edition import Edition, Idempotency
from deck_sim.contract.endpoints import Operation, answer_row, command_row
from deck_sim.contract.error_catalog import read_errors
from deck_sim.contract.kinds import Kind, insert_after
from deck_sim.contract.machines import AutoTransition, Command, Machine
from deck_sim.contract.shapes import INTERACTION, MOMENT, identity

CONNECTION_MACHINE = Machine(
    follows={
        "connecting": ("connected", "interaction_required", "invalid", "terminated"),
        # Assumed: `invalid` follows a prompt if every code that was given is wrong.
        "interaction_required": (
            "connected",
            "interaction_required",
            "invalid",
            "disconnected",
            "terminated",
        ),
        "connected": ("disconnected", "invalid", "terminated"),
        "disconnected": ("connecting", "terminated"),
        "invalid": ("terminated",),
        "terminated": (),
    },
    commands={
        "run": Command(("connected",)),
        "answer": Command(("interaction_required",)),
        "reopen": Command(("disconnected",), "connecting"),
        # Documented for `connected`; assumed for the rest: stored credentials can always be
        # deleted.
        "terminate": Command(
            ("connecting", "interaction_required", "connected", "disconnected", "invalid"),
            "terminated",
        ),
        "drop": Command(("connected",), "disconnected"),
        "invalidate": Command(("connected",), "invalid"),
    },
    settled=frozenset({"connected", "disconnected", "invalid", "terminated"}),
    good=frozenset({"connected"}),
    bad=frozenset({"invalid", "terminated"}),
    auto_transitions={
        "connected": AutoTransition("disconnected", None, "connection_idle", is_timeout=True)
    },
    broken="invalid",
    # Assumed: nothing public says what happens to a run whose connection ends.
    ends_users={
        "disconnected": "task/task_failed",
        "invalid": "auth/auth_invalid",
        "terminated": "task/task_failed",
    },
)

RUN_MACHINE = Machine(
    follows={
        "queued": ("running", "failed", "canceled"),
        "running": ("interaction_required", "pending", "completed", "failed", "canceled"),
        # A repeated prompt is a transition, too: it tells the client that the answer was wrong.
        "interaction_required": ("running", "interaction_required", "failed"),
        "pending": ("completed", "failed", "canceled"),
        "completed": (),
        "failed": (),
        "canceled": (),
    },
    commands={
        "answer": Command(("interaction_required",)),
        "cancel": Command(("pending", "queued", "running"), "canceled"),
        "approve": Command(("pending",)),
        "reject": Command(("pending",)),
    },
    settled=frozenset({"completed", "failed", "canceled"}),
    good=frozenset({"completed"}),
    bad=frozenset({"failed"}),
    is_run=True,
    timed_from="running",
)


CONNECTION = Kind(
    object="connection",
    prefix="conn",
    path="connections",
    attributes={**kinds.LOGIN, "interaction": INTERACTION},
    verbs=("list", "get", "update"),
    create="CreateConnection",
    update="UpdateConnection",
    references={"source_id": "source"},
    filters=("source_id", "external_id", "status"),
    machine=CONNECTION_MACHINE,
)
TASK_RUN = replace(
    kinds.TASK_RUN,
    attributes=insert_after(
        "source_id", kinds.TASK_RUN.attributes, connection_id=identity(CONNECTION.prefix)
    ),
    create="RunTask",
    references={"connection_id": "connection"},
    filters=("status", "task_id", "agent_id", "connection_id"),
    machine=RUN_MACHINE,
)

STORAGE = replace(kinds.STORAGE, attributes={**kinds.STORAGE.attributes, "fetch_date": MOMENT})

OPERATIONS = (
    endpoints.RUN_TASK,
    replace(endpoints.LIST_RUN_STORAGE, answer="storage"),
    Operation(
        "open_connection",
        "POST /connections",
        "Open a connection",
        "connection",
        body="CreateConnection",
        status=201,
        plays=True,
        errors=("auth/auth_method_invalid",),
    ),
    answer_row(CONNECTION),
    command_row("disconnect", CONNECTION, "Close a connection permanently"),
    command_row("reopen", CONNECTION, "Connect a disconnected connection again", plays=True),
    command_row("terminate", CONNECTION, "Close a connection permanently, as `disconnect` does"),
)
ERRORS = read_errors("""
connection/timeout 504 (documented): The source could not be connected to in time.
    source: docs.deck.co, errors, earlier revision: could not connect in time, 504
connection/blocked 503 (documented): The source's anti-bot protection blocked us.
    source: docs.deck.co, errors, earlier revision: blocked by anti-bot measures, 503
request/connection_not_found 404 (assumed): No connection has the id `{id}`.
    source, 2026-12-02: nothing public; named like the codes of the later edition
""")


EDITION = Edition(
    name="connections",
    kinds=kinds.by_object(
        kinds.AGENT,
        kinds.SOURCE,
        kinds.TASK,
        CONNECTION,
        TASK_RUN,
        STORAGE,
        kinds.EVENT_DESTINATION,
        kinds.EVENT_DELIVERY,
    ),
    bodies=lambda: import_module("deck_sim.contract.editions.connections.bodies"),
    operations=OPERATIONS,
    errors=ERRORS,
    login="connection",
    login_status="connected",
    answer_key="inputs",
    answer_body="SubmitInteraction",
    numbers_messages=True,
    idempotency=Idempotency(("POST",), creates_only=True, stored_statuses=range(200, 600)),
)
