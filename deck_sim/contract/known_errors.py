"""`ERRORS`: the errors of the Deck API as tests of clients need them. Made from the catalog."""

from dataclasses import dataclass

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import CATALOG, IN_RUN_ONLY, ErrorName, run_errors


@dataclass(frozen=True, slots=True)
class ErrorInfo(ErrorName):
    """One error of the Deck API; `str()` is its name."""

    name: str  # `type/code`, as in scenarios
    status: int | None  # of the answer; None if no call is answered with it
    editions: tuple[str, ...]
    ends_run: bool  # whether a run can fail with it
    grade: str  # `documented`, `observed` or `assumed`
    message: str  # the default; words in braces are filled in

    def __str__(self) -> str:
        return self.name


ERRORS = tuple(
    ErrorInfo(
        name=row.name,
        status=None if row.status == IN_RUN_ONLY else row.status,
        editions=tuple(name for name, edition in EDITIONS.items() if edition.has_error(row.name)),
        ends_run=row.name in run_errors(),
        grade=row.grade,
        message=row.message,
    )
    for row in CATALOG.values()
    if row.grade != "ours"
)
