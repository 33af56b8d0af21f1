"""The parts of messages, and the exception that users catch."""

import pytest

from deck_sim.base.errors import LONGEST, DeckSimError, listed, nearest, nearest_type, quote


def test_an_error_of_the_simulator_keeps_what_the_server_said():
    """`errors` are the elements of the answer, if there was one."""
    assert DeckSimError("no server").errors == ()
    assert DeckSimError("refused", [{"code": "x"}]).errors == ({"code": "x"},)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "nothing"),
        (["a"], "`a`"),
        (["a", "b"], "`a` or `b`"),
        (["a", "b", "c"], "`a`, `b` or `c`"),
    ],
)
def test_words_are_listed_as_in_a_sentence(words, sentence):
    """Commas, and the last word behind `or`."""
    assert listed(words, last="or") == sentence


def test_the_closest_spelling_is_suggested_and_nothing_far_off():
    """A slip of the finger is recognised; another word is not."""
    assert nearest("runing", ["queued", "running"]) == "; did you mean 'running'?"
    assert nearest("xyz", ["queued", "running"]) == ""


def test_a_found_word_is_repeated_only_as_far_as_one_would_read():
    """A word is quoted whole up to the limit, and cut behind it."""
    assert quote("x" * LONGEST) == repr("x" * LONGEST)
    assert quote("x" * (LONGEST + 1)) == repr("x" * (LONGEST - 1) + "…")


@pytest.mark.parametrize(
    ("type_", "likely"),
    [
        ("task_run.complete", "task_run.completed"),
        ("task_run.cancelled", "task_run.canceled"),
        ("run.completed", "task_run.completed"),
        ("task_run.progress", None),
        ("task_run.sparkled", None),
        ("weather", None),
    ],
)
def test_a_new_type_of_event_is_no_misspelt_one(type_, likely):
    """Scenarios may emit types of their own; a likely misspelling has hardly another letter."""
    said = f"; did you mean {likely!r}?" if likely else ""
    assert nearest_type(type_, ["task_run.completed", "task_run.canceled", "agent.created"]) == said
