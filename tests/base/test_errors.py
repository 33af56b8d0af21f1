"""The parts of messages, and the exception that users catch."""

import pytest

from deck_sim.base.errors import LONGEST, DeckSimError, listed, nearest, nearest_type, quote


def test_an_error_keeps_the_elements_of_the_server_s_answer():
    """`errors` are the elements of the answer, if there is one."""
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
    """With commas, and `or` before the last word."""
    assert listed(words, last="or") == sentence


def test_the_closest_spelling_is_suggested_and_nothing_far_off():
    """A typo is recognized; another word is not."""
    assert nearest("runing", ["queued", "running"]) == "; did you mean 'running'?"
    assert nearest("xyz", ["queued", "running"]) == ""
    schemas = ["input_schema", "output_schema", "name"]
    assert nearest("schema", schemas) == "; did you mean 'input_schema' or 'output_schema'?"


def test_a_long_word_is_cut_in_messages():
    """After `LONGEST` characters."""
    assert quote("x" * LONGEST) == repr("x" * LONGEST)
    assert quote("x" * (LONGEST + 1)) == repr("x" * (LONGEST - 1) + "…")


@pytest.mark.parametrize(
    ("type_", "likely"),
    [
        ("task_run.complete", "task_run.completed"),
        ("task_run.cancelled", "task_run.canceled"),
        ("run.completed", "task_run.completed"),
        ("task_run.completed", None),
        ("task_*.canceled", None),
        ("task_run.progress", None),
        ("task_run.sparkled", None),
        ("weather", None),
    ],
)
def test_a_new_event_type_is_not_a_misspelling(type_, likely):
    """Scenarios may emit new types, so only very close spellings are suggested."""
    said = f"; did you mean {likely!r}?" if likely else ""
    assert nearest_type(type_, ["task_run.completed", "task_run.canceled", "agent.created"]) == said
