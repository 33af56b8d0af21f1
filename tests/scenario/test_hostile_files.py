"""Files made to break the reader: each gets a plain error, in bounded memory, and no file runs."""

import os
import tracemalloc

import pytest

from deck_sim.runtime.world_file import load_world_file
from deck_sim.scenario.library import shipped
from deck_sim.scenario.loader import ScenarioError, load_scenario, read_scenario
from deck_sim.scenario.yaml.reader import MAX_BYTES

HEAD = "version: 1\nname: bad\n"
MEGABYTE = 1024 * 1024
MOST_MEMORY = 64 * MEGABYTE


def alias_bomb():
    """Twelve lists, each of which holds the one before it ten times."""
    lists = (f"a{n}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(12))
    return HEAD + "tags: &a0 [x]\n" + "".join(lists)


def nested_branches(depth):
    """A question whose wrong answers lead to a question, and so on."""
    steps = [
        f"{'    ' * level}  - interaction_required:\n{'    ' * level}      on_timeout:\n"
        for level in range(depth)
    ]
    return HEAD + "task_run:\n" + "".join(steps)


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
    "alias bomb": (alias_bomb(), "x.yaml:8:15: more than 50000 values, with aliases expanded"),
    "lists in lists": (HEAD + "tags: " + "[" * 10_000, "exceeded maximum nesting depth"),
    "dashes": (HEAD + "tags:\n  " + "- " * 10_000, "x.yaml:4:129: nested deeper than 64 levels"),
    "mappings in mappings": (HEAD + "tags: " + "{a: " * 10_000, "nested deeper than 64 levels"),
    "branches in branches": (nested_branches(100), "nested deeper than 64 levels"),
    "too many values": (HEAD + "tags: [" + "x," * 60_000 + "]", "more than 50000 values"),
    "too many characters": (HEAD + "#" * MAX_BYTES, "x.yaml:1:1: the file is larger than 1024 KiB"),
    "a long duration": (HEAD + "task_run: [queued: " + "9" * 100_000 + "s]", "is not a duration"),
    "a long number": (HEAD + "tags: [" + "9" * 100_000 + "]", "a number of more than 40 char"),
    "a long name": ("version: 1\nname: " + "a" * 100_000, "name: must be 1 to 100 characters"),
    "a long error": (HEAD + "task_run: [failed: " + "a" * 100_000 + "]", "unknown error"),
    "open brackets": (completed_with("(" * 50_000), "not an expression: it is nested too deeply"),
    "half as long a sum": (completed_with("1" + " + 1" * 5_000), "it is nested too deeply"),
    "a long sum": (completed_with("1" + " + 1" * 50_000), "it is longer than 64 KiB"),
    "UTF-16": (
        HEAD.encode("utf-16"),
        "x.yaml:1:1: the file is not UTF-8; save it in that encoding",
    ),
    "UTF-16 without a mark": (HEAD.encode("utf-16-le"), "x.yaml:1:2: the character U+0000"),
    "Latin-1": (HEAD.encode() + b"summary: caf\xe9\n", "x.yaml:3:13: the file is not UTF-8"),
    "NUL": (HEAD + "summary: a\0b\n", "x.yaml:3:11: the character U+0000 is not allowed in YAML"),
    "a bell": (HEAD + 'summary: "a\x07b"\n', "x.yaml:3:12: the character U+0007 is not allowed"),
    "an escape": ("\x1b[31mversion: 1\n", "x.yaml:1:1: the character U+001B is not allowed"),
    "half a character": (HEAD + "summary: \ud800\n", "x.yaml:3:10: the character U+D800"),
    "half a character, escaped": (HEAD + 'summary: "\\ud800"\n', "invalid Unicode character"),
    "a mark inside": (HEAD + "\ufeffsummary: a\n", "x.yaml:3:1: the character U+FEFF"),
    "code": (HEAD + "tags: !!python/object/apply:os.abort []\n", "tags are not allowed"),
    "a tagged key": (HEAD + "!!str summary: a\n", "x.yaml:3:1: tag '!!str'"),
    "an alias as a key": (HEAD + "tags: [&a b]\n*a : c\n", "x.yaml:4:1: a key must be text"),
    "another YAML": ("%YAML 9.9\n---\n" + HEAD, "x.yaml:1:1: a line begins with `%`"),
    "an end and no beginning": ("...\n", "x.yaml:1:1: not YAML"),
    "separators of lines": (HEAD + "summary: a\u2028b: c: d\x85\t", "x.yaml:4:5: not YAML"),
}


