"""Texts that are made to match a pattern."""

import pytest

from deck_sim.scenario.synthesis.regex_samples import matches, text_matching


@pytest.mark.parametrize("pattern", ["(", r"\p{L}", "(a)(?(1)b|c)", "(?P<n>a)(?P=n)x{3}"])
def test_a_pattern_that_cannot_be_followed_gives_some_text(pattern):
    """Patterns of another dialect, or of none, are no reason to fail."""
    assert isinstance(text_matching(pattern, lambda limit: 0), str)


def test_nothing_matches_what_is_no_pattern():
    """A text matches a pattern anywhere in it; nothing matches a broken one."""
    assert matches("b", "abc")
    assert not matches("(", "(")
