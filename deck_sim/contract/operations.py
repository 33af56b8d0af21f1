"""What a call of the API is to those who read of it: its name, what it takes, what it answers.

A route has one of these beside its path. The endpoint does not look at it; the OpenAPI document is
made of it, and the suite holds every answer against that.
"""

from dataclasses import dataclass

from deck_sim.contract.resources import Kind

PAGING = ("limit", "cursor", "created_after", "created_before")  # what every paged list takes


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. What follows from its path and its kind of resource is not repeated here."""

    name: str  # verb_noun, in Deck's words
    method: str
    path: str
    summary: str
    answer: str  # a kind of resource of the edition, or one of `shapes.OTHERS`
    body: str | None = None  # the name of its model in `bodies`
    endpoint: str | None = None  # the function that answers; None: the one called `name`
    verb: str | None = None  # which of the five usual ones it is, if any …
    of: str = ""  # … and of which kind of resource
    answers: bool = False  # an interaction; its body is the edition's
    status: int = 200
    paged: bool = False  # a list of them, page by page
    whole: bool = False  # a list of them, in one go
    filters: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()  # what `include=` may ask for
    plays: bool = False  # starts a script, which the caller may choose
    errors: tuple[str, ...] = ()  # of the catalog, beside those that follow from the rest

    @property
    def creates(self) -> bool:
        """Whether it makes a resource."""
        return self.status == 201 or self.verb == "create"

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
    method, tail = _VERBS[verb]
    noun = row.path.replace("-", " ") if verb == "list" else row.noun
    article = {"list": ""}.get(verb, "an " if noun[0] in "aeiou" else "a ")
    return Operation(
        f"{verb}_{noun.replace(' ', '_')}",
        method,
        f"/{row.path}{tail}",
        f"{verb.title()} {article}{noun}",
        "deleted" if verb == "delete" else row.object,
        body={"create": row.create, "update": row.update}.get(verb),
        status=row.create_status if verb == "create" else 200,
        paged=verb == "list",
        filters=row.filters if verb == "list" else (),
        includes=tuple(row.includes) if verb in ("list", "get") else (),
        verb=verb,
        of=row.object,
    )


_VERBS = {
    "create": ("POST", ""),
    "list": ("GET", ""),
    "get": ("GET", "/{id}"),
    "update": ("PATCH", "/{id}"),
    "delete": ("DELETE", "/{id}"),
}


CONFLICT = ("request/state_invalid",)

TEST_KEY = Operation("test_key", "GET", "/test", "Test the API key", "readiness")
RESET_TASK = Operation(
    "reset_task", "POST", "/tasks/{id}/reset", "Let a task start learning again", "task"
)
RUN_TASK = Operation(
    "run_task",
    "POST",
    "/tasks/{id}/run",
    "Run a task",
    "task_run",
    body="RunTask",
    status=201,
    plays=True,
    errors=CONFLICT,
)
CANCEL_RUN = Operation(
    "cancel_run", "POST", "/task-runs/{id}/cancel", "Cancel a task run", "task_run", errors=CONFLICT
)
ANSWER_RUN = Operation(
    "answer_run",
    "POST",
    "/task-runs/{id}/interaction",
    "Answer what a task run asks",
    "task_run",
    answers=True,
    errors=CONFLICT,
)
LIST_STORAGE = Operation(
    "list_run_storage",
    "GET",
    "/task-runs/{id}/storage",
    "List the files that a task run kept",
    "storage",
    paged=True,
)
LIST_SCREENSHOTS = Operation(
    "list_run_screenshots",
    "GET",
    "/task-runs/{id}/screenshots",
    "List the screenshots of a task run",
    "screenshot",
    whole=True,
)

LIST_EVENTS = Operation(
    "list_events", "GET", "/events", "List events", "event", paged=True, filters=("type",)
)
GET_EVENT = Operation("get_event", "GET", "/events/{id}", "Get an event", "event")
LIST_EVENT_TYPES = Operation(
    "list_event_types", "GET", "/event-types", "List event types", "event_type", whole=True
)
CREATE_DESTINATION = Operation(
    "create_event_destination",
    "POST",
    "/event-destinations",
    "Create an event destination",
    "created_event_destination",
    body="CreateDestination",
    status=201,
)
UPDATE_DESTINATION = Operation(
    "update_event_destination",
    "PATCH",
    "/event-destinations/{id}",
    "Update an event destination",
    "event_destination",
    body="UpdateDestination",
)
LIST_DELIVERIES = Operation(
    "list_event_deliveries",
    "GET",
    "/event-destinations/{id}/event-deliveries",
    "List the deliveries to an event destination",
    "event_delivery",
    paged=True,
    filters=("status", "type"),
)

# What every edition has beside the five usual verbs.
SHARED = (
    TEST_KEY,
    RESET_TASK,
    CANCEL_RUN,
    ANSWER_RUN,
    LIST_STORAGE,
    LIST_SCREENSHOTS,
    LIST_EVENTS,
    GET_EVENT,
    LIST_EVENT_TYPES,
    LIST_DELIVERIES,
)
