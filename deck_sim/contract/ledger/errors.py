"""Rows made from the error catalog, and assumptions about single errors."""

import re

from deck_sim.contract.error_catalog import CATALOG, IN_RUN_ONLY, ErrorRow
from deck_sim.contract.fidelity import SOURCES, Behaviour, assumed

_HANDLER_SAMPLE = {"interaction/mfa_timeout": "a code sample in Deck's documentation"}


def name_of(error: ErrorRow) -> str:
    """The row's name: the code, with the type before it if several errors have that code."""
    same_code = [row for row in CATALOG.values() if row.code == error.code]
    return error.code if len(same_code) == 1 else f"{error.type}_{error.code}"


def row_of(error: ErrorRow) -> Behaviour:
    """The row of an error of the catalog."""
    text = re.sub(r"\{\w+\}", "…", error.message)
    where = "fails a run" if error.status == IN_RUN_ONLY else f"is answered with {error.status}"
    return Behaviour(
        name_of(error),
        error.grade,
        f"`{error.name}` {where}: {text}",
        (error.name,),
        mark="strict" if error.grade == "assumed" else "none",
        source=_HANDLER_SAMPLE.get(error.name, SOURCES[error.grade]),
    )


ROWS = (
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
        "all_problems_at_once",
        "One answer has all problems of a body; the first decides the HTTP status.",
        "several problems",
        mark="header",
    ),
)
