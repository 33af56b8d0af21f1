"""Patterns of schemas: what they match, what is refused, and how long they may take."""

import pytest

from deck_sim.engine.regex_limits import NoPattern, TooSlow, check_pattern, patience, search


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("b", "abc", True),
        ("^b", "abc", False),
        (r"^\d{4}-\d{2}$", "2025-01", True),
        (r"^(?!.*a)[a-z]+$", "bcd", True),
        ("^[A-Z]{2,3}$", "ABCD", False),
    ],
)
def test_a_pattern_matches_anywhere_in_a_text(pattern, text, matches):
    """Only anchors bind it to the ends."""
    assert search(pattern, text) is matches


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "missing )"),
        ("a{2,1}", "min repeat greater than max repeat"),
        ("(?:" * 5000, "maximum recursion"),
        ("a{99999999999}", "too large"),
        ("((a{100}){100}){100}", "too large"),
        ("x" * 200_001, "too large"),
    ],
)
def test_what_is_no_pattern_or_too_large_a_one_is_refused(pattern, why):
    """Its repeats would be written out: what that comes to is reckoned before it is done."""
    with pytest.raises(NoPattern, match=why.replace(")", r"\)")):
        check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", [r"^([0-9a-f]{8}-([0-9a-f]{4}-){3})[0-9a-f]{12}$", "^[a-z0-9]+(-[a-z0-9]+)*$"]
)
def test_usual_patterns_are_not_refused(pattern):
    """A uuid and a slug: repeats in repeats are no fault."""
    check_pattern(pattern)


def test_all_patterns_of_one_check_share_the_time():
    """Once it is used up, nothing slow is waited for again; an inner share is no more time."""
    with patience(0.02):
        for _ in range(20):
            with patience(1000), pytest.raises(TooSlow):
                search("^(a|a)*$", "a" * 40 + "!")
        assert search("^a", "ab")
