"""The `credentials` edition: runs log in with stored credentials, in sessions."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

from deck_sim.contract import endpoints, kinds
from deck_sim.contract.editions.edition import Edition, Idempotency
from deck_sim.contract.endpoints import CONFLICT, Operation, command_row
from deck_sim.contract.error_catalog import read_errors
from deck_sim.contract.kinds import DERIVED, Embed, Kind, insert_after
from deck_sim.contract.machines import AutoTransition, Command, Machine
from deck_sim.contract.shapes import (
    COUNT,
    FILE,
    PURPOSE,
    Shape,
    choice,
    identity,
    many,
    named,
    nullable,
    record,
)

CREDENTIAL_MACHINE = Machine(
    follows={
        "unverified": ("verified", "invalid", "deleted"),
        "verified": ("unverified", "invalid", "deleted"),
        # Assumed: a successful login makes an invalid credential valid again.
        "invalid": ("unverified", "verified", "deleted"),
        "deleted": (),
    },
    commands={
        # Assumed for `invalid`: Deck documents only that a deleted credential runs nothing.
        "run": Command(("unverified", "verified", "invalid")),
        "update": Command(("unverified", "verified", "invalid")),
        "delete": Command(("unverified", "verified", "invalid"), "deleted"),
        "invalidate": Command(("unverified", "verified"), "invalid"),
    },
    settled=frozenset({"unverified", "verified", "invalid", "deleted"}),
    good=frozenset({"verified"}),
    bad=frozenset({"invalid"}),
    # Assumed, as for the connections of the other edition.
    ends_users={"deleted": "task/task_failed"},
)

SESSION_MACHINE = Machine(
    follows={
        "queued": ("running", "completing", "failed"),
        "running": ("idle", "completing", "failed"),
        "idle": ("running", "completing", "failed"),
        "completing": ("completed",),
        "completed": (),
        "failed": (),
    },
    commands={
        "run": Command(("idle",)),  # assumed: one run at a time
        "end": Command(("queued", "running", "idle"), "completing"),
        "drop": Command(("running", "idle"), "failed"),
    },
    settled=frozenset({"idle", "completed", "failed"}),
    good=frozenset({"idle", "completed"}),
    bad=frozenset({"failed"}),
    timed_from="running",
    auto_transitions={
        "idle": AutoTransition("completing", timedelta(minutes=10), is_timeout=True),
        "completing": AutoTransition("completed", timedelta(seconds=1)),  # assumed: one second
    },
    ends_users={"failed": "task/task_failed", "completing": None},  # `failed` is assumed
    broken="failed",
)

_LIVE = ("queued", "running", "interaction_required", "review_required")

RUN_MACHINE = Machine(
    follows={
        "queued": ("running", "failed", "cancelling"),
        "running": ("interaction_required", "review_required", "completed", "failed", "cancelling"),
        "interaction_required": ("running", "interaction_required", "failed", "cancelling"),
        "review_required": ("running", "completed", "failed", "cancelling"),
        "cancelling": ("canceled",),
        "completed": (),
        "failed": (),
        "canceled": (),
    },
    commands={
        "answer": Command(("interaction_required",)),
        "cancel": Command(_LIVE, "cancelling"),  # assumed: in every live status
        "approve": Command(("review_required",)),
        "reject": Command(("review_required",)),
    },
    settled=frozenset({"completed", "failed", "canceled"}),
    good=frozenset({"completed"}),
    bad=frozenset({"failed"}),
    is_run=True,
    timed_from="running",
    auto_transitions={
        "cancelling": AutoTransition("canceled", timedelta(seconds=1))
    },  # assumed: one second
    leads={
        "session_id": {
            "running": ("running",),
            "completed": ("idle",),
            "canceled": ("idle", "completing"),
            "failed": ("idle", "completing"),
            "auth": ("failed",),
            "session": ("failed",),
        },
        # The login is a part of the run. Errors that are not listed say nothing about the login.
        "credential_id": {
            "review_required": ("verified",),
            "completed": ("verified",),
            "task/timeout": (),  # the run may have timed out before the login
            "task": ("verified",),
            "storage": ("verified",),
            "auth/auth_invalid": ("invalid",),
            "auth/auth_locked": ("invalid",),
        },
    },
    leads_first=frozenset({"running"}),  # assumed: the run's session starts before the run
    results={"completed": "success", "failed": "failure", "canceled": "unknown"},
    spelled={"cancelling": "canceling"},
)

# Assumed: null if no credentials were given, otherwise an object with both keys.
LOGIN_SUMMARY: Shape = nullable(
    record(
        {
            "username": nullable({"type": "string"}),
            "source_fields": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    )
)
CREDENTIAL = Kind(
    object="credential",
    prefix="cred",
    path="credentials",
    attributes=insert_after("auth_method", kinds.LOGIN, auth_credentials=LOGIN_SUMMARY),
    create="CreateCredential",
    update="UpdateCredential",
    special={
        "create": {"summary": "Store a credential", "errors": ("auth/auth_method_invalid",)},
        "update": {"errors": ("auth/auth_method_invalid", *CONFLICT)},
        "delete": {},
    },
    references={"source_id": "source"},
    filters=("source_id", "external_id", "status"),
    machine=CREDENTIAL_MACHINE,
    lifecycle=("created",),
    summary=("id", "object", "status", "source_id", "auth_method"),
)
SESSION = Kind(
    object="session",
    prefix="sess",
    path="sessions",
    attributes={"status": DERIVED, "runtime_ms": COUNT, "task_runs": DERIVED},
    verbs=("list", "get"),
    create="StartSession",
    references={"credential_id": "credential", "source_id": "source"},
    filters=("status",),
    embeds={
        "task_runs": Embed(
            "task_run", by="session_id", shows=("id", "task_id", "agent_id", "credential_id")
        )
    },
    machine=SESSION_MACHINE,
    summary=("id", "object", "status"),
)
TASK_RUN = replace(
    kinds.TASK_RUN,
    attributes=insert_after(
        "source_id",
        insert_after(
            "status",
            kinds.TASK_RUN.attributes,
            result=nullable(choice("success", "failure", "unknown")),
        ),
        credential_id=nullable(identity(CREDENTIAL.prefix)),
        session_id=nullable(identity(SESSION.prefix)),
    ),
    create="RunTaskWithLogin",
    includes={**kinds.TASK_RUN.includes, "storage": many(named("StorageItem"))},
    references={"credential_id": "credential", "source_id": "source", "session_id": "session"},
    filters=("status", "task_id", "agent_id", "credential_id", "source_id", "outcome"),
    filter_fields={"outcome": "result"},
    machine=RUN_MACHINE,
    summary=(
        *("id", "object", "status", "result", "task_id", "credential_id", "agent_id", "source_id"),
        *("runtime_ms", "created_at", "updated_at"),
    ),
)
AGENT = replace(kinds.AGENT, summary=("id", "object", "name"))
SOURCE = replace(kinds.SOURCE, summary=("id", "object", "name", "type"))
TASK = replace(
    kinds.TASK,
    special={"create": {"endpoint": "create_resource", "errors": CONFLICT}},
    needs=kinds.STORAGE_NEEDS,
    summary=("id", "object", "status", "name", "agent_id"),
)
STORAGE = replace(
    kinds.STORAGE,
    attributes={
        **insert_after("file_size", kinds.STORAGE.attributes, purpose=PURPOSE),
        "result": choice("success", "failure"),
    },
    listed=("id", "object", *FILE, "purpose", "url", "extraction", "created_at"),
    summary=("id", "object", "file_name", "task_run_id"),
)
EVENT_DESTINATION = replace(
    kinds.EVENT_DESTINATION,
    named_by={"config": "type"},
    special={
        "create": {"body": "CreateTypedDestination"},
        "update": {"body": "UpdateTypedDestination"},
    },
    summary=("id", "object", "status", "name", "type"),
)

_NEEDS_SESSION = (*CONFLICT, "rate_limit/session_limit_exceeded")
OPERATIONS = (
    replace(endpoints.RUN_TASK, body="RunTaskWithLogin", errors=_NEEDS_SESSION),
    Operation(
        "start_session",
        "POST /sessions",
        "Start a session without a run",
        "session",
        body="StartSession",
        status=201,
        plays=True,
        errors=_NEEDS_SESSION,
    ),
    command_row("end", SESSION),
)
ERRORS = read_errors("""
session/timeout 504 (documented): The session could not be started in time.
    source: docs.deck.co, errors, Deck errors: a session that could not start in time, 504
