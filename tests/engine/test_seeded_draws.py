from datetime import timedelta

import pytest

from deck_sim.base.durations import Span, parse_span
from deck_sim.engine.seeded_draws import draw_duration, make_id


def test_an_id_depends_on_seed_prefix_and_number_only():
    """One id is written here, so that no release changes it."""
    assert make_id(0, "trun", 1) == "trun_7QWb9asDJXWKZYzR"
    others = {make_id(0, "trun", 1), make_id(1, "trun", 1), make_id(0, "conn", 1)}
    assert len(others | {make_id(0, "trun", 2)}) == 4


@pytest.mark.parametrize("text", ["2s..8s", "0s..1ms", "1h..2h"])
def test_a_drawn_duration_is_within_its_span(text):
    span = parse_span(text)
    drawn = [draw_duration(span, 0, n) for n in range(300)]
    assert all(span.low <= length <= span.high for length in drawn)
    assert all(length % timedelta(milliseconds=1) == timedelta() for length in drawn)
    assert len(set(drawn)) > 1


def test_a_span_of_one_length_gives_that_length():
    narrow = Span(timedelta(microseconds=5), timedelta(microseconds=9))
    assert draw_duration(parse_span("2s"), 0, 1) == timedelta(seconds=2)
    assert draw_duration(narrow, 0, 1) == narrow.low
