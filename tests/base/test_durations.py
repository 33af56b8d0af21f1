"""Parsing and formatting durations."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deck_sim.base.durations import (
    LONGEST,
    Span,
    format_duration,
    parse_duration,
    parse_span,
    spell_duration,
)

READ = {
    "250ms": timedelta(milliseconds=250),
    "0s": timedelta(),
    "2s": timedelta(seconds=2),
    "1.5s": timedelta(milliseconds=1500),
    "0.1s": timedelta(milliseconds=100),
    "0.000001s": timedelta(microseconds=1),
    "5m": timedelta(minutes=5),
    "1h30m": timedelta(minutes=90),
    "2d": timedelta(days=2),
    "36500d": LONGEST,
    "PT5M": timedelta(minutes=5),
    "P1DT2H": timedelta(hours=26),
    "PT0.5S": timedelta(milliseconds=500),
    "P2D": timedelta(days=2),
}
WRONG = "5 s -5m 5M 30m1h 5m5m 1e3s P PT P1DT PT1D 5min ٣s nan 999999999d999999999h"


def test_durations_are_parsed_exactly():
    """Short and ISO 8601 notation, to the microsecond."""
    assert {text: parse_duration(text) for text in READ} == READ


@pytest.mark.parametrize("text", ["", "5 m", "5m\n", *WRONG.split()])
def test_other_text_is_refused_with_the_notation(text):
    with pytest.raises(
        ValueError, match=r"is (not a duration|negative, .*); a duration is written"
    ) as caught:
        parse_duration(text)
    assert repr(text) in str(caught.value)


def test_a_number_without_a_unit_is_shown_with_one():
    with pytest.raises(ValueError, match=r"'300' is not a duration; .*; for seconds write '300s'"):
        parse_duration("300")


@pytest.mark.parametrize("text", ["36501d", "36500d1ms", "99999999d99999999h", "P36501D"])
def test_a_duration_over_a_century_is_refused(text):
    with pytest.raises(ValueError, match=r"is too long; .* up to 36500d"):
        parse_duration(text)


def test_durations_are_formatted_in_short_notation():
    """Largest unit first, without units of zero."""
    written = {
        timedelta(): "0s",
        timedelta(minutes=90): "1h30m",
        timedelta(days=1, milliseconds=250): "1d250ms",
        timedelta(microseconds=500): "0.5ms",
        timedelta(seconds=1, microseconds=1001): "1s1.001ms",
        -timedelta(minutes=5): "-5m",
    }
    assert {length: format_duration(length) for length in written} == written


@settings(derandomize=True, deadline=None)
@given(st.timedeltas(min_value=timedelta(), max_value=LONGEST))
def test_a_formatted_duration_parses_to_the_same_duration(length):
    assert parse_duration(format_duration(length)) == length


def test_deck_s_messages_count_minutes():
    """The documented text has a number and `minutes`; fractions are assumed."""
    words = {"30m": "30 minutes", "2h": "120 minutes", "1m": "1 minutes", "90s": "1.5 minutes"}
    words |= {"365d": "525600 minutes"}
    assert {text: spell_duration(parse_duration(text)) for text in words} == words


def test_a_span_is_one_duration_or_a_range():
    """`2s..8s` is a range and `2s` has two equal ends; both format as written."""
    two, eight = timedelta(seconds=2), timedelta(seconds=8)
    assert parse_span("2s..8s") == Span(two, eight)
    assert parse_span("2s") == Span(two, two)
    assert [str(parse_span(text)) for text in ("2s..8s", "2s..2s")] == ["2s..8s", "2s"]


@pytest.mark.parametrize("text", ["2s..8s..9s", "2s...8s", "soon"])
def test_both_ends_of_a_span_are_durations(text):
    with pytest.raises(ValueError, match="is not a duration"):
        parse_span(text)


@pytest.mark.parametrize("text", ["2s..", "..2s", ".."])
def test_a_range_with_one_end_is_refused(text):
    with pytest.raises(ValueError, match=r"is half a range; write both ends, like `2s\.\.8s`"):
        parse_span(text)


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match=r"'8s\.\.2s' runs backwards"):
        parse_span("8s..2s")
