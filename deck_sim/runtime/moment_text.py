"""Reading and formatting of moments, and the first and last moment of a world."""

from datetime import UTC, datetime
from functools import lru_cache

from deck_sim.base.errors import quote
from deck_sim.contract.error_catalog import refuse

FIRST_MOMENT = datetime(1000, 1, 1, tzinfo=UTC)  # at which a world can begin
LAST_MOMENT = datetime(9000, 1, 1, tzinfo=UTC)


@lru_cache
def format_moment(moment: datetime) -> str:
    """Format a moment as `2025-01-15T09:30:00Z`; milliseconds only if there are any (assumed)."""
    precision = "milliseconds" if moment.microsecond >= 1000 else "seconds"
    return f"{moment.isoformat(timespec=precision).removesuffix('+00:00')}Z"


def read_moment(text: str, field: str) -> datetime:
    """Read an ISO 8601 moment, in UTC if it has no offset. Raises ApiError (`input_invalid`)."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # in UTC it may be before the year 1
        shape = f"`{field}` must be a moment like 2025-01-15T09:30:00Z, not {quote(text)}"
        raise refuse("request/input_invalid", shape, field=field) from None


def read_start(text: str, field: str) -> datetime:
    """Read the moment at which a world begins. Raises ApiError (`input_invalid`) if `text` is no
    moment, or is before `FIRST_MOMENT` or not before `LAST_MOMENT`.
    """
    moment = read_moment(text, field)
    if not FIRST_MOMENT <= moment < LAST_MOMENT:
        years = f"{FIRST_MOMENT:%Y} to {LAST_MOMENT.year - 1}"
        why = f"`{field}` must be in the years {years}, not {format_moment(moment)}"
        raise refuse("request/input_invalid", why, field=field)
    return moment