@pytest.mark.parametrize(("source", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_gets_a_plain_error(source, message, memory):
    """It is refused with a place, in a short message, before it can take much memory."""
    with pytest.raises(ScenarioError) as found:
        read_scenario(source, "x.yaml")
    assert message in str(found.value)
    assert all(len(f"{mistake}") < 1000 for mistake in found.value.mistakes)
    assert memory() < MOST_MEMORY


def test_a_huge_file_is_not_read(tmp_path, memory):
    """Of a file of 100 MB no more than its first MiB is read, whatever it is meant to be."""
    file = tmp_path / "huge.yaml"
    file.touch()
    os.truncate(file, 100 * MEGABYTE)
    for load in (load_scenario, lambda file: load_world_file(file, shipped())):
        with pytest.raises(ScenarioError, match=r"huge.yaml:1:1: the file is larger than 1024 KiB"):
            load(file)
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
def test_what_is_no_file_gets_a_plain_error(make, reason, tmp_path):
    """A folder, nothing at all, or what has no end is an error that names it."""
    file = tmp_path / "none.yaml"
    make(file)
    for load in (load_scenario, lambda file: load_world_file(file, shipped())):
        with pytest.raises(ScenarioError, match=f"none.yaml:1:1: cannot be read: {reason}"):
            load(file)


def test_many_broken_steps_are_walked_around():
    """Each is read alone, and what is told stays bounded, however many or deep they are."""
    steps = "queued: x, " * 2_000
    nest = "{interaction_required: {attempts: x, on_timeout: [" * 12
    for body in (f"[{steps}]", f"[{nest}{']}}' * 12}]"):
        with pytest.raises(ScenarioError) as found:
            read_scenario(f"{HEAD}task_run: {body}")
        assert len(found.value.mistakes) <= 101


def test_of_a_world_with_many_mistakes_the_first_are_told(tmp_path):
    """A hundred of them, wherever they are; the rest would hide them."""
    file = tmp_path / "world.yaml"
    file.write_text(f"resources: {{agents: [{'{}, 5, ' * 500}], {'x: [], ' * 200}}}")
    with pytest.raises(ScenarioError) as found:
        load_world_file(file, shipped())
    assert len(found.value.mistakes) == 101


def test_of_twenty_thousand_mistakes_the_first_are_told():
    """A hundred have their places, and looking for near spellings stays quick."""
    keys = "".join(f"summari{number}: x\n" for number in range(20_000))
    with pytest.raises(ScenarioError) as found:
        read_scenario(f"version: 1\n{keys}", "x.yaml")
    lines = [mistake.line for mistake in found.value.mistakes]
    assert lines == [1, *range(2, 101), 100]
    assert found.value.mistakes[-1].untold == 19_901


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbf" + HEAD.encode(),
        HEAD.replace("\n", "\r\n"),
        HEAD.replace("\n", "\r"),
        HEAD + "...\n",
        "---\n" + HEAD,
        HEAD + "tags: &a [x]\n",
        HEAD + 'summary: "\\0 \\x1b"\n',
    ],
)
def test_what_only_looks_strange_is_read(source):
    """A byte order mark, other line ends, document marks, anchors and escapes are YAML."""
    assert read_scenario(source).name == "bad"
