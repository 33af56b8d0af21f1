from deck_sim.base.errors import LONGEST_VALUE, listed, nearest, nearest_type, quote


def test_words_are_listed_as_in_a_sentence():
    sentences = {"": "nothing", "a": "`a`", "ab": "`a` or `b`", "abc": "`a`, `b` or `c`"}
    assert {words: listed([*words], last="or") for words in sentences} == sentences


def test_the_closest_spelling_is_suggested_and_nothing_far_off():
    assert nearest("runing", ["queued", "running"]) == "; did you mean 'running'?"
    assert nearest("xyz", ["queued", "running"]) == ""
    schemas = ["input_schema", "output_schema", "name"]
    assert nearest("schema", schemas) == "; did you mean 'input_schema' or 'output_schema'?"
    errors = ["auth/mfa_invalid", "auth/auth_invalid"]
    assert nearest("auth/invalid", errors) == "; did you mean 'auth/auth_invalid'?"
    paths = ["/_sim/rules", "/_sim/task-runs"]
    assert nearest("/_sim/runs", paths) == "; did you mean '/_sim/task-runs'?"


def test_a_long_word_is_cut_in_messages():
    assert quote("x" * LONGEST_VALUE) == repr("x" * LONGEST_VALUE)
    assert quote("x" * (LONGEST_VALUE + 1)) == repr("x" * (LONGEST_VALUE - 1) + "…")


def test_a_new_event_type_is_not_a_misspelling():
    """Scenarios may emit new types, so only very close spellings are suggested."""
    types = ["task_run.completed", "task_run.canceled", "agent.created"]
    endings = {
        "task_run.complete": "; did you mean 'task_run.completed'?",
        "task_run.cancelled": "; did you mean 'task_run.canceled'?",
        "run.completed": "; did you mean 'task_run.completed'?",
    }
    new = ["task_run.completed", "task_*.canceled", "task_run.progress", "task_run.sparkled"]
    endings |= dict.fromkeys([*new, "weather"], "")
    assert {type_: nearest_type(type_, types) for type_ in endings} == endings
