"""Globs, and how much work they may cause."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.work_limits import OutOfSteps, limit_work
from deck_sim.scenario.conditions import Rule, When
from deck_sim.scenario.globs import fits
from deck_sim.scenario.library import shipped
from deck_sim.scenario.selection import NewResource, SelectionState, choose


@example("ab", "a**b").via("two stars that stand for nothing")
@example("aba", "a*c*a").via("a part that is missing")
@example("aba", "ab*ba").via("parts that would overlap")
@example("[a]", "[a]").via("a text that is written as its glob")
@given(st.text("ab*?[]!\n", max_size=6), st.text("ab*?[]!\n", max_size=6))
def test_globs_are_those_of_fnmatch(text, glob):
    assert fits(text, glob) == fnmatchcase(text, glob)


@pytest.mark.parametrize("glob", ["*b", "[b]" * 100])
def test_many_globs_and_long_texts_are_too_much_work(glob):
    with limit_work(100_000), pytest.raises(OutOfSteps):
        any(fits("a" * 1_000_000, glob) for _ in range(1000))


def test_a_call_whose_comparison_takes_too_long_is_refused():
    rules = [Rule(when=When(username="*b"), scenario="success")] * 300
    selection = SelectionState(rules=rules)
    new = NewResource("connection", None, {"username": "a" * 1_000_000}, 0)
    with pytest.raises(ApiError, match="takes too long; shorten its texts, or use fewer globs"):
        choose(new, selection, shipped())