rate_limit/session_limit_exceeded 429 (documented): Agent sandbox limit exceeded.
    source, 2026-11-26: docs.deck.co, errors, rate limits: the message of the 429, word for word
request/credential_not_found 404 (observed): No credential has the id `{id}`.
    source, 2026-11-29: docs.prodbreak.com, live API: the code for an unknown credential
request/session_not_found 404 (observed): No session has the id `{id}`.
    source, 2026-11-29: docs.prodbreak.com, live API: the code for an unknown session
organization/plan_limit_reached 403 (assumed): The plan's limit has been reached.
    source: nothing public; the group organization is documented without its codes
""")


EDITION = Edition(
    name="credentials",
    kinds=kinds.by_object(
        AGENT,
        SOURCE,
        TASK,
        CREDENTIAL,
        SESSION,
        TASK_RUN,
        STORAGE,
        EVENT_DESTINATION,
        kinds.EVENT_DELIVERY,
    ),
    bodies=lambda: import_module("deck_sim.contract.editions.credentials.bodies"),
    operations=OPERATIONS,
    errors=ERRORS,
    login="credential",
    login_status="verified",
    answer_key="input",
    answer_body="SubmitInput",
    numbers_messages=False,
    compares_extractions=True,
    # Deck's list of event types has the first name, and an observed event had the second.
    also_known_as={"task_run.review_required": "task_run.pending"},
    silent_event_types=("user.created",),  # observed
    idempotency=Idempotency(
        ("POST", "PATCH", "DELETE"), creates_only=False, stored_statuses=range(200, 300)
    ),
)
