"""The shipped scenarios are played and compared with their recorded traces.

A trace starts with the command that plays it, which says how its prompts are answered.
`scripts/record-traces` records all traces again; read the difference.
"""

import shlex
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from deck_sim.base.durations import parse_duration
from deck_sim.extras.player import play_scenario
from deck_sim.scenario.library import shipped

TRACES = Path(__file__).parents[1] / "traces"
NAMES = shipped().names()


def answers_in(command):
    """The answers that a command line gives; None if it leaves them to the player."""
    words = shlex.split(command)
    given = [word for option, word in pairwise(words) if option == "--answer"]
    answers = [dict(part.split("=") for part in text.split(",")) for text in given]
    return answers if answers or "--no-answer" in words else None


def timeout_in(command):
    """The task's timeout, if a command line gives one."""
    words = shlex.split(command)
    given = [word for option, word in pairwise(words) if option == "--timeout"]
    return {"timeout": parse_duration(given[0])} if given else {}


def play(command):
    """The trace of a command line `$ deck-sim play NAME …`: itself, and the story."""
    name = command.split()[3]
    story = play_scenario(shipped().get(name), answers_in(command), **timeout_in(command))
    return f"{command}\n\n{story}"


def command_of(name, folder):
    """The command of a trace; a new one answers every prompt."""
    file = folder / f"{name}.txt"
    return file.read_text().split("\n")[0] if file.exists() else f"$ deck-sim play {name}"


def record(folder=TRACES):
    """Record every trace, and remove stale ones."""
    stories = {name: play(command_of(name, folder)) for name in NAMES}
    for file in folder.glob("*"):
        file.unlink()
    for name, story in stories.items():
        (folder / f"{name}.txt").write_text(story)


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_plays_as_recorded(name):
    """The timeline of a shipped scenario is its trace, byte for byte."""
    assert play(command_of(name, TRACES)) == (TRACES / f"{name}.txt").read_text()


def test_every_scenario_has_a_trace_and_every_trace_a_scenario():
    """No trace is missing or left over."""
    assert sorted(file.name for file in TRACES.iterdir()) == [f"{name}.txt" for name in NAMES]


def test_recording_keeps_commands_and_removes_stale_traces(tmp_path):
    """Recording keeps the commands, adds missing traces and removes stale ones."""
    shutil.copytree(TRACES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "success.txt").unlink()
    (tmp_path / "gone.txt").write_text("stale")
    record(tmp_path)
    assert {f.name: f.read_text() for f in tmp_path.iterdir()} == {
        f.name: f.read_text() for f in TRACES.iterdir()
    }
