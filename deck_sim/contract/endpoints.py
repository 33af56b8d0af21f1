"""The calls of the Deck API, one row each: name, path, body and answer.

The OpenAPI document is made from these rows. The functions that answer are in `server.api`.
"""

from dataclasses import dataclass, replace
from typing import Any

from deck_sim.contract.kinds import EVENT_DELIVERY, TASK, TASK_RUN, Kind

CONFLICT = ("request/state_invalid",)


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the Deck API, such as `POST /tasks/{id}/run`."""

    name: str  # verb_noun, in Deck's words
    call: str  # method and path
    summary: str
    answer: str  # a kind of resource of the edition, or one of `answers.OTHERS`
    body: str | None = None  # the name of the model of the body
    endpoint: str | None = None  # the function that answers; None: the one called `name`
    of: str = ""  # the kind of resource, if the call is one of its five usual verbs
    answers: bool = False  # answers an interaction; the body is the edition's `answer_body`
    status: int = 200
    paged: bool = False  # a list, page by page
    whole: bool = False  # a list, in one answer
    filters: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()  # values of the parameter `include`
    plays: bool = False  # starts a script, which the caller may choose
    errors: tuple[str, ...] = ()  # names of errors that do not follow from the other fields

    @property
    def method(self) -> str:
        return self.call.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path below `/v2`, such as `/tasks/{id}/run`."""
        return self.call.partition(" ")[2]

    @property
    def tag(self) -> str:
        """The first segment of the path, like `tasks`; it groups the calls in OpenAPI documents."""
        return self.path.split("/")[1]

    @property
    def kind(self) -> str:
        """The kind of resource in the answer, or the name of another answer, such as `deleted`."""
        return self.answer.removeprefix("created_")


_CALLS = {"create": "POST /{}", "list": "GET /{}", "get": "GET /{}/{{id}}"}
_CALLS |= {"update": "PATCH /{}/{{id}}", "delete": "DELETE /{}/{{id}}"}


def usual(verb: str, row: Kind) -> Operation:
    """Make the call of a usual verb (create, list, get, update, delete) for the kind `row`."""
    noun = row.path.replace("-", " ") if verb == "list" else row.noun
    article = {"list": ""}.get(verb, "an " if noun[0] in "aeiou" else "a ")
    operation = Operation(
        f"{verb}_{noun.replace(' ', '_')}",
        _CALLS[verb].format(row.path),
        f"{verb.title()} {article}{noun}",
        "deleted" if verb == "delete" else row.object,
        body={"create": row.create, "update": row.update}.get(verb),
        status=row.create_status if verb == "create" else 200,
        paged=verb == "list",
        filters=row.filters if verb == "list" else (),
        includes=tuple(row.includes) if verb in ("list", "get") else (),
        endpoint=f"{verb}_resource",
        of=row.object,
    )
    special = {"endpoint": None, **row.special[verb]} if verb in row.special else {}
    return replace(operation, **special)


def command_row(verb: str, row: Kind, summary: str = "", **changes: Any) -> Operation:
    """Make the call of the command `verb` on resources of the kind `row`. `changes` sets fields."""
    operation = Operation(
        f"{verb}_{row.object}",
        f"POST /{row.path}/{{id}}/{verb}",
        summary or f"{verb.title()} a {row.noun}",
        row.object,
        errors=CONFLICT,
    )
    return replace(operation, **changes)


def answer_row(row: Kind, **changes: Any) -> Operation:
    """Make the call that answers a prompt of resources of the kind `row`. `changes` sets fields."""
    summary, name = f"Answer the prompt of a {row.noun}", f"answer_{row.object}"
    return command_row("interaction", row, summary, **{"name": name, "answers": True, **changes})


RUN_TASK = command_row("run", TASK, answer="task_run", body="RunTask", status=201, plays=True)

LIST_RUN_STORAGE = Operation(
    "list_run_storage",
    "GET /task-runs/{id}/storage",
    "List the stored files of a task run",
    "storage_item",
    paged=True,
)

# The operations of every edition, except those of the usual verbs.
SHARED_OPERATIONS = (
    Operation("test_key", "GET /test", "Test the API key", "readiness"),
    Operation("reset_task", "POST /tasks/{id}/reset", "Set a task back to `learning`", "task"),
    command_row("cancel", TASK_RUN, name="cancel_run"),
    answer_row(TASK_RUN, name="answer_run"),
    LIST_RUN_STORAGE,
    Operation(
        "list_run_screenshots",
        "GET /task-runs/{id}/screenshots",
        "List the screenshots of a task run",
        "screenshot",
        paged=True,
    ),
    Operation("list_events", "GET /events", "List events", "event", paged=True, filters=("type",)),
    Operation("get_event", "GET /events/{id}", "Get an event", "event"),
    Operation("list_event_types", "GET /event-types", "List event types", "event_type", whole=True),
    Operation(
        "list_event_deliveries",
        "GET /event-destinations/{id}/event-deliveries",
        "List the deliveries to an event destination",
        "event_delivery",
        paged=True,
        filters=EVENT_DELIVERY.filters,
    ),
)
