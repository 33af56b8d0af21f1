"""The errors of the catalog, each with its own grade, and what else is assumed of some of them."""

import re
from collections import Counter

from deck_sim.contract.error_catalog import CATALOG, IN_RUN_ONLY, ErrorRow
from deck_sim.contract.fidelity import SOURCES, Behaviour, assumed

_COUNTS = Counter(row.code for row in CATALOG.values())
_HANDLER_SAMPLE = {"interaction/mfa_timeout": "a code sample in Deck's documentation"}


def name_of(error: ErrorRow) -> str:
    """What the ledger calls an error: its code, and its type before it if others have that code."""
    return error.code if _COUNTS[error.code] == 1 else f"{error.type}_{error.code}"


def _row(error: ErrorRow) -> Behaviour:
    text = re.sub(r"\{\w+\}", "…", error.message)
    where = "fails a run" if error.status == IN_RUN_ONLY else f"is answered with {error.status}"
    return Behaviour(
        name_of(error),
        error.grade,
        f"`{error.name}` {where}: {text}",
        (error.name,),
        edition=error.edition,
        mark="strict" if error.grade == "assumed" else "none",
        source=_HANDLER_SAMPLE.get(error.name, SOURCES[error.grade]),
    )


ROWS = (
    *(_row(error) for error in CATALOG.values() if error.grade != "ours"),
    assumed(
        "input_missing_status",
        "The HTTP status of `request/input_missing` is 400.",
        "request/input_missing",
        mark="header",
    ),
    assumed(
        "auth_invalid_status",
        "The HTTP status of `auth/auth_invalid` as the answer to a call is 401.",
        "auth/auth_invalid",
        mark="header",
    ),
    assumed(
        "idempotency_key_error_in_connections",
        "`idempotency/idempotency_key_error` is what the `connections` edition answers, too.",
        "idempotency/idempotency_key_error",
        edition="connections",
        mark="strict",
    ),
    assumed(
        "all_problems_at_once",
        "All problems of a body are told in one answer, one element each; the first decides the"
        " HTTP status.",
        "several problems",
        mark="header",
    ),
)
