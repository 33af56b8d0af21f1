"""The shipped scenarios are played in each of their editions and compared with recorded traces.

A trace starts with the command that plays it, which may say how its prompts are answered.
`scripts/record-traces` records all traces again; read the difference.
"""

import shlex
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from deck_sim.cli.player import play_scenario
from deck_sim.scenario.library import shipped

TRACES = Path(__file__).parents[1] / "traces"
PLAYED = [(name, edition) for name in shipped().names() for edition in shipped().get(name).editions]


def play(command, edition):
    """The trace of a command line `$ deck-sim play NAME …`: itself, and the story."""
    played = play_scenario(shipped().get(command.split()[3]), answers_in(command), edition=edition)
    return f"{command}\n\n{played}"


def file_of(name, edition, folder=TRACES):
    return folder / edition / f"{name}.txt"


def command_of(name, edition, folder):
    """The command of a trace; a new one has right answers."""
    file = file_of(name, edition, folder)
    if file.exists():
        return file.read_text().split("\n")[0]
    is_first = shipped().get(name).editions[0] == edition
    return f"$ deck-sim play {name}{'' if is_first else f' --edition {edition}'}"


def record(folder=TRACES):
    """Record every trace, and remove stale ones."""
    traces = {
        file_of(name, edition, folder): play(command_of(name, edition, folder), edition)
        for name, edition in PLAYED
    }
    for file in folder.rglob("*.txt"):
        file.unlink()
    for file, trace in traces.items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(trace)


def read_traces(folder):
    return {f"{file.relative_to(folder)}": file.read_text() for file in folder.rglob("*.txt")}


@pytest.mark.parametrize(("name", "edition"), PLAYED)
def test_a_scenario_plays_as_recorded(name, edition):
    command = command_of(name, edition, TRACES)
    assert play(command, edition) == file_of(name, edition).read_text()


def test_every_scenario_has_a_trace_and_every_trace_a_scenario():
    traces = {f"{edition}/{name}.txt" for name, edition in PLAYED}
    assert read_traces(TRACES).keys() == traces


def test_recording_keeps_commands_and_removes_stale_traces(tmp_path):
    shutil.copytree(TRACES, tmp_path, dirs_exist_ok=True)
    file_of("success", "connections", tmp_path).unlink()
    file_of("success", "credentials", tmp_path).unlink()
    file_of("gone", "connections", tmp_path).write_text("stale")
    record(tmp_path)
    assert read_traces(tmp_path) == read_traces(TRACES)


def answers_in(command):
    """The answers that a command line gives; None if the player gives right ones."""
    if "--no-answer" in command:
        return []
    texts = [word for option, word in pairwise(shlex.split(command)) if option == "--answer"]
    return [dict(part.split("=") for part in text.split(",")) for text in texts] or None
