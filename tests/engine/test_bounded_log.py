"""Lists that lose their oldest items."""

from copy import deepcopy

import pytest

from deck_sim.engine.bounded_log import BoundedLog


def test_positions_stay_true_when_items_are_dropped():
    """They count the dropped ones."""
    log = BoundedLog("abcde")
    assert log.drop(2) == ["a", "b"]
    assert (log, log.dropped, log.total) == ([*"cde"], 2, 5)
    assert [log.at(position) for position in range(1, 6)] == [None, "c", "d", "e", None]
    assert (log.since(3), log.since(0), log.since(3, 4), log.since(0, 1)) == (
        [*"de"],
        [*"cde"],
        ["d"],
        [],
    )


@pytest.mark.parametrize(
    ("most", "count", "kept"), [(3, 3, 3), (3, 4, 3), (16, 17, 17), (16, 18, 16)]
)
def test_a_log_keeps_the_last_items(most, count, kept):
    """A sixteenth more may stay, so that a long log is not moved for each item."""
    log = BoundedLog(range(count))
    assert log.keep(most) == [*range(count - kept)]
    assert log == [*range(count - kept, count)]


def test_a_copy_of_a_log_knows_what_was_dropped():
    """Copies of a world go on counting."""
    log = BoundedLog("abc")
    log.drop(1)
    copy = deepcopy(log)
    log.append("d")
    assert (copy, copy.total, type(copy)) == ([*"bc"], 3, BoundedLog)
