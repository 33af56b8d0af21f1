"""The error catalog of the Deck API, and the `errors` that calls and runs get from it.

Every error of an answer or a failed run has one row in `CATALOG`, named `type/code`. The row has
the error's HTTP status and default message; no other place repeats them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Grade = Literal["documented", "observed", "assumed", "ours"]
GRADES: tuple[Grade, ...] = ("documented", "observed", "assumed")
CHECKED = "2026-11-25"  # when a source without a date was read

_ERROR = re.compile(r"(\w+/\w+) (\d+|run) \((\w+)(?:, (\w+), else assumed)?\): (.+)")
_SOURCE = re.compile(r"\n +source(?:, (\S+))?: ")


def read_table(text: str) -> Iterator[tuple[str, str, str]]:
    """Parse the fidelity ledger or the error catalog; yield the head, source and date of each row.

    A row is a head and its source (default: `deck-sim`); both may continue on indented lines:

        HEAD
            source: PAGE: what it says
            source, YYYY-MM-DD: PAGE: … (the day on which the page was read, if not `CHECKED`)

    A line that begins with `#` is a heading.
    """
    for row in re.split(r"\n(?=\S)", text.strip()):
        if not row.startswith("#"):
            parts: list[Any] = _SOURCE.split(row)
            head, date, source = parts if len(parts) > 1 else (row, None, "deck-sim")
            yield " ".join(head.split()), " ".join(source.split()), date or CHECKED


IN_RUN_ONLY = 0


class ErrorName:
    """A base class that splits a name like `request/input_missing` into `type` and `code`."""

    __slots__ = ()
    name: str

    @property
    def type(self) -> str:
        return self.name.partition("/")[0]

    @property
    def code(self) -> str:
        return self.name.partition("/")[2]


@dataclass(frozen=True, slots=True)
class ErrorRow(ErrorName):
    """One error of the catalog. `status` is `IN_RUN_ONLY` if only failed runs have the error."""

    name: str  # `type/code`, as in scenarios
    status: int
    grade: Grade
    read_for: str | None  # the only edition with this grade; None: all have this grade
    message: str
    source: str
    date: str


def read_errors(text: str) -> tuple[ErrorRow, ...]:
    """Parse rows: `TYPE/CODE STATUS (GRADE): MESSAGE`; STATUS is `run` if only failed runs have the
    error. The grade may hold for one edition: `(GRADE, EDITION, else assumed)`.
    """
    rows = list[ErrorRow]()
    for head, source, date in read_table(text):
        match = _ERROR.fullmatch(head)
        assert match, f"a row must be `TYPE/CODE STATUS (GRADE): MESSAGE`, not: {head}"
        fields: tuple[Any, ...] = match.groups()
        name, status, grade, read_for, message = fields
        number = IN_RUN_ONLY if status == "run" else int(status)
        rows.append(ErrorRow(name, number, grade, read_for, message, source, date))
    return tuple(rows)


_ROWS = read_errors("""
api/api_error 500 (documented): Something went wrong on Deck's side.
    source: docs.deck.co, errors, both revisions: api_error with 500
api/timeout 500 (documented): The request took too long.
    source: docs.deck.co, errors, both revisions: timeout of the type api with 500
api/endpoint_deprecated 400 (documented): This endpoint is deprecated.
    source: docs.deck.co, errors, both revisions: endpoint_deprecated with 400
idempotency/idempotency_error 409 (documented): Idempotency key has already been used with different
    parameters.
    source, 2026-11-26: docs.deck.co, idempotency, both revisions: the same key with other
        parameters is a 409
idempotency/idempotency_key_error 400 (documented, credentials, else assumed): Idempotency key must
    be at most 256 characters
    source, 2026-11-26: docs.deck.co, idempotency: the message of the 400, word for word, without a
        full stop
rate_limit/rate_limit_exceeded 429 (documented): Too many requests.
    source, 2026-11-26: docs.deck.co, errors, rate limits, both revisions: the message of the 429,
        word for word
source/source_error 503 (documented, connections, else assumed): The source answered with an error.
    source: docs.deck.co, errors, sources, earlier revision: source_error with 503
source/source_invalid 400 (documented, connections, else assumed): The `source_id` is not valid.
    source, 2026-11-26: docs.deck.co, errors, sources, earlier revision: source_invalid with 400
source/source_not_found 404 (documented, connections, else assumed): The source does not exist.
    source, 2026-11-26: docs.deck.co, errors, sources, earlier revision: source_not_found with 404
source/source_not_available 503 (documented, connections, else assumed): The source is not
    available.
    source, 2026-11-26: docs.deck.co, errors, sources, earlier revision: source_not_available
        with 503
source/source_blocked 403 (documented, connections, else assumed): The source is on Deck's
    blocklist.
    source, 2026-11-26: docs.deck.co, errors, sources, earlier revision: source_blocked with 403
request/input_missing 400 (documented): `{field}` is required and cannot be empty.
    source: docs.deck.co, errors, both revisions: the message of the example, word for word
request/input_invalid 400 (assumed): `{field}` is not valid.
    source: nothing public; the counterpart of input_missing
request/body_invalid 400 (assumed): The body must be a JSON object.
    source: nothing public; a body that cannot be read has no field to name
request/api_key_invalid 401 (observed, credentials, else assumed): The API key is missing or not
    valid.
    source, 2026-11-29: docs.prodbreak.com, live API: the code of the 401
request/task_not_found 404 (observed, credentials, else assumed): No task has the id `{id}`.
    source, 2026-11-29: docs.prodbreak.com, live API: the code for an unknown task
request/agent_not_found 404 (observed, credentials, else assumed): No agent has the id `{id}`.
    source, 2026-11-29: docs.prodbreak.com, live API: the code for an unknown agent
