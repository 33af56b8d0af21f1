"""The error catalog of the Deck API, and its error envelope.

Law: every error of an answer or of a failed run is one row of `CATALOG`, named `type/code`. The row
is the only place of its HTTP status and its default message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Grade = Literal["documented", "observed", "assumed", "ours"]

IN_RUN_ONLY = 0


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One error. `status` is `IN_RUN_ONLY` if no call is answered with it."""

    name: str  # `type/code`, as in scenarios
    status: int
    grade: Grade
    message: str

    @property
    def type(self) -> str:
        """The type, such as `request`."""
        return self.name.partition("/")[0]

    @property
    def code(self) -> str:
        """The code, such as `input_missing`."""
        return self.name.partition("/")[2]


def not_found(noun: str) -> ErrorRow:
    """The error for an unknown id of that kind."""
    return ErrorRow(f"request/{noun}_not_found", 404, "observed", f"No {noun} has the id `{{id}}`.")


_KINDS = ("task", "agent", "task_run", "storage", "event", "event_destination", "event_delivery")

_ROWS = (
    ErrorRow("api/api_error", 500, "documented", "Something went wrong on Deck's side."),
    ErrorRow("api/timeout", 500, "documented", "The request took too long."),
    ErrorRow("api/endpoint_deprecated", 400, "documented", "This endpoint is deprecated."),
    ErrorRow(
        "idempotency/idempotency_error",
        409,
        "documented",
        "The idempotency key was used before with other parameters.",
    ),
    ErrorRow(
        "idempotency/idempotency_key_error",
        400,
        "documented",
        "The idempotency key is longer than 256 characters.",
    ),
    ErrorRow("rate_limit/rate_limit_exceeded", 429, "documented", "Too many requests."),
    ErrorRow("source/source_error", 503, "documented", "The source answered with an error."),
    ErrorRow("source/source_invalid", 400, "documented", "The source is not valid."),
    ErrorRow("source/source_not_found", 404, "documented", "The source was not found."),
    ErrorRow("source/source_not_available", 503, "documented", "The source is not available."),
    ErrorRow("source/source_blocked", 403, "documented", "The source blocked the agent."),
    ErrorRow(
        "request/input_missing", 400, "documented", "`{field}` is required and cannot be empty."
    ),
    ErrorRow("request/input_invalid", 400, "assumed", "`{field}` is not valid."),
    ErrorRow("request/body_invalid", 400, "assumed", "The body must be a JSON object."),
    ErrorRow("request/api_key_invalid", 401, "observed", "The API key is missing or not valid."),
    *map(not_found, _KINDS),
    ErrorRow("request/endpoint_not_found", 404, "assumed", "`{path}` is not an endpoint."),
    ErrorRow(
        "request/method_not_allowed",
        405,
        "assumed",
        "`{path}` does not take {method}; it takes {allowed}.",
    ),
    ErrorRow("request/state_invalid", 409, "assumed", "The status does not allow this."),
    ErrorRow("request/payload_too_large", 413, "assumed", "The body is larger than {limit}."),
    ErrorRow("auth/auth_invalid", 401, "documented", "The source rejected the credentials."),
    ErrorRow(
        "auth/auth_method_invalid",
        400,
        "assumed",
        "The source does not take this authentication method.",
    ),
    ErrorRow("auth/auth_locked", IN_RUN_ONLY, "assumed", "The account is locked at the source."),
    ErrorRow("auth/mfa_invalid", IN_RUN_ONLY, "assumed", "Every code that was given is wrong."),
    ErrorRow(
        "interaction/interaction_timeout",
        IN_RUN_ONLY,
        "documented",
        "Nobody answered the interaction in time.",
    ),
    ErrorRow("interaction/mfa_timeout", IN_RUN_ONLY, "documented", "No code was given in time."),
    ErrorRow(
        "task/timeout",
        IN_RUN_ONLY,
        "documented",
        "Task execution exceeded the timeout of {timeout}.",
    ),
    ErrorRow("task/task_failed", IN_RUN_ONLY, "assumed", "The task could not be completed."),
    ErrorRow(
        "task/output_invalid",
        IN_RUN_ONLY,
        "assumed",
        "The output does not satisfy the task's `output_schema`.",
    ),
    ErrorRow("task/review_rejected", IN_RUN_ONLY, "assumed", "The reviewer rejected the run."),
    ErrorRow(
        "storage/storage_error", IN_RUN_ONLY, "assumed", "The storage item could not be kept."
    ),
    ErrorRow(
        "storage/extraction_failed",
        IN_RUN_ONLY,
        "assumed",
        "The data could not be extracted from the file.",
    ),
    ErrorRow(
        "deck_sim/assumption_refused",
        501,
        "ours",
        "This world has `strict_fidelity`, and the call rests on `{behaviour}`, of which nothing"
        " public is known: {what}",
    ),
)

SHARED = {row.name: row for row in _ROWS}  # the errors of every edition
CATALOG = dict(SHARED)  # with those that the registered editions add

# Types of errors that only calls are answered with.
_OF_CALLS = ("request", "idempotency", "deck_sim")


def run_errors() -> tuple[str, ...]:
    """The names of the errors that a run can fail with."""
    return tuple(row.name for row in CATALOG.values() if row.type not in _OF_CALLS)


@dataclass(frozen=True, slots=True)
class Problem:
    """One element of the `errors` of an answer or of a failed run."""

    type: str
    code: str
    message: str
    field: str | None = None

    @property
    def name(self) -> str:
        """Its name in the catalog."""
        return f"{self.type}/{self.code}"

    def as_json(self) -> dict[str, str]:
        """The element as JSON; without `field` if it has none."""
        place = {} if self.field is None else {"field": self.field}
        return {"type": self.type, "code": self.code, **place, "message": self.message}


class ApiError(Exception):
    """An error answer: one or more problems, one HTTP status."""

    def __init__(self, *problems: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__("; ".join(p.message for p in problems))
        self.problems = problems
        self.headers = headers or {}

    @property
    def status(self) -> int:
        """The HTTP status of the first problem."""
        return CATALOG[self.problems[0].name].status


def problem(
    name: str, message: str | None = None, *, field: str | None = None, **words: Any
) -> Problem:
    """Make a problem from the row called `name` (`type/code`); `words` fill the row's message.

    Raises:
        KeyError: if the row does not exist, or its message needs a word that is missing.

    """
    row = CATALOG[name]
    text = row.message.format(field=field, **words) if message is None else message
    return Problem(row.type, row.code, text, field)


def refuse(name: str, message: str | None = None, **words: Any) -> ApiError:
    """Make an error answer with one problem; see `problem`."""
    return ApiError(problem(name, message, **words))


def raise_problems(problems: Sequence[Problem]) -> None:
    """Raise `ApiError` if there are problems."""
    if problems:
        raise ApiError(*problems)
