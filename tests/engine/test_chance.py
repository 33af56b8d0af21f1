"""Ids and draws, all from the seed."""

from datetime import timedelta

import pytest

from deck_sim.base.durations import Span, parse_span
from deck_sim.engine.chance import draw_below, draw_duration, make_id


def test_an_id_depends_on_nothing_but_its_name():
    """Seed, prefix and number decide; this one is written down, so that no release changes it."""
    assert make_id(0, "trun", 1) == "trun_7QWb9asDJXWKZYzR"
    others = {make_id(0, "trun", 1), make_id(1, "trun", 1), make_id(0, "conn", 1)}
    assert len(others | {make_id(0, "trun", 2)}) == 4


def test_draws_are_spread_over_all_numbers_below_the_limit():
    """Every number below the limit comes, and none that is not."""
    assert {draw_below(7, 0, "name", n) for n in range(200)} == set(range(7))


def test_a_draw_of_one_name_does_not_move_another():
    """A draw depends on its own name, not on how many were made before."""
    first = draw_below(1000, 5, "b")
    draw_below(1000, 5, "a")
    assert draw_below(1000, 5, "b") == first


@pytest.mark.parametrize("text", ["2s..8s", "0s..1ms", "1h..2h"])
def test_a_drawn_duration_is_within_its_span(text):
    """Both ends are possible, nothing beyond them, and only whole milliseconds."""
    span = parse_span(text)
    drawn = [draw_duration(span, 0, n) for n in range(300)]
    assert all(span.low <= length <= span.high for length in drawn)
    assert all(length % timedelta(milliseconds=1) == timedelta() for length in drawn)
    assert len(set(drawn)) > 1


def test_a_span_of_one_length_draws_it():
    """`2s` is two seconds; a span narrower than a millisecond gives its lower end."""
    narrow = Span(timedelta(microseconds=5), timedelta(microseconds=9))
    assert draw_duration(parse_span("2s"), 0) == timedelta(seconds=2)
    assert draw_duration(narrow, 0) == narrow.low