request/task_run_not_found 404 (observed, credentials, else assumed): No task_run has the id `{id}`.
    source, 2026-11-29: docs.prodbreak.com, live API: the code for an unknown run
request/storage_not_found 404 (observed, credentials, else assumed): No storage has the id `{id}`.
    source, 2026-11-29: docs.prodbreak.com, live API: the code for an unknown file
request/event_not_found 404 (observed, credentials, else assumed): No event has the id `{id}`.
    source, 2026-11-29: docs.prodbreak.com, live API: the code for an unknown event
request/event_destination_not_found 404 (observed, credentials, else assumed): No event_destination
    has the id `{id}`.
    source, 2026-11-29: docs.prodbreak.com, live API: the code for an unknown destination
request/event_delivery_not_found 404 (observed, credentials, else assumed): No event_delivery has
    the id `{id}`.
    source, 2026-11-29: docs.prodbreak.com, live API: the code for an unknown delivery
request/endpoint_not_found 404 (assumed): `{path}` is not an endpoint.
    source: nothing public; named like the other codes for what does not exist
request/method_not_allowed 405 (assumed): `{path}` does not take {method}; it takes {allowed}.
    source: nothing public; named after the HTTP status
request/state_invalid 409 (assumed): The status does not allow this.
    source: nothing public; one code for every status that forbids a call
request/payload_too_large 413 (assumed): The body is larger than {limit}.
    source: nothing public; named after the HTTP status, since some limit must exist
auth/auth_invalid 401 (documented): The source rejected the credentials.
    source: docs.deck.co, errors, both revisions: auth_invalid, rejected by the source
auth/auth_method_invalid 400 (assumed): The source does not take this authentication method.
    source: nothing public; named like auth_invalid
auth/auth_locked run (assumed): The account is locked at the source.
    source: nothing public; a lock needs another reaction than a wrong password
auth/mfa_invalid run (assumed): Every code that was given is wrong.
    source: nothing public; wrong codes need another reaction than a wrong password
interaction/interaction_timeout run (documented): Nobody answered the interaction in time.
    source: docs.deck.co, errors, both revisions: interaction_timeout, nobody answered in time
interaction/mfa_timeout run (documented): No code was given in time.
    source, 2026-12-02: docs.deck.co, errors, both revisions: the sample of a handler names this
        code
task/timeout run (documented, credentials, else assumed): Task execution exceeded the timeout of
    {timeout}.
    source: docs.deck.co, errors: the message of task/timeout, word for word, with X minutes
task/task_failed run (assumed): The task could not be completed.
    source: nothing public; a run must be able to fail for its task's sake
task/output_invalid run (assumed): The output does not satisfy the task's `output_schema`.
    source: nothing public; an output outside the schema must not be shown as one
task/review_rejected run (assumed): The reviewer rejected the run.
    source: nothing public; a rejected run ends, and no page says how
storage/storage_error run (assumed): The storage item could not be kept.
    source: nothing public; the group storage is documented without its codes
storage/extraction_failed run (assumed): The data could not be extracted from the file.
    source: nothing public; extraction is part of storage and can fail by itself
deck_sim/origin_refused 403 (ours): A page of {origin} cannot change a world; call the control API
    from a program, or from the inspector.
deck_sim/host_refused 421 (ours): The `Host` header is {host}, and this deck-sim server listens on
    loopback only. To call it by that name, start it with `--allow-host {allowed}`.
deck_sim/state_not_saved 507 (ours): The change could not be saved in {file}: {why}. The world is as
    it was before. Free some space, and repeat the call.
""")

SHARED_ERRORS = {row.name: row for row in _ROWS}  # the errors of every edition
CATALOG = dict(SHARED_ERRORS)  # with those that the registered editions add


def run_errors() -> tuple[str, ...]:
    """Return the names of the errors that a run can fail with."""
    of_calls = ("request", "idempotency", "deck_sim")
    return tuple(row.name for row in CATALOG.values() if row.type not in of_calls)


@dataclass(frozen=True, slots=True)
class Problem(ErrorName):
    """One element of the `errors` of an answer or of a failed run."""

    name: str  # in the catalog
    text: str
    field: str | None = None
    place: str = ""  # the beginning of the message, if it names the place, such as "`name`: "

    @property
    def message(self) -> str:
        return f"{self.place}{self.text}"

    def as_json(self) -> dict[str, str]:
        """Return the element as JSON; without `field` if the problem has none."""
        field = {} if self.field is None else {"field": self.field}
        return {"type": self.type, "code": self.code, **field, "message": self.message}


class ApiError(Exception):
    """An error that answers a call: one or more problems, one HTTP status."""

    def __init__(self, *problems: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__("; ".join(p.message for p in problems))
        self.problems, self.headers = problems, headers or {}

    @property
    def status(self) -> int:
        """The HTTP status of the answer, which is that of the first problem."""
        return CATALOG[self.problems[0].name].status


def problem(
    name: str, text: str | None = None, *, field: str | None = None, place: str = "", **words: Any
) -> Problem:
    """Make a problem from the catalog's row `name` (`type/code`). `words` fill the braces in the
    row's message, unless `text` is given. Raises KeyError if the row or a word is missing.
    """
    row = CATALOG[name]
    text = row.message.format(field=field, **words) if text is None else text
    return Problem(name, text, field, place)


def refuse(name: str, text: str | None = None, **words: Any) -> ApiError:
    """Return an ApiError, for the caller to raise, with the problem made from these arguments."""
    return ApiError(problem(name, text, **words))


def raise_problems(problems: Sequence[Problem]) -> None:
    if problems:
        raise ApiError(*problems)
