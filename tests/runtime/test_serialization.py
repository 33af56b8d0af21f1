import re
from datetime import UTC, datetime

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.runtime.moment_text import format_moment, read_moment


def test_moments_are_printed_with_milliseconds_only_if_there_are_any():
    for moment, printed in (
        (datetime(2025, 1, 15, 9, 30, tzinfo=UTC), "2025-01-15T09:30:00Z"),
        (datetime(2025, 1, 15, 9, 30, 0, 7_999, tzinfo=UTC), "2025-01-15T09:30:00.007Z"),
        (datetime(2025, 1, 15, 9, 30, 0, 999, tzinfo=UTC), "2025-01-15T09:30:00Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
    ):
        assert format_moment(moment) == printed
        read = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        assert read_moment(printed, "now") == read


def test_a_moment_may_be_written_with_or_without_an_offset():
    zoned = ("2025-01-15T09:30:00Z", "2025-01-15T10:30:00+01:00")
    for text in (*zoned, "2025-01-15T09:30:00", "2025-01-15 09:30"):
        moment = read_moment(text, "now")
        assert (moment, moment.tzinfo) == (datetime(2025, 1, 15, 9, 30, tzinfo=UTC), UTC)


def test_a_text_that_is_not_a_moment_is_refused():
    outside = ("9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00")
    for text in ("", "soon", "2025-13-01", *outside):
        with pytest.raises(ApiError, match=f"not '{re.escape(text)}'$") as refusal:
            read_moment(text, "created_after")
        (problem,) = refusal.value.problems
        assert (problem.name, problem.field) == ("request/input_invalid", "created_after")
