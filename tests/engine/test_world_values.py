from copy import deepcopy

import pytest

from deck_sim.engine.world_values import RecentLog


def test_positions_stay_true_when_items_are_dropped():
    log = RecentLog(3, "abcde")
    assert ([*log], log.dropped, log.total) == ([*"cde"], 2, 5)
    since = (log.since(3), log.since(0), log.since(3, 4), log.since(0, 1), log.since(9))
    assert since == ([*"de"], [*"cde"], ["d"], [], [])


def test_a_copy_of_a_log_knows_what_was_dropped():
    log = RecentLog(2, "abc")
    copy = deepcopy(log)
    log.append("d")
    assert ([*copy], copy.total, copy.maxlen) == ([*"bc"], 3, 2)


@pytest.mark.parametrize("size", [0, 1, 64, 65, 100, 150])
def test_a_log_of_any_size_has_its_last_items(size):
    log = RecentLog(100, range(size))
    assert deepcopy(log) == log == RecentLog(100, range(size)[-100:])
    assert ([*log], log.total) == ([*range(size)][-100:], size)
