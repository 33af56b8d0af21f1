"""The patterns of schemas: matches, refused patterns, and the limit of time."""

import pytest

from deck_sim.engine.regex_limits import InvalidPattern, PatternTooSlow, check_pattern, search
from deck_sim.engine.work_limits import OutOfSteps, limit_work


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
        ("(", "the pattern '(' is invalid: missing )"),
        ("a{2,1}", "min repeat greater than max repeat"),
        ("(?:" * 5000, "…' is invalid: maximum recursion"),
        ("a{99999999999}", "too large"),
        ("((a{100}){100}){100}", "too large"),
        ("x" * 200_001, "too large"),
    ],
)
def test_an_invalid_or_too_large_pattern_is_refused(pattern, why):
    """The size counts repetitions as if they were written out; regex writes them out."""
    with pytest.raises(InvalidPattern) as caught:
        check_pattern(pattern)
    assert why in f"{caught.value}"


@pytest.mark.parametrize(
    "pattern",
    [
        r"^([0-9a-f]{8}-([0-9a-f]{4}-){3})[0-9a-f]{12}$",
        "^[a-z0-9]+(-[a-z0-9]+)*$",
        "x" * 200_000,
    ],
)
def test_common_and_just_small_enough_patterns_are_not_refused(pattern):
    """A uuid and a slug have repetitions within repetitions."""
    with limit_work(steps=600_000):
        check_pattern(pattern)


@pytest.mark.parametrize("pattern", ["a" * 60, "a{500}"])
def test_the_first_use_of_a_pattern_in_a_check_spends_the_most(pattern):
    """Compiling takes time by the length of the pattern with its repetitions."""
    with limit_work(steps=250):
        check_pattern(pattern)
        for _ in range(20):
            search(pattern, "a")
        with pytest.raises(OutOfSteps):
            check_pattern(f"{pattern}{pattern}")


def test_a_search_spends_steps_by_the_pattern_and_the_text():
    """The engine compares a literal text at each place, and cannot be stopped in it."""
    pattern, text = "b" + "a" * 2_000, "a" * 300_000
    with pytest.raises(OutOfSteps):
        search(pattern, text)
    assert search("^[A-Za-z0-9+/]+=*$", "a" * 10_000_000)


def test_flags_that_only_the_engine_knows_are_refused():
    """It cannot be stopped while it compares with `(?f)`."""
    with pytest.raises(InvalidPattern, match="unknown flag"):
        search("(?if)" + "ss" * 1_000, "a")


def test_the_patterns_of_one_check_share_its_time():
    """When the time is used up, a slow pattern is stopped at once; a fast one still matches."""
    with limit_work(seconds=0.02):
        for _ in range(20):
            with limit_work(seconds=1000), pytest.raises(PatternTooSlow, match="takes too long"):
                search("^(a|a)*$", "a" * 40 + "!")
        assert search("^a", "ab")
