"""Hostile files: each is refused with a short message, in bounded memory."""

import os
import tracemalloc

import pytest

from deck_sim.scenario.loader import ScenarioError, load_scenario, read_scenario

HEAD = "version: 1\nname: bad\n"
MEGABYTE = 1024 * 1024
MOST_MEMORY = 64 * MEGABYTE


def completed_with(expression):
    """A script whose output is one expression."""
    output = f"completed: {{output: {{a: '{{{{ {expression} }}}}'}}}}"
    return HEAD + f"task_run: [queued, running, {output}]"


@pytest.fixture
def memory():
    """The most memory that was in use since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


HOSTILE = {
    "a long duration": (HEAD + "task_run: [queued: " + "9" * 100_000 + "s]", "is not a duration"),
    "a long name": ("version: 1\nname: " + "a" * 100_000, "name: must be 1 to 100 characters"),
    "a long error": (HEAD + "task_run: [failed: " + "a" * 100_000 + "]", "unknown error"),
    "open brackets": (completed_with("(" * 50_000), "not an expression: it is nested too deeply"),
    "half as long a sum": (completed_with("1" + " + 1" * 5_000), "it is nested too deeply"),
    "a long sum": (completed_with("1" + " + 1" * 50_000), "it is longer than 64 KiB"),
}


@pytest.mark.parametrize(("source", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_gets_a_plain_error(source, message, memory):
    """The message is short and has a place; memory stays bounded."""
    with pytest.raises(ScenarioError) as found:
        read_scenario(source, "x.yaml")
    assert message in str(found.value)
    assert all(len(f"{mistake}") < 1000 for mistake in found.value.mistakes)
    assert memory() < MOST_MEMORY


def test_a_huge_file_is_not_read(tmp_path, memory):
    """Of a file of 100 MB, only the first MiB is read."""
    file = tmp_path / "huge.yaml"
    file.touch()
    os.truncate(file, 100 * MEGABYTE)
    with pytest.raises(ScenarioError, match=r"huge.yaml:1:1: the file is larger than 1024 KiB"):
        load_scenario(file)
    assert memory() < 8 * MEGABYTE


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda file: file.mkdir(), "Is a directory"),
        (lambda file: None, "No such file or directory"),
        (os.mkfifo, "it is a pipe or a device, not a file"),
        (lambda file: file.symlink_to("/dev/zero"), "it is a pipe or a device, not a file"),
    ],
    ids=["folder", "nothing", "pipe", "device"],
)
def test_a_path_that_is_not_a_file_is_refused(make, reason, tmp_path):
    """A folder, a missing file, a pipe and a device are errors with a reason."""
    file = tmp_path / "none.yaml"
    make(file)
    with pytest.raises(ScenarioError, match=f"none.yaml:1:1: cannot be read: {reason}"):
        load_scenario(file)


def test_many_broken_steps_are_bounded():
    """The reported mistakes are bounded, however many and deep the broken steps are."""
    steps = "queued: x, " * 2_000
    nest = "{interaction_required: {attempts: x, on_timeout: [" * 12
    for body in (f"[{steps}]", f"[{nest}{']}}' * 12}]"):
        with pytest.raises(ScenarioError) as found:
            read_scenario(f"{HEAD}task_run: {body}")
        assert len(found.value.mistakes) <= 101


def test_the_mistakes_of_a_scenario_are_bounded():
    """The first hundred are reported, with the number of the others."""
    keys = "".join(f"summari{number}: x\n" for number in range(20_000))
    with pytest.raises(ScenarioError) as found:
        read_scenario(f"version: 1\n{keys}", "x.yaml")
    lines = [mistake.line for mistake in found.value.mistakes]
    assert lines == [1, *range(2, 101), 100]
    assert found.value.mistakes[-1].omitted == 19_901


def test_few_unknown_names_of_a_prompt_are_reported():
    """Each is compared with all fields; the others follow when these are right."""
    fields = ", ".join(f"{{name: code_{number}}}" for number in range(900))
    accept = ", ".join(f"code_{number}x: a" for number in range(20_000))
    prompt = f"{{message: m, type: x, fields: [{fields}], accept: {{{accept}}}}}"
    with pytest.raises(ScenarioError) as found:
        read_scenario(f"{HEAD}task_run: [running, {{interaction_required: {prompt}}}, completed]")
    unknown = [one.message for one in found.value.mistakes if one.path.endswith(".accept")]
    assert [text.partition(" ")[0] for text in unknown] == ["'code_0x'", "'code_1x'", "'code_2x'"]


def test_many_unknown_answers_are_bounded():
    """The message is made for those that are reported; the others are counted."""
    fields = ", ".join(f"{{name: code_{number}}}" for number in range(900))
    answers = ", ".join(f"code_{number}x: a" for number in range(20_000))
    prompt = f"{{message: m, type: x, fields: [{fields}]}}"
    steps = f"[running, {{interaction_required: {prompt}}}, running, completed]"
    with pytest.raises(ScenarioError) as found:
        read_scenario(f"{HEAD}play: {{answers: [{{{answers}}}]}}\ntask_run: {steps}")
    assert found.value.mistakes[-1].omitted == 19_900
