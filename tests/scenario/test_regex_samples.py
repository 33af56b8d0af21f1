"""Texts that match a pattern."""

import pytest

from deck_sim.engine.work_limits import OutOfSteps, limit_work
from deck_sim.scenario.synthesis.regex_samples import matches, text_matching


@pytest.mark.parametrize("pattern", ["(", r"\p{L}", "(a)(?(1)b|c)", "(?P<n>a)(?P=n)x{3}"])
def test_a_pattern_that_rstr_cannot_read_gives_some_text(pattern):
    """It may be invalid, or of another dialect of regular expressions."""
    assert isinstance(text_matching(pattern, lambda limit: 0), str)


def test_nothing_matches_an_invalid_pattern():
    """Other patterns match anywhere in a text."""
    assert matches("b", "abc")
    assert not matches("(", "(")


@pytest.mark.parametrize("pattern", ["[a-z]{900}", "[^a]{200}"])
def test_each_letter_is_work(pattern):
    """A letter that is chosen from many costs more."""
    with limit_work(1000), pytest.raises(OutOfSteps):
        text_matching(pattern, lambda limit: 0)
