import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deck_sim.base.durations import (
    LONGEST_DURATION,
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
    "36500d": LONGEST_DURATION,
    "PT5M": timedelta(minutes=5),
    "P1DT2H": timedelta(hours=26),
    "PT0.5S": timedelta(milliseconds=500),
    "P2D": timedelta(days=2),
}
WRONG = "5 s 5M 30m1h 5m5m 1e3s P PT P1DT PT1D 5min ٣s nan 999999999d999999999h"


def test_durations_are_parsed_exactly():
    assert {text: parse_duration(text) for text in READ} == READ


def test_other_text_is_refused_with_the_notation():
    unreadable = ["", "5 m", "5m\n", *WRONG.split()]
    messages = dict.fromkeys(unreadable, "is not a duration; a duration is")
    messages |= {"-5m": "is negative; a duration is written"}
    messages |= {"300": "is not a duration; .*; for seconds write '300s'"}
    messages |= dict.fromkeys(["36501d", "36500d1ms", "P36501D"], "is too long; .* up to 36500d")
    for text, message in messages.items():
        with pytest.raises(ValueError, match=f"^{re.escape(repr(text))} {message}"):
            parse_duration(text)


def test_durations_are_formatted_in_short_notation():
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
@given(st.timedeltas(min_value=timedelta(), max_value=LONGEST_DURATION))
def test_a_formatted_duration_parses_to_the_same_duration(length):
    assert parse_duration(format_duration(length)) == length


def test_deck_s_messages_count_minutes():
    """The documented text has a number and `minutes`; fractions are assumed."""
    words = {"30m": "30 minutes", "2h": "120 minutes", "1m": "1 minutes", "90s": "1.5 minutes"}
    words |= {"365d": "525600 minutes"}
    assert {text: spell_duration(parse_duration(text)) for text in words} == words


def test_a_span_is_one_duration_or_a_range_of_two_in_their_order():
    two, eight = timedelta(seconds=2), timedelta(seconds=8)
    spans = {"2s..8s": Span(two, eight), "2s": Span(two, two)}
    assert {str(span): parse_span(text) for text, span in spans.items()} == spans
    assert parse_span("2s..2s") == spans["2s"]
    messages = dict.fromkeys(["2s..8s..9s", "2s...8s", "soon"], "is not a duration")
    messages |= dict.fromkeys(["2s..", "..2s", ".."], "'' is not a duration; ")
    messages |= {"8s..2s": "'8s..2s' ends before it begins"}
    for text, message in messages.items():
        with pytest.raises(ValueError, match=re.escape(message)):
            parse_span(text)
