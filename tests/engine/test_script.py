import copy

import pytest

from deck_sim.engine.script import Story


@pytest.fixture
def story(play):
    """A script with branches within a branch, at its prompt."""
    inner = "{type: mfa, on_timeout: [running: 1s, failed: task/task_failed]}"
    outer = f"{{type: mfa, on_timeout: [interaction_required: {inner}]}}"
    steps = f"[running, interaction_required: {outer}, running, completed]"
    return Story("trun_1", play.script("task_run", steps), (1,))


PATHS = [
    ((0,), "running"),
    ((1, "on_timeout", 0), "interaction_required"),
    ((1, "on_timeout", 0, "on_timeout", 1), "failed"),
    ((1, "on_rejected", 0), "failed"),
    ((4,), None),
]


def test_a_path_names_a_step(story):
    steps = [(path, story.script.positions[path].step) for path, _ in PATHS]
    assert [(path, getattr(step, "word", None)) for path, step in steps] == PATHS


NEXT = [
    ((0,), (1,)),
    ((1, "on_timeout", 0, "on_timeout", 0), (1, "on_timeout", 0, "on_timeout", 1)),
    ((1, "on_timeout", 0, "on_timeout", 1), (2,)),
    ((1, "on_timeout", 0), (2,)),
    ((3,), (4,)),
]


def test_a_story_continues_behind_the_step_of_an_ended_branch(story):
    assert [(path, story.script.positions[path].behind) for path, _ in NEXT] == NEXT


def test_a_turn_enters_its_branch_and_resets_the_count_of_wrong_answers(story):
    story.wrong_answers = 2
    story.go("on_timeout")
    assert (story.path, story.wrong_answers) == ((1, "on_timeout", 0), 0)


def test_an_empty_branch_is_skipped(play):
    run = play.run("[running, pending: {on_rejected: []}, completed]")
    assert play.review(run, "reject").status == "completed"


def test_copies_share_the_script(story):
    twin = copy.deepcopy(story)
    assert twin == story
    assert twin.script is story.script
    twin.wrong_answers += 1
    assert twin != story
