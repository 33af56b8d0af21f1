"""What a call of the API is to those who read of it: its name, what it takes, what it answers.

A route has one of these beside its path. The endpoint does not look at it; the OpenAPI document is
made of it, and the suite holds every answer against that.
"""

from dataclasses import dataclass, replace

from deck_sim.contract.editions import Edition
from deck_sim.contract.resources import Kind

PAGING = ("limit", "cursor", "created_after", "created_before")  # what every paged list takes


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. What follows from its path and its kind of resource is not repeated here."""

    name: str  # verb_noun, in Deck's words
    summary: str
    answer: str  # a kind of resource of the edition, or one of `shapes.OTHERS`
    body: str | None = None  # the name of its model in `bodies`
    answers: bool = False  # an interaction; its body is the edition's
    status: int = 200
    paged: bool = False  # a list of them, page by page
    whole: bool = False  # a list of them, in one go
    filters: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()  # what `include=` may ask for
    plays: bool = False  # starts a script, which the caller may choose
    errors: tuple[str, ...] = ()  # of the catalog, beside those that follow from the rest

    def body_in(self, edition: Edition) -> str | None:
        """The name of its body in an edition."""
        return edition.answer if self.answers else self.body

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of what its query takes."""
        included = ("include",) if self.includes else ()
        return (*self.filters, *(PAGING if self.paged else ()), *included)

    @property
    def kind(self) -> str:
        """The kind of resource that it answers with; the answer to a create may show more of it."""
        return self.answer.removeprefix("created_")


def usual(verb: str, row: Kind) -> Operation:
    """What one of the five verbs is to one kind of resource."""
    noun = row.path.replace("-", " ") if verb == "list" else row.noun
    article = {"list": ""}.get(verb, "an " if noun[0] in "aeiou" else "a ")
    return Operation(
        f"{verb}_{noun.replace(' ', '_')}",
        f"{verb.title()} {article}{noun}",
        "deleted" if verb == "delete" else row.object,
        body={"create": row.create, "update": row.update}.get(verb),
        status=row.create_status if verb == "create" else 200,
        paged=verb == "list",
        filters=row.filters if verb == "list" else (),
        includes=row.includes if verb in ("list", "get") else (),
    )


_CONFLICT = ("request/state_invalid",)

TEST_KEY = Operation("test_key", "Test the API key", "readiness")
RESET_TASK = Operation("reset_task", "Let a task start learning again", "task")
RUN_TASK = Operation(
    "run_task",
    "Run a task",
    "task_run",
    body="RunTask",
    status=201,
    plays=True,
    errors=_CONFLICT,
)
RUN_TASK_WITH_LOGIN = replace(RUN_TASK, body="RunTaskWithLogin")
CANCEL_RUN = Operation("cancel_run", "Cancel a task run", "task_run", errors=_CONFLICT)
ANSWER_RUN = Operation(
    "answer_run",
    "Answer what a task run asks",
    "task_run",
    answers=True,
    errors=_CONFLICT,
)
LIST_STORAGE = Operation(
    "list_run_storage", "List the files that a task run kept", "storage", paged=True
)
LIST_SCREENSHOTS = Operation(
    "list_run_screenshots", "List the screenshots of a task run", "screenshot", whole=True
)

OPEN_CONNECTION = Operation(
    "open_connection",
    "Open a connection",
    "connection",
    body="CreateConnection",
    status=201,
    plays=True,
    errors=("auth/auth_method_invalid",),
)
ANSWER_CONNECTION = Operation(
    "answer_connection",
    "Answer what a connection asks",
    "connection",
    answers=True,
    errors=_CONFLICT,
)
DISCONNECT = Operation(
    "disconnect_connection", "Disconnect a connection", "connection", errors=_CONFLICT
)
REOPEN = Operation(
    "reopen_connection",
    "Connect a disconnected connection again",
    "connection",
    plays=True,
    errors=_CONFLICT,
)
TERMINATE = Operation(
    "terminate_connection", "End a connection for good", "connection", errors=_CONFLICT
)

CREATE_CREDENTIAL = Operation(
    "create_credential",
    "Store a credential",
    "credential",
    body="CreateCredential",
    status=201,
    errors=("auth/auth_method_invalid",),
)
UPDATE_CREDENTIAL = Operation(
    "update_credential",
    "Update a credential",
    "credential",
    body="UpdateCredential",
    errors=("auth/auth_method_invalid", *_CONFLICT),
)
DELETE_CREDENTIAL = Operation("delete_credential", "Delete a credential", "deleted")
START_SESSION = Operation(
    "start_session",
    "Start a session without a run",
    "session",
    body="StartSession",
    status=201,
    plays=True,
    errors=_CONFLICT,
)
END_SESSION = Operation("end_session", "End a session", "session", errors=_CONFLICT)

LIST_EVENTS = Operation("list_events", "List events", "event", paged=True, filters=("type",))
GET_EVENT = Operation("get_event", "Get an event", "event")
LIST_EVENT_TYPES = Operation("list_event_types", "List event types", "event_type", whole=True)
CREATE_DESTINATION = Operation(
    "create_event_destination",
    "Create an event destination",
    "created_event_destination",
    body="CreateDestination",
    status=201,
)
UPDATE_DESTINATION = Operation(
    "update_event_destination",
    "Update an event destination",
    "event_destination",
    body="UpdateDestination",
)
CREATE_TYPED_DESTINATION = replace(
    CREATE_DESTINATION, answer="event_destination", body="CreateTypedDestination"
)
UPDATE_TYPED_DESTINATION = replace(UPDATE_DESTINATION, body="UpdateTypedDestination")
LIST_DELIVERIES = Operation(
    "list_event_deliveries",
    "List the deliveries to an event destination",
    "event_delivery",
    paged=True,
    filters=("status", "type"),
)
