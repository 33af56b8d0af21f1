"""The calls of the Deck API, a row each: name, path, body, answer, and how we know of it.

The OpenAPI document and the ledger are made of these rows. `server.api` has a function for each.
"""

from dataclasses import dataclass, replace

from deck_sim.contract.resources import FILES_CALLS, Kind

PAGING = ("limit", "cursor", "created_after", "created_before")  # parameters of every paged list
CONFLICT = ("request/state_invalid",)


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. Its path and kind of resource imply the rest."""

    name: str  # verb_noun, in Deck's words
    call: str  # method and path
    summary: str
    answer: str  # a kind of resource of the edition, or one of `answers.OTHERS`
    known: str  # its ledger row, see `fidelity.read_rows`; the call is always in `of`
    body: str | None = None  # the name of the model of its body
    endpoint: str | None = None  # the function that answers; None: the one called `name`
    of: str = ""  # the kind of resource, if it is one of the five usual operations
    answers: bool = False  # an interaction; the body is the edition's `answer_body`
    status: int = 200
    paged: bool = False  # a list, page by page
    whole: bool = False  # a list, in one answer
    filters: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()  # values of the parameter `include`
    plays: bool = False  # starts a script, which the caller may choose
    errors: tuple[str, ...] = ()  # of the catalog, besides those that follow from the rest

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.call.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path below `/v2`."""
        return self.call.partition(" ")[2]

    @property
    def tag(self) -> str:
        """The first segment of the path."""
        return self.path.split("/")[1]

    @property
    def creates(self) -> bool:
        """Whether it makes a resource."""
        return self.status == 201 or self.name.startswith("create_")

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its query parameters."""
        included = ("include",) if self.includes else ()
        return (*self.filters, *(PAGING if self.paged else ()), *included)

    @property
    def kind(self) -> str:
        """The kind of resource in its answer; the answer to a create may show more of it."""
        return self.answer.removeprefix("created_")


_CALLS = {"create": "POST /{}", "list": "GET /{}", "get": "GET /{}/{{id}}"}
_CALLS |= {"update": "PATCH /{}/{{id}}", "delete": "DELETE /{}/{{id}}"}


def usual(verb: str, row: Kind) -> Operation:
    """The call of one of the five usual verbs for a kind of resource."""
    assert row.known, f"the calls of {row.path} have no row in the ledger"
    noun = row.path.replace("-", " ") if verb == "list" else row.noun
    article = {"list": ""}.get(verb, "an " if noun[0] in "aeiou" else "a ")
    operation = Operation(
        f"{verb}_{noun.replace(' ', '_')}",
        _CALLS[verb].format(row.path),
        f"{verb.title()} {article}{noun}",
        "deleted" if verb == "delete" else row.object,
        row.known,
        body={"create": row.create, "update": row.update}.get(verb),
        status=row.create_status if verb == "create" else 200,
        paged=verb == "list",
        filters=row.filters if verb == "list" else (),
        includes=tuple(row.includes) if verb in ("list", "get") else (),
        endpoint=f"{verb}_resource",
        of=row.object,
    )
    return (
        replace(operation, **{"endpoint": None, **row.own[verb]}) if verb in row.own else operation
    )


RUN_TASK = Operation(
    "run_task",
    "POST /tasks/{id}/run",
    "Run a task",
    "task_run",
    "run_call (documented): `POST /tasks/{id}/run` answers at once with a `queued` run.\n"
    "    source: docs.deck.co, API reference, tasks: the run is returned at once,"
    " before it has worked",
    body="RunTask",
    status=201,
    plays=True,
    errors=CONFLICT,
)
_EVENTS_CALLS = (
    "events_calls (documented): Events can be listed and read.\n"
    "    source: docs.deck.co, API reference, events: GET /events and GET /events/{id}"
)
LIST_EVENTS = Operation(
    "list_events",
    "GET /events",
    "List events",
    "event",
    _EVENTS_CALLS,
    paged=True,
    filters=("type",),
)
GET_EVENT = Operation("get_event", "GET /events/{id}", "Get an event", "event", _EVENTS_CALLS)

# The operations of every edition that are not usual ones.
SHARED = (
    Operation(
        "test_key",
        "GET /test",
        "Test the API key",
        "readiness",
        "test_call (documented): `GET /test` answers `ready` and `live`.\n"
        '    source: docs.deck.co, API reference, test: "status": "ready" and'
        ' "environment": "live"',
    ),
    Operation(
        "reset_task",
        "POST /tasks/{id}/reset",
        "Let a task start learning again",
        "task",
        "task_reset (documented): `POST /tasks/{id}/reset` sets a task back to `learning`.\n"
        "    source: docs.deck.co, API reference, tasks: reset is one of the calls, and"
        " learning the first status",
    ),
    Operation(
        "cancel_run",
        "POST /task-runs/{id}/cancel",
        "Cancel a task run",
        "task_run",
        "cancel_call (documented): `POST /task-runs/{id}/cancel` cancels a run.\n"
        "    source: docs.deck.co, API reference, task runs: cancel is one of the calls",
        errors=CONFLICT,
    ),
    Operation(
        "answer_run",
        "POST /task-runs/{id}/interaction",
        "Answer what a task run asks",
        "task_run",
        "answer_call (documented): `POST /task-runs/{id}/interaction` answers a run's prompt, with"
        " 200 and the run.\n"
        "    source: docs.deck.co, API reference, task runs: interaction is one of the"
        " calls, and returns the run",
        answers=True,
        errors=CONFLICT,
    ),
    Operation(
        "list_run_storage",
        "GET /task-runs/{id}/storage",
        "List the files that a task run kept",
        "storage_item",
        FILES_CALLS,
        paged=True,
    ),
    Operation(
        "list_run_screenshots",
        "GET /task-runs/{id}/screenshots",
        "List the screenshots of a task run",
        "screenshot",
        FILES_CALLS,
        whole=True,
    ),
    LIST_EVENTS,
    GET_EVENT,
    Operation(
        "list_event_types",
        "GET /event-types",
        "List event types",
        "event_type",
        "event_types_call (assumed, strict): `GET /event-types` lists the types.\n"
        "    source: nothing public; the types are documented in a table, and a list of them fits"
        " the other calls\n"
        "    date: 2026-11-26",
        whole=True,
    ),
    Operation(
        "list_event_deliveries",
        "GET /event-destinations/{id}/event-deliveries",
        "List the deliveries to an event destination",
        "event_delivery",
        "event_deliveries_call (documented): Deliveries of a destination are listed, and filtered"
        " by `status` and `type`.\n"
        "    of: GET /event-destinations/{id}/event-deliveries?status&type\n"
        "    source: docs.deck.co, API reference, event deliveries: GET with status success"
        " or failure, and type",
        paged=True,
        filters=("status", "type"),
    ),
)
